import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// A call from joining to its end, with the real engine.
@Suite(.timeLimit(.minutes(1))) struct HoldfastCallTests {
    private let world = FakeWorld()
    private let call = CallID("standup")
    private let bob = Participant(
        id: ParticipantID("p_bob"),
        userID: UserID("bob"),
        displayName: "Bob",
        joinedAtMilliseconds: 1
    )

    private func inCall(
        _ settings: CallSettings = CallSettings(),
        _ body: @escaping @Sendable (HoldfastClient, HoldfastCall) async throws -> Void
    ) async throws {
        let client = try HoldfastClient(self.world.configuration())
        try await withRunning(client) { client in
            let call = try await client.join(self.call, settings: settings)
            try await body(client, call)
        }
        #expect(self.world.server.faults == [])
    }

    @Test func `two readers each get each event once`() async throws {
        try await self.inCall { client, call in
            var first = call.events.makeAsyncIterator()
            var second = call.events.makeAsyncIterator()
            self.world.server.join(self.bob)
            self.world.server.say("hello", from: self.bob.id)
            var seen: [[HoldfastCall.Event]] = [[], []]
            for _ in 1...3 { seen[0].append(try #require(await first.next())) }
            for _ in 1...3 { seen[1].append(try #require(await second.next())) }
            #expect(seen[0] == seen[1])
            #expect(seen[0][1] == .participantJoined(self.bob))
            guard case .message(let message) = seen[0][2] else {
                Issue.record("no message: \(seen[0][2])")
                return
            }
            #expect(message.content == .text("hello"))
            #expect(call.participants == [self.bob])
        }
    }

    @Test func `what came before the first reader is kept for it`() async throws {
        try await self.inCall { client, call in
            self.world.server.say("early", from: self.bob.id)
            await self.world.pass(.seconds(1), client)
            var events = call.events.makeAsyncIterator()
            guard case .joined = await events.next(),
                case .message(let message) = await events.next()
            else {
                Issue.record("the early message is missing")
                return
            }
            #expect(message.content == .text("early"))
            // A later reader begins where the call is now.
            var later = call.events.makeAsyncIterator()
            self.world.server.say("late", from: self.bob.id)
            _ = await later.next()
            guard case .message(let next) = await later.next() else {
                Issue.record("no message")
                return
            }
            #expect(next.content == .text("late"))
        }
    }

    @Test func `an event is acknowledged when its reader asks for the next`() async throws {
        try await self.inCall { client, call in
            var events = call.events.makeAsyncIterator()
            _ = await events.next()
            self.world.server.say("one", from: self.bob.id)
            let held = await events.next()
            #expect(held != nil)
            await self.world.pass(.seconds(11), client)
            #expect(self.world.server.acknowledged < self.world.server.top)
            self.world.server.say("two", from: self.bob.id)
            _ = await events.next()
            await self.world.pass(.seconds(1), client)
            #expect(self.world.server.acknowledged.number == self.world.server.top.number - 1)
        }
    }

    @Test func `a lost connection comes back with what was missed, and nobody left`() async throws {
        try await self.inCall { client, call in
            var events = call.events.makeAsyncIterator()
            _ = await events.nextRelevant()
            let old = try #require(self.world.server.connection)
            self.world.transport.setPeer { $0.end(.refused) }
            old.end(.reset)
            await self.world.pass(.seconds(2), client)
            guard case .lost = await events.nextRelevant() else {
                Issue.record("not lost")
                return
            }
            #expect(call.connectionState == .reconnecting)
            self.world.server.say("meanwhile", from: self.bob.id)
            self.world.transport.setPeer(self.world.server.peer)
            await self.world.pass(.seconds(20), client)
            var rest: [HoldfastCall.Event] = []
            for _ in 1...2 { rest.append(try #require(await events.nextRelevant())) }
            #expect(rest.contains { if case .restored = $0 { true } else { false } })
            #expect(rest.contains { if case .message = $0 { true } else { false } })
            #expect(call.connectionState == .connected)
        }
    }

    @Test func `a message that is sent while the connection is lost arrives once`() async throws {
        try await self.inCall { client, call in
            self.world.transport.setPeer { $0.end(.refused) }
            self.world.server.connection?.end(.reset)
            await self.world.pass(.seconds(1), client)
            let sending = Task { try await call.send(text: "later") }
            await self.world.pass(.seconds(1), client)
            self.world.transport.setPeer(self.world.server.peer)
            await self.world.pass(.seconds(20), client)
            let id = try await sending.value
            #expect(id.rawValue == self.world.server.top.rawValue)
        }
    }

    @Test func `sending checks its arguments and tells failures by their remedy`() async throws {
        try await self.inCall { _, call in
            let tooLong = String(repeating: "x", count: 7169)
            let error = await #expect(throws: HoldfastError.self) {
                try await call.send(text: tooLong)
            }
            #expect(error?.code == .invalidArgument)
            let others = (0..<65).map { ParticipantID("p_\($0)") }
            await #expect(throws: HoldfastError.self) { try await call.send(text: "", to: others) }
            await #expect(throws: HoldfastError.self) {
                try await call.send(data: [], topic: String(repeating: "t", count: 129))
            }
            try await call.send(text: String(repeating: "x", count: 7168))
            try await call.send(data: [1, 2], topic: "app")
            let forbidden = await #expect(throws: HoldfastError.self) {
                try await call.remove(self.bob.id)
            }
            #expect(forbidden?.code == .forbidden)
        }
    }

    @Test func `leaving ends the call and every reader`() async throws {
        try await self.inCall { client, call in
            let reader = Task {
                var last: HoldfastCall.Event?
                for await event in call.events { last = event }
                return last
            }
            let other = Task { for await _ in call.events {} }
            await call.leave()
            #expect(await reader.value == .left)
            await other.value
            #expect(call.connectionState == .ended)
            #expect(client.calls.isEmpty)
            // A second time, and everything after the end, is harmless.
            await call.leave()
            call.mute()
            call.reconnectNow()
            let error = await #expect(throws: HoldfastError.self) { try await call.send(text: "x") }
            #expect(error?.code == .callOver)
            try await call.end()
            // A reader that comes now still learns how it ended.
            var late: [HoldfastCall.Event] = []
            for await event in call.events { late.append(event) }
            #expect(late.last == .left)
            // And the call can be joined again.
            _ = try await client.join(self.call)
        }
    }

    @Test func `the end of the call for everybody has its reason`() async throws {
        try await self.inCall { client, call in
            let reader = Task { () -> HoldfastCall.Event? in
                for await event in call.events where event.isEnd { return event }
                return nil
            }
            try await call.end()
            #expect(await reader.value == .closed(.callEnded(.ended)))
            _ = client
        }
    }

    @Test func `an observation ends with its token`() async throws {
        try await self.inCall { client, call in
            let seen = Locked<[String]>([])
            var token: ObservationToken? = call.observe { event in
                if case .message(let message) = event, case .text(let text) = message.content {
                    seen.withLock { $0.append(text) }
                }
            }
            self.world.server.say("heard", from: self.bob.id)
            while seen.withLock({ $0.isEmpty }) { await client.settle() }
            withExtendedLifetime(token) {}
            token = nil
            await self.world.pass(.seconds(1), client)
            self.world.server.say("unheard", from: self.bob.id)
            await self.world.pass(.seconds(1), client)
            #expect(seen.withLock { $0 } == ["heard"])
        }
    }

    @Test func `mute and unmute reach media and the others`() async throws {
        let settings = CallSettings(startsMuted: true, media: MediaSettings())
        try await self.inCall(settings) { client, call in
            #expect(call.microphone == .muted)
            await self.world.pass(.seconds(1), client)
            guard case .start(let started) = self.world.media.commands.first else {
                Issue.record("media did not start: \(self.world.media.commands)")
                return
            }
            #expect(started.microphone == .muted)
            call.unmute()
            #expect(call.microphone == .live)
            await self.world.pass(.seconds(1), client)
            #expect(self.world.media.commands.contains(.setMicrophone(.live)))
            await call.leave()
            await self.world.pass(.seconds(1), client)
            #expect(self.world.media.commands.last == .stop)
        }
    }

    @Test func `pictures and devices reach media, and the end of one reaches the app`() async throws
    {
        let settings = CallSettings(kind: .video, camera: .pattern, media: MediaSettings())
        try await self.inCall(settings) { client, call in
            await self.world.pass(.seconds(1), client)
            #expect(self.world.media.commands.contains(.setVideo(.camera, .live(.pattern))))
            call.pauseCamera()
            call.startScreenShare(.display(":0"))
            call.setOutput(.device(AudioDeviceID("headset")))
            await self.world.pass(.seconds(1), client)
            #expect(self.world.media.commands.contains(.setVideo(.camera, .paused)))
            #expect(self.world.media.commands.contains(.setVideo(.screen, .live(.display(":0")))))
            #expect(
                self.world.media.commands.contains(.setOutput(.device(AudioDeviceID("headset"))))
            )
            let end = VideoEnd(track: .screen, reason: .system, message: "closed")
            self.world.media.report(.videoEnded(end))
            for await event in call.events {
                if case .media(.videoEnded(let seen)) = event {
                    #expect(seen == end)
                    break
                }
            }
        }
    }

    @Test func `a video call that begins paused opens no camera`() async throws {
        let settings = CallSettings(
            kind: .video,
            startsWithVideoPaused: true,
            media: MediaSettings()
        )
        try await self.inCall(settings) { client, call in
            await self.world.pass(.seconds(1), client)
            #expect(!self.world.media.commands.contains(.setVideo(.camera, .live(.camera))))
            call.startCamera()
            await self.world.pass(.seconds(1), client)
            #expect(self.world.media.commands.contains(.setVideo(.camera, .live(.camera))))
        }
    }

    @Test func `what the media engine reports becomes an event`() async throws {
        let settings = CallSettings(media: MediaSettings())
        try await self.inCall(settings) { _, call in
            let failure = MediaFailure(code: .source, message: "no microphone")
            self.world.media.report(.failed(failure))
            for await event in call.events {
                if case .media(.failed(let seen)) = event {
                    #expect(seen == failure)
                    break
                }
            }
        }
    }

    @Test func `stopping the client ends sequences without an end and keeps the session`()
        async throws
    {
        let reader = Locked<Task<[HoldfastCall.Event], Never>?>(nil)
        try await self.inCall { client, call in
            let events = call.events
            let task = Task {
                var seen: [HoldfastCall.Event] = []
                for await event in events { seen.append(event) }
                return seen
            }
            reader.withLock { $0 = task }
            await self.world.pass(.seconds(1), client)
        }
        let seen = await reader.withLock { $0 }?.value
        #expect(seen?.contains { $0.isEnd } == false)
        #expect(self.world.server.connection?.closeCode == .background)

        // The next process returns to it, and gets what it had not processed.
        self.world.server.say("while away", from: self.bob.id)
        try await withHoldfastClient(self.world.configuration()) { client in
            let calls = await client.restoreCalls()
            #expect(calls.map(\.id) == [self.call])
            let call = try #require(calls.first)
            var texts: [HoldfastCall.Message.Content] = []
            for await event in call.events {
                if case .message(let message) = event {
                    texts.append(message.content)
                    break
                }
            }
            #expect(texts == [.text("while away")])
            await call.leave()
        }
        // What was left is not kept.
        try await withHoldfastClient(self.world.configuration()) { client in
            #expect(await client.restoreCalls().isEmpty)
        }
        #expect(self.world.server.faults == [])
    }

    @Test func `a store that fails costs the return after a kill, not the call`() async throws {
        self.world.store.fail(with: .unavailable(operation: "write", code: 28))
        let client = try HoldfastClient(self.world.configuration())
        try await withRunning(client) { client in
            let call = try await client.join(self.call)
            await self.world.pass(.seconds(2), client)
            #expect(call.connectionState == .connected)
            #expect(await client.restoreCalls().isEmpty)
        }
        #expect(client.flightRecord.lines.contains { $0.contains("session store: cannot write") })
    }
}
