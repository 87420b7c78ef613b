#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import Testing

extension EndToEnd {
    /// Phones and a real `holdfastd` on the loopback interface.
    @Suite struct ReturnTests: LoopbackStage {
        @Test(.timeLimit(.minutes(1)))
        func `a killed phone returns to its call, misses nothing, and nobody saw it leave`()
            async throws
        {
            try await Self.withServer { server, folder in
                let recorder = try await Self.recorder(of: server)
                let settings = try await Self.phoneSettings("alice", server, folder)
                let phone = try Phone(settings)
                let joined = try await Self.joined(phone)
                let first = try await phone.wait(within: .seconds(5)) { $0.event == "message" }
                #expect(first != nil)
                try await Self.stored(settings)
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
    }
}
#endif
