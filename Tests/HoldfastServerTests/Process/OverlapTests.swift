#if Server

import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Connections of a real server that meet: an old one and a new one, or more than it can hold.
@Suite(.serialized, .timeLimit(.minutes(2))) struct OverlapTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test(.spec("HF-20"), .spec("HF-44"), .spec("HF-46"))
    func `a close for the background and a return a moment later do not hurt each other`()
        async throws
    {
        let daemon = try Daemon(in: self.directory)
        let port = try #require(await daemon.port())
        var alice = try await Caller("alice", joining: daemon, port: port)
        var bob = try await Caller("bob", joining: daemon, port: port)
        // Two frames a round, of which a session has 40 at once (HF-61): a fast machine is soon through.
        for round in 1...18 {
            let old = bob.client
            try old.send(.appState(.suspending, hold: nil))
            old.sendFrame(opcode: 8, [0x0F, 0xA0])
            // Nobody waits for the old one; every other time the new one is even sent at once.
            if round.isMultiple(of: 2) { try await Task.sleep(for: .milliseconds(1)) }
            let welcome = try await bob.resume(port: port)
            #expect(welcome.mode == .resumed, "round \(round)")
            try await bob.catchUp(UInt32(round))
        }
        try await bob.say("here")
        #expect(await alice.read { $0.texts.last?.text == "here" })
        #expect(alice.departureCount == 0)
        // Whatever was announced was taken back: in the end bob is there.
        #expect(alice.roster[bob.participant]?.reachability == .online)
        #expect(bob.chainBreakCount == 0)
    }

    @Test(.spec("HF-20"), .spec("HF-55"))
    func `an old connection that breaks beside the new one detaches nobody`() async throws {
        let daemon = try Daemon(in: self.directory)
        let port = try #require(await daemon.port())
        var alice = try await Caller("alice", joining: daemon, port: port)
        var bob = try await Caller("bob", joining: daemon, port: port)
        for round in 1...25 {
            let old = bob.client
            // Before the server has seen the new one, or behind its welcome.
            if round.isMultiple(of: 2) { old.raw.close() }
            _ = try await bob.resume(port: port)
            old.raw.close()
            try await bob.catchUp(UInt32(round))
        }
        // Longer than a loss takes to be announced.
        try await Task.sleep(for: .seconds(3.5))
        try await bob.say("here")
        #expect(await alice.read { $0.texts.last?.text == "here" })
        #expect(alice.reachabilities.isEmpty)
        #expect(alice.departureCount == 0)
    }

    #if os(Linux)
    @Test(.spec("HF-58"))
    func `who finds the queue of a restarting server full gets in as soon as it is back`()
        async throws
    {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        defer { close(socket.descriptor) }
        // Far fewer than come: the kernel drops what is beyond, and they try again by themselves.
        #expect(listen(socket.descriptor, 32) == 0)
        let port = try #require(socket.port)
        let data = self.directory.file("data")
        let settings = ["--dev", "--data", data, "--failure-burst", "1000"]
        let keys = data + "/" + DataDirectory.developmentKeysName
        var process = try Self.spawn(settings, socket)
        defer { kill(process, SIGKILL) }
        let ready = try await RawConnection.connect(port: port)
        ready.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(await ready.readToEnd().hasSuffix("ok\n"))
        let issuer = try await TokenIssuer(keyFile: keys)

        kill(process, SIGKILL)
        _ = ChildProcess.wait(for: process)
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<200 {
                let token = try issuer.issue(
                    TokenIssuer.Request(
                        user: UserID("user-\(index)"),
                        scope: .everyCall,
                        expiresAt: ServerClock().now.advanced(by: .seconds(3600))
                    )
                )
                group.addTask {
                    let options = JoinOptions(call: CallID("call-\(index % 10)"))
                    let headers = try TestServer.headers(token: token, options: options)
                    // A kernel that is out of patience with a full queue resets; clients try again.
                    for _ in 0..<100 {
                        let client = try? await TestClient.connect(port: port, headers: headers)
                        if let client, let mode = await client.welcome()?.mode {
                            return "\(client.status) \(mode)"
                        }
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    return "never"
                }
            }
            // Nobody is served yet, and nobody is refused.
            try await Task.sleep(for: .milliseconds(300))
            process = try Self.spawn(settings, socket)
            var answers: [String] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
        #expect(answers.count == 200)
        #expect(Set(answers) == ["101 joined"])
    }

    private static func spawn(_ arguments: [String], _ socket: ListeningSocket) throws -> pid_t {
        try ChildProcess.spawn(
            executable: Daemon.executable.path,
            arguments: ["holdfastd"] + arguments,
            environment: ["LISTEN_FDS": "1"],
            socket: socket
        )
    }
    #endif
}

#endif
