#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import Testing

/// A real `holdfastd` on the loopback interface, and what phones need to call it.
protocol LoopbackStage {}

extension LoopbackStage {
    /// Runs a server for as long as `body` takes; its folder goes with it.
    static func withServer(
        certificate: Certificate? = nil,
        _ body: (ServerProcess, String) async throws -> Void
    ) async throws {
        let folder = try self.makeFolder()
        var settings = ServerProcess.Settings(
            host: "127.0.0.1",
            port: 0,
            folder: folder + "/server"
        )
        settings.certificate = certificate
        let server = try await ServerProcess(settings)
        do {
            try await body(server, folder)
        } catch {
            await server.process.stop()
            throw error
        }
        await server.process.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static func phoneSettings(
        _ name: String,
        _ server: ServerProcess,
        _ folder: String
    ) async throws -> Phone.Settings {
        Phone.Settings(
            name: name,
            server: server.url,
            call: "demo",
            token: try await self.token(name, server),
            tone: nil,
            sessionFolder: folder + "/" + name
        )
    }

    static func token(_ user: String, _ server: ServerProcess) async throws -> String {
        try await DevelopmentToken.make(keys: server.keys, user: user, life: .seconds(3600))
    }

    /// A witness in the call, that says something every 100 ms.
    static func recorder(of server: ServerProcess) async throws -> Recorder {
        let recorder = Recorder(
            host: server.host,
            port: server.port,
            call: "demo",
            token: try await self.token("recorder", server),
            network: nil
        )
        recorder.tick(every: .milliseconds(100))
        return recorder
    }

    /// The participant that the phone is.
    static func joined(_ phone: Phone) async throws -> String {
        let event = try await phone.wait(within: .seconds(10)) { $0.event == "joined" }
        return try #require(event?.participant)
    }

    /// Waits until the phone could return after a kill: what it needs for that is in its folder.
    static func stored(_ settings: Phone.Settings) async throws {
        for _ in 0..<500 {
            let files = try? FileManager.default.contentsOfDirectory(atPath: settings.sessionFolder)
            if files?.contains(where: { $0.hasSuffix(".session") }) == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the phone stores no session")
    }

    /// The numbers of the ticks that a phone was told, in order.
    static func ticks(of phone: Phone) -> [Int] { phone.history.compactMap(\.tick) }

    static func makeFolder() throws -> String {
        let folder =
            FileManager.default.temporaryDirectory.path + "/holdfast-end-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/server",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }
}

extension PhoneEvent {
    /// The number of a message of the recorder's.
    var tick: Int? {
        guard let text = self.text, text.hasPrefix("tick ") else { return nil }
        return Int(text.dropFirst(5))
    }
}
#endif
