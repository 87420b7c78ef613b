@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// A user's channel as an app has it: connecting, its end, its events. By a scripted engine.
@Suite(.timeLimit(.minutes(1))) struct ChannelTests {
    private let world = ChannelWorld()

    @Test(.spec("HF-63")) func `a client with a user opens the channel when it runs`() async throws
    {
        try await withRunning(try self.world.client()) { client in
            await self.world.until(client) { client.connectionState == .connected }
            guard case .join(let handle, let request) = self.world.told.first else {
                Issue.record("not opened: \(self.world.told)")
                return
            }
            #expect(request.options.call == CallID("~ada"))
            #expect(request.options.deviceID == "phone")
            #expect(request.options.displayName == "Ada")
            #expect(request.media == nil)
            #expect(self.world.told.last == .connect(handle))
            #expect(client.calls.isEmpty)
        }
    }

    @Test func `a client without a user has no channel`() async throws {
        let client = try self.world.client { $0.user = nil }
        try await withRunning(client) { client in
            await client.settle()
            #expect(self.world.told == [])
            #expect(client.connectionState == .disconnected)
            var events = client.channelEvents.makeAsyncIterator()
            #expect(await events.next() == nil)
            let calls: [@Sendable () async throws -> Void] = [
                { try await client.connect() },
                { try await client.signOut() },
                { try await client.send(text: "x", to: ChannelWorld.bob) },
                { _ = try await client.ring([ChannelWorld.bob], call: CallID("c")) },
                { try client.watch([]) },
                { try await client.registerPush([]) },
            ]
            for call in calls {
                let error = await #expect(throws: HoldfastError.self) { try await call() }
                #expect(error?.code == .invalidConfiguration)
            }
            await client.disconnect()
            #expect(await client.handlePush([HoldfastClient.pushKey: "resume"]) == .notOurs)
        }
    }

    @Test func `user and display name are checked when the client is made`() {
        #expect(throws: HoldfastError.self) {
            try self.world.client { $0.user = UserID("a b") }
        }
        #expect(throws: HoldfastError.self) {
            try self.world.client { $0.displayName = String(repeating: "x", count: 257) }
        }
        #expect(throws: Never.self) {
            try self.world.client { $0.displayName = String(repeating: "x", count: 256) }
        }
    }

    @Test func `by hand nothing is opened until connect`() async throws {
        try await withRunning(try self.world.client { $0.channel = .manual }) { client in
            await client.settle()
            #expect(self.world.told == [])
            let error = await #expect(throws: HoldfastError.self) {
                try await client.send(text: "x", to: ChannelWorld.bob)
            }
            #expect(error?.code == .notConnected)
            try await client.connect()
            #expect(client.connectionState == .connected)
            // A second call opens nothing again.
            try await client.connect()
            let opened = self.world.told.count { if case .join = $0 { true } else { false } }
            #expect(opened == 1)
        }
    }

    @Test func `connect waits for the connection, and cancelling ends only the waiting`()
        async throws
    {
        self.world.script.withLock { $0.connects = false }
        try await withRunning(try self.world.client { $0.channel = .manual }) { client in
            let first = Task { try await client.connect() }
            let second = Task { try await client.connect() }
            await self.world.until(client) { client.connectionState == .connecting }
            first.cancel()
            let error = await #expect(throws: HoldfastError.self) { try await first.value }
            #expect(error?.code == .cancelled)
            await self.world.deliver(.channel(.state(.connected)), in: client)
            try await second.value
        }
    }

    @Test func `disconnect ends a connect that waits`() async throws {
        self.world.script.withLock { $0.connects = false }
        try await withRunning(try self.world.client { $0.channel = .manual }) { client in
            let connect = Task { try await client.connect() }
            await self.world.until(client) { client.connectionState == .connecting }
            await client.disconnect()
            let error = await #expect(throws: HoldfastError.self) { try await connect.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `a disconnected channel refuses, and connects again`() async throws {
        try await self.world.connected { client in
            await client.disconnect()
            #expect(client.connectionState == .disconnected)
            let error = await #expect(throws: HoldfastError.self) {
                try await client.send(text: "x", to: ChannelWorld.bob)
            }
            #expect(error?.code == .notConnected)
            await client.disconnect()
            try await client.connect()
            #expect(client.connectionState == .connected)
            // The session is the same: it was opened once.
            let opened = self.world.told.count { if case .join = $0 { true } else { false } }
            #expect(opened == 1)
        }
    }

    @Test func `disconnect at once keeps an automatic channel away`() async throws {
        let client = try self.world.client()
        let disconnected = Task { await client.disconnect() }
        await disconnected.value
        try await withRunning(client) { client in
            await self.world.until(client) { !self.world.told.isEmpty }
            await client.settle()
            #expect(!self.world.told.contains { if case .connect = $0 { true } else { false } })
        }
    }

    @Test func `without a running client connect says so`() async throws {
        let client = try self.world.client()
        let connect = Task { try await client.connect() }
        let mover = Task {
            while !Task.isCancelled {
                self.world.world.clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        let error = await #expect(throws: HoldfastError.self) { try await connect.value }
        #expect(error?.code == .notRunning)
        mover.cancel()
    }

    @Test(.spec("HF-73")) func `a kept channel is restored, and is no call`() async throws {
        let server = try ServerAddress(parsing: "wss://calls.example.com")
        let store = self.world.world.store
        try await store.save(storedSession(call: "~ada", counter: 1), server: server)
        try await store.save(storedSession(call: "~eve", counter: 1), server: server)
        try await withRunning(try self.world.client()) { client in
            try await client.connect()
            guard case .restore(_, let session, _) = self.world.told.first else {
                Issue.record("not restored: \(self.world.told)")
                return
            }
            #expect(session.call == CallID("~ada"))
            #expect(await client.restoreCalls().isEmpty)
        }
    }

    @Test func `a store that fails costs what was missed, not the channel`() async throws {
        self.world.world.store.fail(with: .unavailable(operation: "read", code: 5))
        try await self.world.connected { client in
            #expect(client.connectionState == .connected)
            #expect(
                client.flightRecord.lines.contains { $0.contains("session store: cannot read") }
            )
        }
    }

    @Test(.spec("HF-64")) func `signing out ends the channel, and connect begins another`()
        async throws
    {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            try await client.signOut()
            #expect(await events.take(2) == [.stateChanged(.connected), .signedOut])
            #expect(await events.next() == nil)
            #expect(client.connectionState == .disconnected)
            try await client.signOut()
            let error = await #expect(throws: HoldfastError.self) {
                try await client.registerPush([])
            }
            #expect(error?.code == .notConnected)
            #expect(await client.handlePush([HoldfastClient.pushKey: "resume"]) == .nothing)

            try await client.connect()
            #expect(client.connectionState == .connected)
            var fresh = client.channelEvents.makeAsyncIterator()
            #expect(await fresh.next() == .stateChanged(.connected))
            let leaves = self.world.told.count { if case .leave = $0 { true } else { false } }
            #expect(leaves == 1)
        }
    }

    @Test func `what an earlier process left is signed out, too`() async throws {
        let server = try ServerAddress(parsing: "wss://calls.example.com")
        try await self.world.world.store.save(
            storedSession(call: "~ada", counter: 1),
            server: server
        )
        try await withRunning(try self.world.client { $0.channel = .manual }) { client in
            try await client.signOut()
            guard case .restore(let handle, _, _) = self.world.told.first else {
                Issue.record("not restored: \(self.world.told)")
                return
            }
            #expect(self.world.told.last == .leave(handle))
        }
    }

    @Test func `connect throws why the channel ended instead`() async throws {
        self.world.script.withLock { $0.connects = false }
        try await withRunning(try self.world.client { $0.channel = .manual }) { client in
            let connect = Task { try await client.connect() }
            await self.world.until(client) { client.connectionState == .connecting }
            await self.world.deliver(.closed(.unauthorized(message: "no")), in: client)
            let error = await #expect(throws: HoldfastError.self) { try await connect.value }
            #expect(error?.code == .unauthorized)
            #expect(client.connectionState == .disconnected)
        }
    }

    @Test(.spec("HF-73")) func `the app sees where its connection is`() async throws {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            #expect(!client.isBackgroundTaskRunning)
            await self.world.deliver(.channel(.state(.keptInBackground)), in: client)
            #expect(client.isBackgroundTaskRunning)
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            #expect(!client.isBackgroundTaskRunning)
            #expect(client.connectionState == .suspended)
            await self.world.deliver(.channel(.state(.connecting)), in: client)
            await self.world.deliver(.channel(.state(.connected)), .lost(.pathLost), in: client)
            #expect(client.connectionState == .connecting)
            await self.world.deliver(
                .restored(SessionEvent.RestoreSummary(downtime: .seconds(1))),
                in: client
            )
            #expect(client.connectionState == .connected)
            let expected: [HoldfastClient.ConnectionState] = [
                .keptInBackground, .suspended, .connecting, .connected, .connecting, .connected,
            ]
            #expect(await events.take(6) == expected.map { .stateChanged($0) })
        }
    }

    @Test func `an event of the channel is acknowledged when its reader asks for the next`()
        async throws
    {
        let client = try self.world.client()
        // Made before the client runs: it misses nothing.
        let events = client.channelEvents
        try await withRunning(client) { client in
            await self.world.until(client) { client.connectionState == .connected }
            var mine = events.makeAsyncIterator()
            // joined is 1 and shown to nobody; connecting 2, connected 3, caughtUp 4.
            let seen = await mine.take(3)
            #expect(
                seen == [.stateChanged(.connecting), .stateChanged(.connected), .caughtUp]
            )
            await self.world.deliver(.message("one", 10), .message("two", 11), in: client)
            guard case .message(let one) = await mine.next() else {
                Issue.record("no message")
                return
            }
            #expect(one.content == .text("one"))
            #expect(one.from == ChannelWorld.bob)
            #expect(one.sentAtMilliseconds == 1234)
            await self.world.until(client) { self.world.processed == 4 }
            _ = await mine.next()
            await self.world.until(client) { self.world.processed == 5 }
            #expect(self.world.processed == 5)
        }
    }

    @Test func `what no app is told of is processed all the same`() async throws {
        try await self.world.connected { client in
            let other = Participant(id: ParticipantID("p_pad"), userID: ChannelWorld.ada)
            await self.world.deliver(.participantJoined(other), in: client)
            await self.world.until(client) { self.world.processed == 5 }
            #expect(self.world.processed == 5)
        }
    }

    @Test func `messages before the first reader are kept for it`() async throws {
        try await self.world.connected { client in
            await self.world.deliver(.message("early", 10), .missedMessages(count: 2), in: client)
            var first = client.channelEvents.makeAsyncIterator()
            _ = await first.next()
            guard case .message(let early) = await first.next() else {
                Issue.record("the early message is missing")
                return
            }
            #expect(early.content == .text("early"))
            var second = client.channelEvents.makeAsyncIterator()
            await self.world.deliver(.missedMessages(count: 3), in: client)
            #expect(await first.next() == .missedMessages(count: 3))
            #expect(
                await second.take(2) == [.stateChanged(.connected), .missedMessages(count: 3)]
            )
        }
    }

    @Test func `the end of the client ends its sequences without an end`() async throws {
        let reader = Locked<Task<[HoldfastClient.ChannelEvent], Never>?>(nil)
        try await self.world.connected { client in
            let events = client.channelEvents
            reader.withLock {
                $0 = Task {
                    var seen: [HoldfastClient.ChannelEvent] = []
                    for await event in events { seen.append(event) }
                    return seen
                }
            }
        }
        #expect(await reader.withLock { $0 }?.value == [.stateChanged(.connected)])
    }
}

extension SessionEvent {
    static func message(_ text: String, _ offset: UInt64) -> SessionEvent {
        let message = UserMessage(from: ChannelWorld.bob, to: ChannelWorld.ada, body: .text(text))
        return .channel(.message(id: LogOffset(offset), message, timestampMilliseconds: 1234))
    }
}
