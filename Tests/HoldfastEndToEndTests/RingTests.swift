#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd {
    /// The tools of a user's channel as processes of their own, with a real server.
    @Suite struct RingTests {
        private let folder = NSTemporaryDirectory() + "/holdfast-ring-\(UUID().uuidString)"

        @Test(.timeLimit(.minutes(2)), .spec("HF-68"))
        func `who is rung accepts, and both are in the call`() async throws {
            try await self.withServer(port: 8311) { server in
                let bob = try await self.listener("bob", at: server)
                let ada = try self.tool(["ring", "bob", "--call", "room"], as: "ada", at: server)
                let ring = try await Self.event("ring", of: bob)
                #expect(ring.user == "ada")
                #expect(ring.call == "room")
                bob.write("a")
                #expect(try await Self.event("ring_ended", of: bob).reason == "accepted")
                let end = try await Self.event("ringing_ended", of: ada)
                #expect(end.legs == ["bob": "accepted"])
                _ = try await Self.event("joined", of: ada)
                _ = try await Self.event("participant_joined", of: ada)
                // Leaving the call ends the ringer, which signs its device out; the listener stays.
                ada.write("/leave")
                #expect(await ada.waitForEnd(.seconds(10)))
                #expect(ada.status == 0)
                _ = try await Self.event("participant_left", of: bob)
                #expect(bob.isRunning)
            }
        }

        @Test(.timeLimit(.minutes(2)), .spec("HF-69"))
        func `a ring is rejected with its reason, or taken back by Ctrl-C`() async throws {
            try await self.withServer(port: 8312) { server in
                let bob = try await self.listener("bob", at: server)
                let busy = try self.tool(["ring", "bob", "--call", "room"], as: "ada", at: server)
                _ = try await Self.event("ring", of: bob)
                bob.write("b")
                let end = try await Self.event("ringing_ended", of: busy)
                #expect(end.legs == ["bob": "rejected (busy)"])
                #expect(await busy.waitForEnd(.seconds(10)))
                #expect(busy.status != 0)

                let back = try self.tool(["ring", "bob", "--call", "room"], as: "ada", at: server)
                _ = try await Self.event("ring", of: bob)
                back.signal(SIGINT)
                var reasons: [String?] = []
                while reasons.count < 2 {
                    reasons.append(try await Self.event("ring_ended", of: bob).reason)
                    if reasons.last == "cancelled" { break }
                }
                #expect(reasons.last == "cancelled")
                #expect(await back.waitForEnd(.seconds(10)))
            }
        }

        @Test(.timeLimit(.minutes(2)), .spec("HF-70"))
        func
            `a phone that was killed while it rang learns of the missed call and of messages, once`()
            async throws
        {
            try await self.withServer(port: 8313) { server in
                let first = try await self.listener("bob", at: server)
                let ada = try self.tool(
                    ["ring", "bob", "--call", "room", "--timeout", "5"],
                    as: "ada",
                    at: server
                )
                _ = try await Self.event("ring", of: first)
                first.signal(SIGKILL)
                #expect(await first.waitForEnd(.seconds(5)))
                let end = try await Self.event("ringing_ended", of: ada)
                #expect(end.legs == ["bob": "timed_out"])
                let sent = try self.tool(["send", "bob", "call me back"], as: "ada", at: server)
                #expect(await sent.waitForEnd(.seconds(10)))
                #expect(sent.status == 0)

                let second = try self.tool(self.listening("bob"), as: "bob", at: server)
                let seen = try await Self.events(until: "caught_up", of: second)
                #expect(seen.filter { $0.event == "ring" }.isEmpty)
                #expect(
                    seen.filter { $0.event == "ring_ended" }.map(\.reason) == ["timed_out"]
                )
                #expect(
                    seen.filter { $0.event == "user_message" }.map(\.text) == ["call me back"]
                )
            }
        }

        // MARK: - Processes

        private func withServer(
            port: Int,
            _ body: (ServerProcess) async throws -> Void
        ) async throws {
            try FileManager.default.createDirectory(
                atPath: self.folder + "/server",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let server = try await ServerProcess(
                .init(host: "127.0.0.1", port: port, folder: self.folder + "/server")
            )
            do {
                try await body(server)
            } catch {
                await server.process.stop(within: .seconds(2))
                throw error
            }
            await server.process.stop(within: .seconds(2))
            try? FileManager.default.removeItem(atPath: self.folder)
        }

        private func tool(
            _ arguments: [String],
            as user: String,
            at server: ServerProcess
        ) throws -> ChildProcess {
            let name = arguments[0]
            var words = [ToolPaths.holdfastctl, name, server.url] + arguments.dropFirst()
            words += ["--as", user, "--keys", server.keys, "--json"]
            if name != "send" { words.append("--no-media") }
            return try ChildProcess(name: "\(name) \(user)", words)
        }

        private func listening(_ user: String) -> [String] {
            ["listen", "--session-folder", self.folder + "/" + user]
        }

        /// A listener whose channel is connected.
        private func listener(
            _ user: String,
            at server: ServerProcess
        ) async throws -> ChildProcess {
            let process = try self.tool(self.listening(user), as: user, at: server)
            _ = try await Self.event("caught_up", of: process)
            return process
        }

        /// The next event of this name.
        private static func event(
            _ name: String,
            of process: ChildProcess
        ) async throws -> PhoneEvent {
            let events = try await self.events(until: name, of: process)
            return try #require(events.last)
        }

        private static func events(
            until name: String,
            of process: ChildProcess
        ) async throws -> [PhoneEvent] {
            var events: [PhoneEvent] = []
            while true {
                let line = try await process.output.next(within: .seconds(20)).text
                guard let event = PhoneEvent(line: line) else { continue }
                events.append(event)
                if event.event == name { return events }
            }
        }
    }
}
#endif
