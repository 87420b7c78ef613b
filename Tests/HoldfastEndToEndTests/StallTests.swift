#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension PatientEndToEnd {
    /// A real `holdfastd` whose process is stopped and goes on.
    @Suite struct StallTests {
        @Test(.timeLimit(.minutes(1)), .spec("HF-47"), .spec("HF-54"))
        func `the time in which the server was stopped is counted to no session's window`()
            async throws
        {
            // One loop and several: each has its own watch.
            for threadCount in [1, 4] { try await self.stop(threadCount: threadCount) }
        }

        private func stop(threadCount: Int) async throws {
            let folder =
                FileManager.default.temporaryDirectory.path + "/holdfast-stall-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder + "/server",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var settings = ServerProcess.Settings(
                host: "127.0.0.1",
                port: 0,
                folder: folder + "/server"
            )
            settings.arguments = ["--detach-window", "5s", "--threads", "\(threadCount)"]
            let server = try await ServerProcess(settings)
            let token = try await DevelopmentToken.make(
                keys: server.keys,
                user: "alice",
                life: .seconds(600)
            )
            let recorder = Recorder(
                host: server.host,
                port: server.port,
                call: "demo",
                token: try await DevelopmentToken.make(
                    keys: server.keys,
                    user: "recorder",
                    life: .seconds(600)
                ),
                network: nil
            )
            let phone = try Phone(
                Phone.Settings(
                    name: "alice",
                    server: server.url,
                    call: "demo",
                    token: token,
                    tone: nil,
                    sessionFolder: folder + "/alice"
                )
            )
            let joined = try await phone.wait(within: .seconds(10)) { $0.event == "joined" }
            let participant = try #require(joined?.participant)

            // Its window begins, and the server does not run while it would pass.
            phone.process.signal(SIGKILL)
            #expect(await phone.process.waitForEnd(.seconds(2)))
            try await Task.sleep(for: .milliseconds(300))
            server.process.signal(SIGSTOP)
            try await Task.sleep(for: .seconds(7))
            #expect(server.process.state == "T")
            server.process.signal(SIGCONT)

            let again = try Phone(phone.settings)
            let back = try await again.wait(within: .seconds(10)) { $0.event == "joined" }
            #expect(back?.participant == participant)
            try await Task.sleep(for: .milliseconds(500))
            let log = recorder.snapshot
            #expect(!log.entries.contains { $0.kind == "participantLeft" })
            #expect(log.chainBreakCount == 0)
            #expect(log.endCode == nil)
            #expect(server.said.contains("did not run for"))
            recorder.stop()
            await again.process.stop()
            await server.process.stop()
        }
    }
}
#endif
