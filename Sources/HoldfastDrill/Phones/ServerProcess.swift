#if NIO && os(Linux)
import Foundation
import Glibc

/// The drill's own `holdfastd`, with a data directory that outlives its processes.
// SAFETY: one task of the drill starts, kills and restarts the server; nobody else has it.
package final class ServerProcess: @unchecked Sendable {
    /// How a server is started.
    package struct Settings: Sendable {
        package var host: String
        /// 0 takes a free one.
        package var port: Int
        /// Its data directory, which must be there.
        package var folder: String
        package var isSupervised = false
        /// The size of a volume of its own for its database; nil for a folder like any other.
        package var volumeBytes: Int?
        package var network: String?
        /// Nil for no TLS.
        package var certificate: Certificate?
        /// Further arguments, behind the others.
        package var arguments: [String] = []

        package init(host: String, port: Int, folder: String) {
            self.host = host
            self.port = port
            self.folder = folder
        }
    }

    private var settings: Settings
    package private(set) var process: ChildProcess

    /// Starts the server and waits until it listens.
    ///
    /// - Throws: ``DrillFailure`` with what the server said when it does not start.
    package init(_ settings: Settings) async throws {
        self.settings = settings
        try Self.makeKeys(in: settings.folder)
        if let volume = Self.volume(of: settings) { unsafe mkdir(volume.path, 0o700) }
        self.process = try Self.launch(settings)
        self.settings.port = try await Self.waitUntilListening(self.process, settings)
    }

    package var host: String { self.settings.host }
    package var port: Int { self.settings.port }
    package var folder: String { self.settings.folder }

    /// The address for `holdfastctl join`.
    package var url: String {
        "\(self.settings.certificate == nil ? "ws" : "wss")://\(self.host):\(self.port)"
    }

    /// The keys that its tokens are made with.
    package var keys: String { Self.keys(in: self.folder) }

    /// The process that serves: a supervisor's child, or the one that was started.
    var worker: pid_t? {
        self.settings.isSupervised
            ? ProcessFacts.children(of: self.process.pid).first : self.process.pid
    }

    /// Kills the process that serves without warning, and waits until the kernel knows it no more.
    package func kill() async throws {
        guard let worker = self.worker, let facts = ProcessFacts(worker) else {
            throw DrillFailure("there is no server to kill")
        }
        Glibc.kill(worker, SIGKILL)
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(3))
        while ProcessFacts(worker)?.startedAt == facts.startedAt {
            guard clock.now < end else { throw DrillFailure("the server did not die") }
            try await clock.sleep(for: .milliseconds(2))
        }
    }

    /// Asks it to end, as an operator does, and waits until it has.
    ///
    /// - Returns: How it ended, as `waitpid` gives it; 0 is success.
    package func drain() async throws -> Int32 {
        self.process.signal(SIGTERM)
        guard await self.process.waitForEnd(.seconds(12)), let status = self.process.status else {
            throw DrillFailure("the server did not end within 12 s of SIGTERM")
        }
        return status
    }

    /// Starts it again on the same port and directory and waits until it listens. A supervised one
    /// is started by its supervisor: then it waits alone.
    package func restart() async throws {
        if !self.settings.isSupervised { self.process = try Self.launch(self.settings) }
        _ = try await Self.waitUntilListening(self.process, self.settings)
    }

    /// Whether the kernel takes connections on the server's port, with or without a server.
    package var isPortOpen: Bool {
        ProcessFacts.isListening(on: self.port, besides: self.process.pid)
    }

    /// What it has written to its log so far.
    package var said: String {
        (try? String(contentsOfFile: Self.log(of: self.settings), encoding: .utf8)) ?? ""
    }

    /// Where its database is, for itself and for others.
    package var volume: Volume? { Self.volume(of: self.settings) }

    private static func keys(in folder: String) -> String { folder + "/token-keys.json" }

    /// A key of this server's own, which the tools sign with.
    private static func makeKeys(in folder: String) throws {
        let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        let text = #"{"keys":[{"kid":"drill","kty":"oct","alg":"HS256","k":"\#(secret)"}]}"#
        guard
            FileManager.default.createFile(
                atPath: self.keys(in: folder),
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw DrillFailure("cannot write \(self.keys(in: folder))") }
    }

    private static func launch(_ settings: Settings) throws -> ChildProcess {
        var arguments = [
            ToolPaths.holdfastd, "--host", settings.host, "--port", "\(settings.port)",
            "--data", self.volume(of: settings)?.path ?? settings.folder,
            "--token-keys", Self.keys(in: settings.folder),
        ]
        if let certificate = settings.certificate {
            arguments += ["--tls-certificate", certificate.chain, "--tls-key", certificate.key]
        } else {
            arguments.append("--allow-insecure")
        }
        if settings.isSupervised { arguments.append("--supervise") }
        arguments += settings.arguments
        return try ChildProcess(
            name: "holdfastd",
            arguments,
            network: settings.network,
            volume: self.volume(of: settings),
            log: Self.log(of: settings)
        )
    }

    private static func volume(of settings: Settings) -> Volume? {
        settings.volumeBytes.map { Volume(path: settings.folder + "/volume", byteCount: $0) }
    }

    private static func log(of settings: Settings) -> String { settings.folder + "/holdfastd.log" }

    private static func waitUntilListening(
        _ process: ChildProcess,
        _ settings: Settings
    ) async throws -> Int {
        for _ in 0..<200 {
            let line: LineBuffer.Line
            do {
                line = try await process.output.next(within: .seconds(15))
            } catch {
                let log = Self.log(of: settings)
                let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw DrillFailure("holdfastd did not start: \(said.suffix(600))")
            }
            guard line.text.contains("listening on"), let colon = line.text.lastIndex(of: ":"),
                let port = Int(line.text[line.text.index(after: colon)...].prefix { $0.isNumber })
            else { continue }
            return port
        }
        throw DrillFailure("holdfastd never said that it listens")
    }
}
#endif
