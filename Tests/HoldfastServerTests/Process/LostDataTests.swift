#if Server

import Foundation
import GRDB
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

/// A real server whose disk lost something, refuses something, or is an older one's.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LostDataTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func start(_ arguments: [String] = [], port: Int = 0) throws -> Daemon {
        try Daemon(["--dev", "--port", "\(port)"] + arguments, in: self.directory)
    }

    private func kill(_ daemon: Daemon) async {
        daemon.signal(SIGKILL)
        _ = await daemon.exitCode()
    }

    @Test(.spec("HF-22"), .spec("HF-41"), arguments: [(1, false), (3, false), (2, true)])
    func `after a loss of power everybody sees the same call`(
        lostCount: Int,
        isTorn: Bool
    ) async throws {
        let first = try self.start()
        let port = try #require(await first.port())
        var alice = try await Caller("alice", joining: first, port: port)
        var bob = try await Caller("bob", joining: first, port: port)
        for number in 1...6 { try await alice.say("message \(number)") }
        #expect(await alice.read { $0.texts.count == 6 })
        #expect(await bob.read { $0.texts.count == 6 })
        let seen = bob.cursor
        await self.kill(first)
        var log = try WriteAheadLog(path: self.directory.file("data/calls.sqlite-wal"))
        try log.lose(lostCount, isTorn: isTorn)

        let second = try self.start(port: port)
        #expect(await second.port() == port)
        let welcome = try await alice.resume(port: port)
        #expect(welcome.mode == .resumed && welcome.snapshotFollows)
        #expect(welcome.top < seen)
        #expect(try await bob.resume(port: port).mode == .resumed)
        try await alice.say("after")
        #expect(await alice.read { $0.texts.last?.text == "after" })
        #expect(await bob.read { $0.texts.last?.text == "after" })
        #expect(alice.resetCount == 1 && bob.resetCount == 1)
        #expect(alice.texts == bob.texts)
        #expect(alice.chainBreakCount + bob.chainBreakCount == 0)
        #expect(bob.cursor.era > seen.era)
        let carol = try await Caller("carol", joining: second, port: port)
        #expect(await alice.read { $0.roster.count == 3 })
        #expect(await bob.read { $0.roster.count == 3 })
        #expect(Set(carol.roster.keys) == Set(alice.roster.keys))
        #expect(alice.roster == bob.roster)
    }

    @Test(.spec("HF-22"), arguments: [2, 8])
    func `a database from before a restart shows nobody a wrong past`(spokenCount: Int) async throws
    {
        let first = try self.start()
        let port = try #require(await first.port())
        var alice = try await Caller("alice", joining: first, port: port)
        var bob = try await Caller("bob", joining: first, port: port)
        try await alice.say("before the copy")
        #expect(await bob.read { $0.texts.count == 1 })
        let path = self.directory.file("data/calls.sqlite")
        let copy = self.directory.file("copy.sqlite")
        try Self.backUp(path, to: copy)
        await self.kill(first)

        // What happens from here on is what the copy does not have.
        let second = try self.start(port: port)
        #expect(await second.port() == port)
        _ = try await alice.resume(port: port)
        for number in 1...5 { try await alice.say("lost \(number)") }
        #expect(await alice.read { $0.texts.count == 6 })
        await self.kill(second)
        for suffix in ["-wal", "-shm", ""] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        try FileManager.default.moveItem(atPath: copy, toPath: path)

        // The server of the copy begins the era that the lost one had, and its log may be shorter
        // or longer than what alice has seen of the lost one.
        let third = try self.start(port: port)
        #expect(await third.port() == port)
        _ = try await bob.resume(port: port)
        for number in 1...spokenCount { try await bob.say("new \(number)") }
        #expect(await bob.read { $0.texts.count == 1 + spokenCount })
        #expect(try await alice.resume(port: port).mode == .resumed)
        try await bob.say("last")
        #expect(await alice.read { $0.texts.last?.text == "last" })
        #expect(alice.resetCount > 0)
        #expect(alice.chainBreakCount == 0)
        let expected = (1...spokenCount).map { "new \($0)" } + ["last"]
        #expect(alice.texts.dropFirst(6).map(\.text) == expected)
    }

    @Test(.spec("HF-59")) func `a long downtime is nobody's fault`() async throws {
        let settings = ["--detach-window", "1s"]
        let first = try self.start(settings)
        let port = try #require(await first.port())
        var alice = try await Caller("alice", joining: first, port: port)
        var bob = try await Caller("bob", joining: first, port: port)
        await self.kill(first)
        // Down for more than twice the window.
        try await Task.sleep(for: .seconds(2.5))
        let second = try self.start(settings, port: port)
        #expect(await second.port() == port)
        try await Task.sleep(for: .seconds(1.5))
        #expect(try await alice.resume(port: port).mode == .resumed)
        #expect(try await bob.resume(port: port).mode == .resumed)
        try await alice.catchUp()
        try await bob.catchUp()
        #expect(alice.departureCount + bob.departureCount == 0)
        #expect(alice.roster.count == 2)
    }

    @Test(.spec("HF-22"), .spec("HF-33")) func `a server that dies in every replay loses nothing`()
        async throws
    {
        var daemon = try self.start()
        let port = try #require(await daemon.port())
        var alice = try await Caller("alice", joining: daemon, port: port)
        var bob = try await Caller("bob", joining: daemon, port: port)
        bob.client.raw.close()
        // Larger than one page, so that a replay can be cut in its middle.
        let filling = String(repeating: "x", count: 3000)
        for number in 1...18 { try await alice.say("\(number) \(filling)") }
        for round in 1...4 {
            _ = try await bob.resume(port: port)
            let target = min(bob.texts.count + 4, 18)
            #expect(await bob.read { $0.texts.count >= target })
            await self.kill(daemon)
            daemon = try self.start(port: port)
            #expect(await daemon.port() == port, "round \(round)")
        }
        _ = try await bob.resume(port: port)
        #expect(await bob.read { $0.texts.count == 18 })
        let numbers = bob.texts.compactMap {
            $0.text.split(separator: " ").first.flatMap { Int($0) }
        }
        #expect(numbers == Array(1...18))
        #expect(bob.chainBreakCount == 0 && bob.resetCount == 0)
    }

    @Test(.spec("HF-42")) func `a database that another process holds costs time, not commands`()
        async throws
    {
        let daemon = try self.start()
        let port = try #require(await daemon.port())
        var alice = try await Caller("alice", joining: daemon, port: port)
        var bob = try await Caller("bob", joining: daemon, port: port)
        try await alice.say("before")
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let holder = try DatabaseQueue(
            path: self.directory.file("data/calls.sqlite"),
            configuration: configuration
        )
        try await holder.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        // Longer than the server waits for a lock: the command fails, and leaves nothing behind.
        try await alice.say("during")
        guard case .failed(let failure)? = alice.results.last?.outcome else {
            Issue.record("the command did not fail: \(alice.results)")
            return
        }
        #expect(failure.code == .unavailable)
        #expect(failure.retryAfter ?? .zero > .zero)
        #expect(try await Self.isHealthy(port))
        try await holder.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try alice.repeatLast("during")
        #expect(await alice.read { $0.texts.last?.text == "during" })
        try await alice.say("after")
        #expect(await bob.read { $0.texts.last?.text == "after" })
        #expect(bob.texts.map(\.text) == ["before", "during", "after"])
    }

    #if os(Linux)
    @Test func `a database that cannot be written stops the start`() async throws {
        let first = try self.start()
        _ = try #require(await first.port())
        first.signal(SIGTERM)
        _ = await first.exitCode()
        guard requireReal("read-only database", available: getuid() == 0, reason: "needs root")
        else { return }
        // Root writes where it may not; what is mounted read-only nobody writes.
        let data = self.directory.file("data")
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        let script =
            "mount --bind \(data) \(data) && mount -o remount,ro,bind \(data) && "
            + "exec \(Daemon.executable.path) --dev --port 0 --data \(data)"
        shell.arguments = ["-m", "sh", "-c", script]
        let output = Pipe()
        shell.standardOutput = output
        shell.standardError = output
        try shell.run()
        let said = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(),
            as: UTF8.self
        )
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 1)
        #expect(said.contains("holdfastd: "), "\(said)")
        #expect(said.contains("is not writable"), "\(said)")
        #expect(!said.contains("listening"))
        let again = try self.start()
        #expect(await again.port() != nil)
    }
    #endif

    /// As `sqlite3 calls.sqlite ".backup copy.sqlite"` does, while the server runs.
    private static func backUp(_ path: String, to copy: String) throws {
        let source = try DatabaseQueue(path: path)
        let target = try DatabaseQueue(path: copy)
        try source.backup(to: target)
        try target.close()
        try source.close()
    }

    private static func isHealthy(_ port: Int) async throws -> Bool {
        let raw = try await RawConnection.connect(port: port)
        raw.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return await raw.readToEnd().hasPrefix("HTTP/1.1 200 ")
    }
}

#endif
