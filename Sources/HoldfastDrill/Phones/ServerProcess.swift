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

    /// Kills the process without warning, and waits until it is gone.
    package func kill() async throws {
        self.process.signal(SIGKILL)
        guard await self.process.waitForEnd(.seconds(3)) else {
            throw DrillFailure("the server did not die")
        }
    }

    /// Starts it again on the same port and directory.
    package func restart() async throws {
        self.process = try Self.launch(self.settings)
        _ = try await Self.waitUntilListening(self.process, self.settings)
    }

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
            "--data", settings.folder, "--token-keys", Self.keys(in: settings.folder),
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
            log: Self.log(of: settings)
        )
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
