#if NIO && os(Linux)
import Foundation
import Glibc

/// A real TURN server, coturn, as a process of its own that can be killed and started again.
// SAFETY: one task of a drill or test starts, kills and restarts it; nobody else has it.
package final class TURNServer: @unchecked Sendable {
    /// Where and with what it is started.
    package struct Settings: Sendable {
        /// Listened on, and relayed from.
        package var address: String
        package var port = 3478
        /// Shared with the call server.
        package var secret: String
        /// For its configuration and its database; must be there.
        package var folder: String
        package var network: String?

        package init(address: String, secret: String, folder: String) {
            self.address = address
            self.secret = secret
            self.folder = folder
        }
    }

    private static let tool = "/usr/bin/turnserver"

    /// Why there is none on this machine, nil when there is.
    package static var obstacle: String? {
        FileManager.default.isExecutableFile(atPath: self.tool)
            ? nil : "\(self.tool) is missing: apt install coturn"
    }

    private let settings: Settings
    package private(set) var process: ChildProcess

    /// Starts it and waits until it listens.
    package init(_ settings: Settings) async throws {
        self.settings = settings
        try Self.writeConfiguration(settings)
        self.process = try await Self.launch(settings)
    }

    /// Kills it without warning; every relay is gone with it.
    package func kill() async throws {
        self.process.signal(SIGKILL)
        guard await self.process.waitForEnd(.seconds(3)) else {
            throw DrillFailure("the TURN server did not die")
        }
    }

    /// Starts it again on the same address, with no memory of what was.
    package func restart() async throws { self.process = try await Self.launch(self.settings) }

    package func stop() async { await self.process.stop(within: .seconds(1)) }

    private static func write(_ text: String, to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw DrillFailure("cannot write \(path)") }
    }

    private static func writeConfiguration(_ settings: Settings) throws {
        let text = """
            listening-ip=\(settings.address)
            relay-ip=\(settings.address)
            listening-port=\(settings.port)
            min-port=49160
            max-port=49260
            use-auth-secret
            static-auth-secret=\(settings.secret)
            realm=drill
            fingerprint
            no-tls
            no-dtls
            no-cli
            log-file=stdout
            pidfile=\(settings.folder)/turnserver.pid
            userdb=\(settings.folder)/turnserver.db

            """
        try Self.write(text, to: settings.folder + "/turnserver.conf")
    }

    private static func launch(_ settings: Settings) async throws -> ChildProcess {
        if let obstacle = Self.obstacle { throw DrillFailure(obstacle) }
        let process = try ChildProcess(
            name: "turnserver",
            [Self.tool, "-c", settings.folder + "/turnserver.conf"],
            network: settings.network
        )
        var said = ""
        for _ in 0..<200 {
            let line: LineBuffer.Line
            do {
                line = try await process.output.next(within: .seconds(10))
            } catch {
                throw DrillFailure("coturn did not start: \(said.suffix(600))")
            }
            // Its listeners are opened before its relay threads, which it counts in the end.
            if line.text.contains("Total General servers") { return process }
            said += line.text + "\n"
        }
        throw DrillFailure("coturn never said that it is ready")
    }
}
#endif
