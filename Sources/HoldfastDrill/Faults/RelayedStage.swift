#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastServer
import HoldfastWire

/// A stage whose phones may send media through real TURN servers alone, each on a host of its own.
package struct RelayedStage: Sendable {
    /// What it is built of.
    package struct Settings: Sendable {
        package var serverCount = 1
        /// Between phones and TURN servers: `udp` or `tcp`.
        package var transport = "udp"
        package var credentials = Credentials.valid

        package init() {}
    }

    /// What phones are given for the TURN servers.
    package enum Credentials: Sendable, CaseIterable {
        case valid
        /// Made with another secret than theirs.
        case forged
        /// Right, a year ago.
        case expired
    }

    package let stage: Stage
    package let servers: [TURNServer]
    private let folder: String

    private static let secret = "of the drill, and of nobody else"
    /// Behind the call server and two phones.
    private static let firstHost = 3

    /// Builds it, with the call server and the TURN servers running and without phones.
    package static func build(_ settings: Settings) async throws -> RelayedStage {
        if let obstacle = TURNServer.obstacle { throw DrillFailure(obstacle) }
        let folder = try Stage.makeFolder()
        do {
            return try await self.build(settings, in: folder)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private static func build(
        _ settings: Settings,
        in folder: String
    ) async throws -> RelayedStage {
        // The addresses are known with the network, which comes with the call server; it reads the
        // real list when it is there.
        try self.write("[]", to: folder + "/ice.json")
        var stageSettings = Stage.Settings(phoneCount: 2 + settings.serverCount)
        stageSettings.isRelayOnly = true
        stageSettings.serverArguments = ["--ice-servers", folder + "/ice.json"]
        if settings.credentials != .expired {
            let isForged = settings.credentials == .forged
            try self.write(
                isForged ? "another secret than theirs" : self.secret,
                to: folder + "/secret"
            )
            try self.write(#"[{"urls": ["turn:127.0.0.1:9"]}]"#, to: folder + "/ice.json")
            stageSettings.serverArguments += ["--turn-secret-file", folder + "/secret"]
        }
        let stage = try await Stage(stageSettings)
        do {
            let servers = try await self.startServers(settings, on: stage, folder: folder)
            return RelayedStage(stage: stage, servers: servers, folder: folder)
        } catch {
            await stage.tearDown()
            throw error
        }
    }

    /// Gives the call server the secret that the TURN servers have, while it serves.
    package func correctSecret() throws {
        try Self.write(Self.secret, to: self.folder + "/secret")
        self.stage.server.process.signal(SIGHUP)
    }

    /// Ends every process and removes the folders.
    package func tearDown() async {
        for server in self.servers { await server.stop() }
        await self.stage.tearDown()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    private static func startServers(
        _ settings: Settings,
        on stage: Stage,
        folder: String
    ) async throws -> [TURNServer] {
        var servers: [TURNServer] = []
        var entries: [String] = []
        for host in self.firstHost..<(self.firstHost + settings.serverCount) {
            try await stage.network.setDelay(.zero, of: host)
            let own = folder + "/\(host)"
            try FileManager.default.createDirectory(
                atPath: own,
                withIntermediateDirectories: true
            )
            var server = TURNServer.Settings(
                address: stage.network.address(of: host),
                secret: self.secret,
                folder: own
            )
            server.network = stage.network.namespaces[host]
            servers.append(try await TURNServer(server))
            entries.append(self.entry(server, settings))
        }
        try self.write("[\(entries.joined(separator: ", "))]", to: folder + "/ice.json")
        stage.server.process.signal(SIGHUP)
        let log = stage.server.folder + "/holdfastd.log"
        try await stage.waitUntil("the call server knows the TURN servers", within: .seconds(5)) {
            (try? String(contentsOfFile: log, encoding: .utf8))?
                .contains("The ICE servers were read again.") == true
        }
        return servers
    }

    private static func entry(_ server: TURNServer.Settings, _ settings: Settings) -> String {
        let url = "turn:\(server.address):\(server.port)?transport=\(settings.transport)"
        guard settings.credentials == .expired else { return #"{"urls": ["\#(url)"]}"# }
        let lastYear = MonotonicInstant(
            offset: .seconds(Date().timeIntervalSince1970 - 365 * 24 * 3600)
        )
        let (username, credential) = TURNSecret(self.secret).credential(
            for: SessionID("somebody"),
            until: lastYear
        )
        return #"""
            {"urls": ["\#(url)"], "username": "\#(username)", "credential": "\#(credential)"}
            """#
    }

    private static func write(_ text: String, to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw DrillFailure("cannot write \(path)") }
    }
}
#endif
