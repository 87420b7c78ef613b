#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import Testing

extension EndToEnd {
    /// Real phones and a real `holdfastd` where others have failed. `LONG_TESTS=1` makes what takes
    /// long as long as it is outside; otherwise it is a few seconds.
    @Suite struct AdversarialTests: LoopbackStage {
        private static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

        @Test(.timeLimit(.minutes(1)))
        func `a server that upgrades and then says nothing is left, and the real one found`()
            async throws
        {
            try await Self.withServer { server, folder in
                let recorder = try await Self.recorder(of: server)
                let phone = try Phone(try await Self.phoneSettings("alice", server, folder))
                _ = try await Self.joined(phone)
                recorder.tick(every: nil)
                try await server.kill()
                let silent = try #require(SilentServer(port: server.port))
                // An attempt is given up after 3 s, and the next has begun by then.
                try await Self.wait(.seconds(8)) {
                    silent.visits.contains { $0.endedAt != nil } && silent.visits.count >= 2
                }
                let visits = silent.visits
                #expect(visits.count >= 2)
                for visit in visits {
                    guard let end = visit.endedAt else { continue }
                    #expect(end - visit.at < .seconds(4))
                }
                #expect(silent.openCount <= 3)
                #expect(phone.history.contains { $0.event == "lost" })
                if Self.isLong { try await Self.joinFails(at: silent, server, folder) }
                silent.close()
                try await server.restart()
                let back = try await phone.wait(within: .seconds(8)) { $0.event == "restored" }
                #expect(back != nil)
                #expect(phone.process.isRunning)
                recorder.stop()
                await phone.process.stop()
            }
        }

        /// A join has 10 s for each attempt.
        private static func joinFails(
            at silent: SilentServer,
            _ server: ServerProcess,
            _ folder: String
        ) async throws {
            let before = silent.visits.count
            let phone = try Phone(try await Self.phoneSettings("bob", server, folder))
            try await Self.wait(.seconds(15)) {
                silent.visits.dropFirst(before).contains { visit in
                    visit.endedAt.map { $0 - visit.at > .seconds(9) } ?? false
                }
            }
            let times = silent.visits.dropFirst(before).compactMap { visit in
                visit.endedAt.map { $0 - visit.at }
            }
            #expect(times.contains { $0 > .seconds(9) && $0 < .seconds(11) }, "\(times)")
            await phone.process.stop()
        }

        @Test(.timeLimit(.minutes(1)))
        func `a phone that was killed and remembers an older place repeats, and skips nothing`()
            async throws
        {
            try await Self.withServer { server, folder in
                let recorder = try await Self.recorder(of: server)
                let settings = try await Self.phoneSettings("alice", server, folder)
                let phone = try Phone(settings)
                let participant = try await Self.joined(phone)
                _ = try await phone.wait(within: .seconds(5)) { $0.event == "message" }
                try await Self.stored(settings)
                // What a disk may bring back: the session as it was then.
                let copy = folder + "/copy"
                try FileManager.default.copyItem(atPath: settings.sessionFolder, toPath: copy)
                try await Task.sleep(for: .seconds(1.5))
                phone.process.signal(SIGKILL)
                #expect(await phone.process.waitForEnd(.seconds(2)))
                try FileManager.default.removeItem(atPath: settings.sessionFolder)
                try FileManager.default.moveItem(atPath: copy, toPath: settings.sessionFolder)

                let again = try Phone(settings)
                #expect(try await Self.joined(again) == participant)
                try await Task.sleep(for: .seconds(0.5))
                recorder.tick(every: nil)
                let sent = recorder.snapshot.tickCount
                let last = try await again.wait(within: .seconds(5)) { $0.tick == sent }
                #expect(last != nil)

                let first = Self.places(of: phone)
                let second = Self.places(of: again)
                // Repeated ones are known by their place in the log, and there are some.
                let repeated = Set(first.keys).intersection(second.keys)
                #expect(!repeated.isEmpty)
                for tick in repeated { #expect(first[tick] == second[tick]) }
                #expect(Self.ticks(of: again) == Self.ticks(of: again).sorted())
                #expect(Set(Self.ticks(of: again)).count == Self.ticks(of: again).count)
                let seen = Set(first.keys).union(second.keys)
                let start = try #require(seen.min())
                #expect(seen == Set(start...sent))
                #expect(!recorder.snapshot.entries.contains { $0.kind == "participantLeft" })
                recorder.stop()
                await again.process.stop()
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a server that dies twice while its phones come back loses nothing`() async throws {
            try await Self.withServer { server, folder in
                let recorder = try await Self.recorder(of: server)
                let phone = try Phone(try await Self.phoneSettings("alice", server, folder))
                _ = try await Self.joined(phone)
                _ = try await phone.wait(within: .seconds(5)) { $0.tick != nil }
                for _ in 1...2 {
                    try await server.kill()
                    try await server.restart()
                    // At once again: whoever has just come back is thrown out in the same breath.
                    try await server.kill()
                    try await server.restart()
                    let count = phone.history.count
                    let next = try await phone.wait(from: count, within: .seconds(8)) {
                        $0.tick != nil
                    }
                    #expect(next != nil)
                }
                recorder.tick(every: nil)
                let sent = recorder.snapshot.tickCount
                let last = try await phone.wait(within: .seconds(8)) { $0.tick == sent }
                #expect(last != nil)
                let ticks = Self.ticks(of: phone)
                let start = try #require(ticks.first)
                #expect(ticks == Array(start...sent))
                #expect(!recorder.snapshot.entries.contains { $0.kind == "participantLeft" })
                recorder.stop()
                await phone.process.stop()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a phone whose app is blocked stays in its call, and misses nothing`() async throws {
            try await Self.withServer { server, folder in
                let recorder = try await Self.recorder(of: server)
                let talker = try Phone(try await Self.phoneSettings("alice", server, folder))
                _ = try await Self.joined(talker)
                let blocked = try await BlockedPhone(
                    "bob",
                    Self.phoneSettings("bob", server, folder)
                )
                let arrival = try await talker.wait(within: .seconds(10)) {
                    $0.event == "participant_joined" && $0.name == "bob"
                }
                #expect(arrival != nil)
                // More than the pipe takes: the phone's printing blocks in the middle of a line.
                let filling = String(repeating: "x", count: 6000)
                for number in 1...40 { talker.say("\(number) \(filling)") }
                try await Task.sleep(for: .seconds(Self.isLong ? 45 : 6))
                #expect(blocked.residentKilobytes < 300_000)
                let others = recorder.snapshot.entries.map(\.kind)
                #expect(!others.contains("participantLeft"))
                #expect(!others.contains("participantUpdated"))
                recorder.tick(every: nil)
                let sent = recorder.snapshot.tickCount

                let events = try await blocked.read(within: .seconds(20)) { events in
                    events.contains { $0.tick == sent }
                        && events.count { ($0.text?.count ?? 0) > 6000 } == 40
                }
                let numbers = events.compactMap { event in
                    event.text.flatMap { $0.count > 6000 ? Int($0.prefix { $0 != " " }) : nil }
                }
                #expect(numbers == Array(1...40))
                let ticks = events.compactMap(\.tick)
                #expect(try ticks == Array(#require(ticks.first)...sent))
                #expect(!events.contains { ["lost", "closed", "failed"].contains($0.event) })
                blocked.stop()
                recorder.stop()
                await talker.process.stop()
            }
        }

        private static func places(of phone: Phone) -> [Int: UInt64] {
            var places: [Int: UInt64] = [:]
            for event in phone.history {
                if let tick = event.tick { places[tick] = event.offset }
            }
            return places
        }

        private static func wait(_ limit: Duration, until isDone: () -> Bool) async throws {
            let end = ContinuousClock.now + limit
            while ContinuousClock.now < end, !isDone() {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}

/// A phone from whose standard output nobody reads until ``read(within:until:)``.
private final class BlockedPhone {
    private let process = Process()
    private let output = Pipe()

    init(_ name: String, _ settings: Phone.Settings) throws {
        self.process.executableURL = URL(fileURLWithPath: ToolPaths.holdfastctl)
        self.process.arguments = [
            "join", settings.server, settings.call, "--json", "--name", name, "--no-media",
            "--session-folder", settings.sessionFolder, "--allow-plaintext",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["HOLDFAST_TOKEN"] = settings.token
        self.process.environment = environment
        self.process.standardInput = Pipe()
        self.process.standardOutput = self.output
        self.process.standardError = FileHandle.nullDevice
        try self.process.run()
    }

    deinit { self.stop() }

    func stop() {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
    }

    /// What it holds in memory; more than anything when it has ended.
    var residentKilobytes: Int {
        let path = "/proc/\(self.process.processIdentifier)/status"
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? .max
    }

    /// Reads its lines until `isDone` or the limit; the rest stays in the pipe.
    func read(
        within limit: Duration,
        until isDone: ([PhoneEvent]) -> Bool
    ) async throws -> [PhoneEvent] {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { continuation.finish() }
            continuation.yield(String(decoding: data, as: UTF8.self))
        }
        defer { self.output.fileHandleForReading.readabilityHandler = nil }
        let timeout = Task {
            try await Task.sleep(for: limit)
            continuation.finish()
        }
        defer { timeout.cancel() }
        var events: [PhoneEvent] = []
        var rest = ""
        for await chunk in lines {
            rest += chunk
            while let end = rest.firstIndex(of: "\n") {
                if let event = PhoneEvent(line: String(rest[..<end])) { events.append(event) }
                rest.removeSubrange(...end)
            }
            if isDone(events) { break }
        }
        return events
    }
}
#endif
