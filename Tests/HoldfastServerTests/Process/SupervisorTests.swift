#if Server

import Foundation
import HoldfastSpec
import HoldfastWire
import NIOConcurrencyHelpers
import Testing

@testable import HoldfastServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite(.serialized, .timeLimit(.minutes(2))) struct SupervisorTests {
    private static let arguments = ["--dev", "--port", "0", "--supervise"]
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    #if os(Linux)
    @Test func `a killed server is restarted, and its port never refuses`() async throws {
        let daemon = try Daemon(Self.arguments, in: self.directory)
        let port = try #require(await daemon.port())
        let client = try await daemon.join(port: port)
        let welcome = try #require(await client.welcome())
        let refusals = NIOLockedValueBox(0)
        let knocking = Task {
            while !Task.isCancelled {
                do {
                    try await RawConnection.connect(port: port).close()
                } catch {
                    refusals.withLockedValue { $0 += 1 }
                }
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        for _ in 1...3 {
            let child = try #require(daemon.child())
            kill(child, SIGKILL)
            // However rarely a busy machine lets the others knock, this is once for each kill.
            try await RawConnection.connect(port: port).close()
            #expect(await daemon.line { $0.contains("was killed by signal 9") } != nil)
            #expect(try await daemon.resume(welcome, port: port)?.mode == .resumed)
            #expect(await daemon.port() == port)
        }
        knocking.cancel()
        await knocking.value
        #expect(refusals.withLockedValue { $0 } == 0)
        daemon.signal(SIGTERM)
        #expect(await daemon.exitCode() == 0)
    }

    @Test func `a killed supervisor takes its child with it`() async throws {
        let daemon = try Daemon(Self.arguments, in: self.directory)
        _ = try #require(await daemon.port())
        let child = try #require(daemon.child())
        daemon.signal(SIGKILL)
        _ = await daemon.exitCode()
        var isGone = false
        for _ in 0..<500 where !isGone {
            isGone = !FileManager.default.fileExists(atPath: "/proc/\(child)/fd/0")
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(isGone)
    }

    @Test func `a child that was ended alone is replaced without a word to the operator's socket`()
        async throws
    {
        let daemon = try Daemon(Self.arguments, in: self.directory)
        let port = try #require(await daemon.port())
        let child = try #require(daemon.child())
        // How a new version is put in place: the child drains, the socket stays.
        kill(child, SIGTERM)
        #expect(await daemon.line { $0.contains("ended with code 0") } != nil)
        #expect(await daemon.port() == port)
        #expect(daemon.child() != child)
    }
    #endif

    @Test func `a child that cannot live is given up`() async throws {
        // The port can be bound, the token keys cannot be read: every child dies at once.
        let keys = try self.directory.write("nonsense", to: "keys.json")
        let daemon = try Daemon(
            ["--port", "0", "--supervise", "--token-keys", keys],
            in: self.directory
        )
        #expect(await daemon.line { $0.contains("the supervisor gives up") } != nil)
        #expect(await daemon.exitCode() == 1)
    }

    @Test func `a passed socket is served`() async throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let port = try #require(socket.port)
        let process = try ChildProcess.spawn(
            executable: Daemon.executable.path,
            arguments: ["holdfastd", "--dev", "--data", self.directory.file("data")],
            environment: ["LISTEN_FDS": "1"],
            socket: socket
        )
        defer { kill(process, SIGKILL) }
        let raw = try await RawConnection.connect(port: port)
        raw.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(await raw.readToEnd().hasSuffix("ok\n"))
        kill(process, SIGTERM)
        #expect(ChildProcess.wait(for: process) == .exited(0))
        close(socket.descriptor)
    }

    @Test func `LISTEN_FDS for another process is none of ours`() throws {
        let none = try ListeningSocket.inherited(
            environment: ["LISTEN_FDS": "1", "LISTEN_PID": "1"],
            processID: 2
        )
        #expect(none == nil)
        #expect(try ListeningSocket.inherited(environment: [:]) == nil)
        #expect(throws: StartupError.self) {
            try ListeningSocket.inherited(environment: ["LISTEN_FDS": "2"])
        }
    }

    @Test func `a supervisor that is gone is noticed`() {
        #expect(throws: StartupError.self) {
            try Supervisor.bindToParent(environment: [Supervisor.parentVariable: "1"])
        }
    }
}

#endif
