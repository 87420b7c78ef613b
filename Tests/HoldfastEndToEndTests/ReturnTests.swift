#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import Testing

extension EndToEnd {
    /// Phones and a real `holdfastd` on the loopback interface.
    @Suite struct ReturnTests {
        @Test(.timeLimit(.minutes(1)))
        func `a killed phone returns to its call, misses nothing, and nobody saw it leave`()
            async throws
        {
            try await Self.withServer { server, folder in
                let recorder = Recorder(
                    host: server.host,
                    port: server.port,
                    call: "demo",
                    token: try await Self.token("recorder", server),
                    network: nil
                )
                recorder.tick(every: .milliseconds(100))
                let settings = try await Self.phoneSettings("alice", server, folder)
                let phone = try Phone(settings)
                let joined = try await Self.joined(phone)
                let first = try await phone.wait(within: .seconds(5)) { $0.event == "message" }
                #expect(first != nil)
                phone.process.signal(SIGKILL)
                #expect(await phone.process.waitForEnd(.seconds(2)))
                try await Task.sleep(for: .seconds(1))

                let again = try Phone(settings)
                #expect(try await Self.joined(again) == joined)
                try await Task.sleep(for: .seconds(1))
                recorder.tick(every: nil)
                let sent = recorder.snapshot.tickCount
                let last = try await again.wait(within: .seconds(5)) { $0.text == "tick \(sent)" }
                #expect(last != nil)

                // At least once across a kill: what was processed and not yet stored comes again.
                let numbers = Self.ticks(of: phone) + Self.ticks(of: again)
                let seen = Set(numbers)
                let start = try #require(seen.min())
                #expect(seen.isSuperset(of: start...sent))
                #expect(Self.ticks(of: again) == Self.ticks(of: again).sorted())
                let log = recorder.snapshot
                #expect(log.chainBreakCount == 0)
                #expect(!log.entries.contains { $0.kind == "participantLeft" })
                recorder.stop()
                await again.process.stop()
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a phone joins over TLS 1.3 and only a server it trusts`() async throws {
            let folder = try Self.makeFolder()
            let files = try await Certificate.make(for: "127.0.0.1", in: folder)
            try await Self.withServer(certificate: files) { server, folder in
                var settings = try await Self.phoneSettings("alice", server, folder)
                let stranger = try Phone(settings)
                #expect(await stranger.process.waitForEnd(.seconds(10)))
                #expect(stranger.process.status != 0)

                settings.trust = files.chain
                let phone = try Phone(settings)
                _ = try await Self.joined(phone)
                phone.say("hello")
                let heard = try await phone.wait(within: .seconds(5)) { $0.text == "hello" }
                #expect(heard != nil)
                await phone.process.stop()
            }
            try? FileManager.default.removeItem(atPath: folder)
        }

        // MARK: Setting up

        private static func withServer(
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

        private static func phoneSettings(
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

        private static func token(_ user: String, _ server: ServerProcess) async throws -> String {
            try await DevelopmentToken.make(keys: server.keys, user: user, life: .seconds(3600))
        }

        /// The participant that the phone is.
        private static func joined(_ phone: Phone) async throws -> String {
            let event = try await phone.wait(within: .seconds(10)) { $0.event == "joined" }
            return try #require(event?.participant)
        }

        private static func ticks(of phone: Phone) -> [Int] {
            phone.history.compactMap { event in
                guard let text = event.text, text.hasPrefix("tick ") else { return nil }
                return Int(text.dropFirst(5))
            }
        }

        private static func makeFolder() throws -> String {
            let folder =
                FileManager.default.temporaryDirectory.path + "/holdfast-end-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: folder + "/server",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            return folder
        }

        /// A certificate that signs itself, for the address of the loopback interface.
    }
}
#endif
