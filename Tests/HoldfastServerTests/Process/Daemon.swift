#if Server

import Foundation
import HoldfastServerCore
import HoldfastWire
import NIOCore
import NIOPosix

@testable import HoldfastServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A `holdfastd` process, with what it printed. It never outlives its test.
final class Daemon: Sendable {
    let process: Process
    let directory: TemporaryDirectory
    private let output: Pipe
    private let lines: AsyncStream<String>

    /// Stands beside the test bundle in the build folder.
    static var executable: URL {
        let runner =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: runner).deletingLastPathComponent()
            .appendingPathComponent("holdfastd")
    }

    /// Starts it with `--data` in `directory`, and `--dev` and a free port unless told otherwise.
    init(
        _ arguments: [String] = ["--dev", "--port", "0"],
        environment: [String: String] = [:],
        in directory: TemporaryDirectory
    ) throws {
        self.directory = directory
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments + ["--data", directory.file("data")]
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { _, new in new }
        process.environment = variables
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
            }
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                continuation.yield(String(line))
            }
        }
        try process.run()
        self.process = process
        self.output = output
        self.lines = stream
    }

    deinit {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
    }

    /// The port of the next line of readiness; nil when the process ended without one.
    func port() async -> Int? {
        let prefix = "holdfastd listening on 127.0.0.1:"
        guard let line = await self.line({ $0.hasPrefix(prefix) }) else { return nil }
        return Int(line.dropFirst(prefix.count))
    }

    /// The next line that `matches`.
    func line(_ matches: (String) -> Bool) async -> String? {
        for await line in self.lines where matches(line) { return line }
        return nil
    }

    func signal(_ number: CInt) { kill(self.process.processIdentifier, number) }

    /// Waits for the end; returns the code.
    func exitCode() async -> CInt {
        while self.process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        return self.process.terminationStatus
    }

    /// The child that a supervisor runs now.
    func child() -> pid_t? {
        let parent = self.process.processIdentifier
        let path = "/proc/\(parent)/task/\(parent)/children"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.split(separator: " ").first.flatMap { pid_t($0) }
    }

    func join(
        port: Int,
        _ user: String = "alice",
        _ options: JoinOptions = JoinOptions(call: .demo)
    ) async throws -> TestClient {
        let keys = self.directory.file("data/" + DataDirectory.developmentKeysName)
        let token = try await TokenIssuer(keyFile: keys).issue(
            TokenIssuer.Request(
                user: UserID(user),
                scope: .everyCall,
                grants: [.join, .publish, .ring, .message],
                expiresAt: ServerClock().now.advanced(by: .seconds(3600))
            )
        )
        return try await TestClient.connect(
            port: port,
            headers: TestServer.headers(token: token, options: options)
        )
    }

    /// Resumes as a real client does: again and again until somebody answers.
    func resume(_ welcome: Welcome, port: Int) async throws -> Welcome? {
        for attempt in 0..<1000 {
            let header = try TestServer.resumeHeader(
                welcome,
                counter: UInt64(Date().timeIntervalSince1970 * 1000) + UInt64(attempt),
                port: port
            )
            if let client = try? await TestClient.connect(port: port, headers: [header]),
                client.status == 101
            {
                return await client.welcome()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}

#endif
