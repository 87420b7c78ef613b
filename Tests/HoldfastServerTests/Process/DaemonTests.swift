#if Server

import Foundation
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

/// The built program as its operator meets it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DaemonTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func `it says where it listens and how to make a token`() async throws {
        let daemon = try Daemon(in: self.directory)
        let port = try #require(await daemon.port())
        #expect(port > 0)
        let hint = await daemon.line { $0.hasPrefix("To make a token:") }
        #expect(hint?.contains("dev-token-keys.json") == true)
        #expect(try await daemon.join(port: port).welcome()?.mode == .joined)
        for name in ["calls.sqlite", "lock", "resume-keys.json", "dev-token-keys.json"] {
            #expect(try self.directory.mode(of: "data/" + name) == 0o600)
        }
    }

    @Test(.spec("HF-58")) func `a signal says goodbye to open sockets and ends it`() async throws {
        let daemon = try Daemon(in: self.directory)
        let port = try #require(await daemon.port())
        let client = try await daemon.join(port: port)
        _ = try #require(await client.welcome())
        let start = ContinuousClock.now
        daemon.signal(SIGTERM)
        var wentAway = false
        var code: CloseCode?
        while case .message(let message) = await client.next() {
            if case .goAway = message { wentAway = true }
            if case .bye(let bye) = message { code = bye.code }
        }
        #expect(wentAway)
        #expect(code == .serverRestart)
        #expect(await daemon.exitCode() == 0)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(.spec("HF-15")) func `a draining server takes resumes and no joins`() async throws {
        let daemon = try Daemon(
            ["--dev", "--port", "0", "--drain-delay", "3s"],
            in: self.directory
        )
        let port = try #require(await daemon.port())
        let client = try await daemon.join(port: port)
        let welcome = try #require(await client.welcome())
        daemon.signal(SIGTERM)
        while case .message(let message) = await client.next() {
            if case .goAway = message { break }
        }
        #expect(try await daemon.join(port: port, "bob").status == 503)
        let ready = try await RawConnection.connect(port: port)
        ready.send("GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(await ready.readToEnd().hasPrefix("HTTP/1.1 503 "))
        #expect(try await daemon.resume(welcome, port: port)?.mode == .resumed)
        // A second signal does not wait.
        daemon.signal(SIGTERM)
        #expect(await daemon.exitCode() == 1)
    }

    @Test(.spec("HF-29"), .spec("HF-40")) func `what was answered survives a kill`() async throws {
        let first = try Daemon(in: self.directory)
        let port = try #require(await first.port())
        let client = try await first.join(port: port)
        let welcome = try #require(await client.welcome())
        for number in 1...20 as ClosedRange<UInt32> {
            let command = Command.sendMessage(to: [], body: .text("message \(number)"))
            try client.send(.command(CommandNumber(number), command))
        }
        var answered: UInt32 = 0
        while answered < 20, let message = await client.nextMessage() {
            if case .result(let result) = message { answered = result.number.rawValue }
        }
        first.signal(SIGKILL)
        _ = await first.exitCode()
        let second = try Daemon(["--dev", "--port", "\(port)"], in: self.directory)
        #expect(await second.port() == port)
        let resumed = try #require(try await second.resume(welcome, port: port))
        #expect(resumed.mode == .resumed)
        #expect(resumed.lastCommand == CommandNumber(20))
        #expect(resumed.top >= LogOffset(era: Era(1), number: 21))
    }

    @Test func `two servers cannot share a directory or a port`() async throws {
        let first = try Daemon(in: self.directory)
        let port = try #require(await first.port())
        let second = try Daemon(in: self.directory)
        #expect(await second.line { $0.contains("Another holdfastd uses") } != nil)
        #expect(await second.exitCode() == 1)
        let other = try TemporaryDirectory()
        let third = try Daemon(["--dev", "--port", "\(port)"], in: other)
        #expect(await third.line { $0.contains("Port \(port) of 127.0.0.1 is taken.") } != nil)
        #expect(await third.exitCode() == 1)
    }

    @Test(arguments: [
        (["--port", "0"], "no keys to check access tokens"),
        (["--dev", "--host", "0.0.0.0"], "resume keys would travel in clear"),
        (["--dev", "--nonsense", "1"], "no setting \"nonsense\""),
        (["--token-keys", "/nowhere.json", "--port", "0"], "no token key file"),
    ])
    func `what is wrong is said in one sentence, with a remedy`(
        arguments: [String],
        problem: String
    ) async throws {
        let daemon = try Daemon(arguments, in: self.directory)
        #expect(await daemon.line { $0.hasPrefix("holdfastd: ") && $0.contains(problem) } != nil)
        #expect(await daemon.exitCode() == 1)
    }

    @Test func `the configuration is printed without serving`() async throws {
        let daemon = try Daemon(["--print-configuration"], in: self.directory)
        #expect(await daemon.line { $0.contains("\"idle-timeout\": \"300s\"") } != nil)
        #expect(await daemon.exitCode() == 0)
    }

    @Test func `a hang-up reads keys again, and nobody notices`() async throws {
        let daemon = try Daemon(in: self.directory)
        let port = try #require(await daemon.port())
        let client = try await daemon.join(port: port)
        let welcome = try #require(await client.welcome())
        let rotation = try Daemon(["--rotate-resume-keys"], in: self.directory)
        #expect(await rotation.line { $0.contains("k2") } != nil)
        daemon.signal(SIGHUP)
        #expect(await daemon.line { $0.contains("keys were read again") } != nil)
        #expect(try await daemon.join(port: port, "bob").welcome()?.resumeKey?.id == KeyID("k2"))
        #expect(try await daemon.resume(welcome, port: port)?.mode == .resumed)
    }
}

#endif
