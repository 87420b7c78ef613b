#if NIO && os(Linux)
import Foundation
import Glibc

/// The drill's own `holdfastd`, with a data directory that outlives its processes.
// SAFETY: one task of the drill starts, kills and restarts the server; nobody else has it.
package final class ServerProcess: @unchecked Sendable {
    package let host: String
    package let port: Int
    package let folder: String
    package let isSupervised: Bool
    private let network: String?
    package private(set) var process: ChildProcess

    /// Starts the server and waits until it listens.
    package init(
        host: String,
        port: Int,
        folder: String,
        isSupervised: Bool = false,
        network: String? = nil
    ) async throws {
        self.host = host
        self.folder = folder
        self.isSupervised = isSupervised
        self.network = network
        try Self.makeKeys(in: folder)
        self.process = try Self.launch(host, port, folder, isSupervised, network)
        self.port = try await Self.waitUntilListening(self.process, log: folder + "/holdfastd.log")
    }

    /// The address for `holdfastctl join`.
    package var url: String { "ws://\(self.host):\(self.port)" }

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
        self.process = try Self.launch(
            self.host,
            self.port,
            self.folder,
            self.isSupervised,
            self.network
        )
        _ = try await Self.waitUntilListening(
            self.process,
            log: self.folder + "/holdfastd.log"
        )
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

    private static func launch(
        _ host: String,
        _ port: Int,
        _ folder: String,
        _ isSupervised: Bool,
        _ network: String?
    ) throws -> ChildProcess {
        var arguments = [
            ToolPaths.holdfastd, "--host", host, "--port", "\(port)", "--allow-insecure",
            "--data", folder, "--token-keys", Self.keys(in: folder),
        ]
        if isSupervised { arguments.append("--supervise") }
        return try ChildProcess(
            name: "holdfastd",
            arguments,
            network: network,
            log: folder + "/holdfastd.log"
        )
    }

    private static func waitUntilListening(
        _ process: ChildProcess,
        log: String
    ) async throws -> Int {
        for _ in 0..<200 {
            let line: LineBuffer.Line
            do {
                line = try await process.output.next(within: .seconds(15))
            } catch {
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
