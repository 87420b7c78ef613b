#if NIO && Server && os(Linux)
import Foundation
import Glibc

/// What a call's signalling costs a phone that is in a pocket: wakings, packets and bytes, counted at
/// the socket by `tcpdump`, beside a phone with the call on its screen.
///
/// Nobody speaks and no media run: what is left is what keeps the connection.
package struct BackgroundMeasurement: Sendable {
    /// How long is counted.
    package var length: Duration = .seconds(3600)
    /// Where people read.
    package var tell: @Sendable (String) -> Void

    private static let call = "pocket"
    /// The user's channel of an app in the background is closed after 30 s (HF-73), and then only the
    /// call's connection is there.
    private static let settlePause: Duration = .seconds(45)

    package init(tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    /// Measures, and hands out a row for each phone.
    package func run(_ found: (BackgroundSample) throws -> Void) async throws {
        let folder = try Leftovers.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try await ServerProcess(
            ServerProcess.Settings(host: "127.0.0.1", port: 0, folder: folder + "/server")
        )
        defer { server.process.signal(SIGKILL) }
        let shown = try await self.phone("alice", server, folder)
        defer { shown.process.signal(SIGKILL) }
        let hidden = try await self.phone("bob", server, folder)
        defer { hidden.process.signal(SIGKILL) }
        hidden.say("/background")
        shown.say("/disconnect")
        let capture = folder + "/packets.pcap"
        let tap = try ChildProcess(
            name: "tcpdump",
            [
                "/usr/bin/tcpdump", "-i", "lo", "-s", "96", "-U", "-Z", "root", "-w", capture,
                "tcp", "port", "\(server.port)",
            ],
            log: folder + "/tcpdump.log"
        )
        try await Task.sleep(for: Self.settlePause)
        guard tap.isRunning else { throw DrillFailure("tcpdump does not run: is it installed?") }
        let ports = try [shown, hidden].map { try self.port(of: $0, server: server.port) }
        let lineCounts = [shown, hidden].map(\.history.count)
        let seconds = Double(self.length.components.seconds)
        let begin = Date().timeIntervalSince1970
        self.tell("  counting for \(Int(seconds)) s")
        try await Task.sleep(for: self.length)
        await tap.stop()
        for (phone, count) in zip([shown, hidden], lineCounts) {
            let lost = phone.history.dropFirst(count).contains { $0.event == "lost" }
            if lost { throw DrillFailure("\(phone.settings.name) lost its connection meanwhile") }
        }
        for (row, port) in zip(["on the screen", "in the background"], ports) {
            let count = try PacketCount(file: capture, port: port, within: begin..<begin + seconds)
            try found(BackgroundSample(row: row, count, seconds: seconds))
        }
    }

    private func phone(
        _ name: String,
        _ server: ServerProcess,
        _ folder: String
    ) async throws -> Phone {
        var settings = Phone.Settings(
            name: name,
            server: server.url,
            call: Self.call,
            token: try await DevelopmentToken.make(
                keys: server.keys,
                user: name,
                life: .seconds(86_400)
            ),
            tone: nil,
            sessionFolder: folder + "/" + name
        )
        settings.isReachable = true
        settings.log = folder + "/\(name).log"
        let phone = try Phone(settings)
        let joined = try await phone.wait(within: .seconds(20)) { $0.event == "joined" }
        guard joined != nil else { throw DrillFailure("\(name) did not join") }
        return phone
    }

    /// The port of the one connection that the phone has, from the kernel's table.
    private func port(of phone: Phone, server: Int) throws -> Int {
        let inodes = ProcessFacts.sockets(of: phone.process.pid)
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        let ports = table.split(separator: "\n").dropFirst().compactMap { line -> Int? in
            let fields = line.split(separator: " ")
            guard fields.count > 9, inodes.contains(String(fields[9])), fields[3] == "01",
                Self.port(fields[2]) == server
            else { return nil }
            return Self.port(fields[1])
        }
        guard ports.count == 1 else {
            throw DrillFailure("\(phone.settings.name) has \(ports.count) connections, not one")
        }
        return ports[0]
    }

    /// Of `0100007F:1F90`.
    private static func port(_ field: Substring) -> Int? {
        field.split(separator: ":").last.flatMap { Int($0, radix: 16) }
    }
}

/// What signalling cost one phone.
package struct BackgroundSample: Codable, Sendable {
    package var table = "background"
    /// Which phone.
    package var row: String
    /// How long was counted.
    package var seconds: Double
    /// Times at which processor and radio woke: packets with a second of silence before them.
    package var wakesPerHour: Double
    package var packetsPerHour: Double
    /// From the IP header on, both directions.
    package var bytesPerHour: Double

    enum CodingKeys: String, CodingKey {
        case table, row, seconds
        case wakesPerHour = "wakes_per_hour"
        case packetsPerHour = "packets_per_hour"
        case bytesPerHour = "bytes_per_hour"
    }

    init(row: String, _ count: PacketCount, seconds: Double) {
        self.row = row
        self.seconds = seconds
        self.wakesPerHour = Double(count.wakeCount) * 3600 / seconds
        self.packetsPerHour = Double(count.packetCount) * 3600 / seconds
        self.bytesPerHour = Double(count.byteCount) * 3600 / seconds
    }

    /// The line, without its end.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// For people.
    package var summary: String {
        let wakes = String(format: "%.0f", self.wakesPerHour)
        let kilobytes = String(format: "%.1f", self.bytesPerHour / 1000)
        return "\(self.row): \(wakes) wakings and \(kilobytes) kB an hour"
    }
}
#endif
