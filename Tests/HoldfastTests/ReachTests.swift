@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Messages, presence and pushes of a user's channel, by a scripted engine.
@Suite(.timeLimit(.minutes(1))) struct ReachTests {
    private let world = ChannelWorld()
    private let push = [HoldfastClient.pushKey: "resume"]

    // MARK: - Messages

    @Test(.spec("HF-71")) func `a message goes to another user, within its bounds`() async throws {
        try await self.world.connected { client in
            let bob = ChannelWorld.bob
            let tooLong = String(repeating: "x", count: 7169)
            let calls: [@Sendable () async throws -> Void] = [
                { try await client.send(text: tooLong, to: bob) },
                { try await client.send(text: "x", to: ChannelWorld.ada) },
                { try await client.send(text: "x", to: UserID("")) },
                {
                    let topic = String(repeating: "t", count: 129)
                    try await client.send(data: [], topic: topic, to: bob)
                },
            ]
            for call in calls {
                let error = await #expect(throws: HoldfastError.self) { try await call() }
                #expect(error?.code == .invalidArgument)
            }
            #expect(self.world.commands == [])
            let id = try await client.send(text: String(tooLong.dropLast()), to: bob)
            #expect(id == HoldfastCall.MessageID(rawValue: 7))
            try await client.send(data: [1], topic: "app", to: bob)
            #expect(
                self.world.commands.last
                    == .messageUser(bob, body: .data(topic: "app", bytes: [1]))
            )
        }
    }

    @Test func `an operator's message has no sender`() async throws {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            let message = UserMessage(from: nil, to: ChannelWorld.ada, body: .text("hello"))
            await self.world.deliver(
                .channel(.message(id: LogOffset(3), message, timestampMilliseconds: 1)),
                in: client
            )
            guard case .message(let seen) = await events.next() else {
                Issue.record("no message")
                return
            }
            #expect(seen.from == nil)
            #expect(seen.to == ChannelWorld.ada)
        }
    }

    // MARK: - Presence

    @Test(.spec("HF-72")) func `up to 64 users are watched, the newest wish counts`() async throws {
        try await self.world.connected { client in
            let users = (0..<65).map { UserID("u\($0)") }
            #expect(throws: HoldfastError.self) { try client.watch(users) }
            #expect(throws: HoldfastError.self) { try client.watch([UserID("")]) }
            try client.watch(Array(users.prefix(64)))
            await client.settle()
            let handle = try #require(self.world.script.withLock { $0.channel })
            #expect(self.world.told.last == .watch(handle, Array(users.prefix(64))))
        }
    }

    @Test func `presence is told, to later readers, too, while it is wanted`() async throws {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            try client.watch([ChannelWorld.bob])
            await self.world.deliver(
                .channel(.presence(ChannelWorld.bob, .attached)),
                .channel(.presence(ChannelWorld.bob, .away)),
                in: client
            )
            #expect(await events.next() == .presence(ChannelWorld.bob, .attached))
            #expect(await events.next() == .presence(ChannelWorld.bob, .away))
            var later = client.channelEvents.makeAsyncIterator()
            #expect(
                await later.take(2)
                    == [.stateChanged(.connected), .presence(ChannelWorld.bob, .away)]
            )
            try client.watch([])
            var last = client.channelEvents.makeAsyncIterator()
            await self.world.deliver(.missedMessages(count: 1), in: client)
            #expect(
                await last.take(2) == [.stateChanged(.connected), .missedMessages(count: 1)]
            )
        }
    }

    @Test
    func `whom an app watches before its channel is open is watched, and after a new session`()
        async throws
    {
        let client = try self.world.client()
        try client.watch([ChannelWorld.bob])
        try await withRunning(client) { client in
            try await client.connect()
            await client.settle()
            let first = try #require(self.world.script.withLock { $0.channel })
            #expect(self.world.told.contains(.watch(first, [ChannelWorld.bob])))
            try await client.signOut()
            try await client.connect()
            await client.settle()
            let second = try #require(self.world.script.withLock { $0.channel })
            #expect(second != first)
            #expect(self.world.told.contains(.watch(second, [ChannelWorld.bob])))
        }
    }

    // MARK: - Pushes

    @Test(.spec("HF-74")) func `a device names at most 4 tokens, which are secret`() async throws {
        typealias Token = HoldfastClient.PushToken
        try await self.world.connected { client in
            let token = Token(kind: .fcm, token: String(repeating: "t", count: 2048))
            let wrong: [[Token]] = [
                Array(repeating: token, count: 5), [Token(kind: .fcm, token: "")],
                [Token(kind: .fcm, token: String(repeating: "t", count: 2049))],
                [Token(kind: PushKind(rawValue: ""), token: "t")],
            ]
            for tokens in wrong {
                let error = await #expect(throws: HoldfastError.self) {
                    try await client.registerPush(tokens)
                }
                #expect(error?.code == .invalidArgument)
            }
            #expect(self.world.commands == [])
            try await client.registerPush(Array(repeating: token, count: 4))
            try await client.registerPush([])
            #expect(self.world.commands.last == .setPush([]))
            #expect(!"\(token)".contains("tttt"))
        }
    }

    @Test func `a push that is not ours wakes nothing`() async throws {
        try await self.world.connected { client in
            #expect(await client.handlePush(["aps": "{}"]) == .notOurs)
            #expect(!self.world.told.contains { if case .pushArrived = $0 { true } else { false } })
        }
    }

    @Test(.spec("HF-74")) func `a push wakes the channel and says what rings`() async throws {
        try await self.world.connected { client in
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            self.world.script.withLock {
                $0.onPush = [
                    .channel(.state(.connecting)), .channel(.state(.keptInBackground)),
                    .channel(.ring(.incoming())), .channel(.caughtUp),
                ]
            }
            guard case .ringing(let rings) = await client.handlePush(self.push) else {
                Issue.record("nothing rings")
                return
            }
            #expect(rings == client.rings)
            #expect(rings.map(\.id) == [RingID("r1")])
        }
    }

    @Test func `a ring that was over before it was seen is nothing`() async throws {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            self.world.script.withLock {
                $0.onPush = [
                    .channel(.state(.keptInBackground)), .channel(.ring(.incoming())),
                    .channel(.ringEnded(.incoming("r1", .cancelled))), .channel(.caughtUp),
                ]
            }
            #expect(await client.handlePush(self.push) == .nothing)
            #expect(client.rings == [])
        }
    }

    @Test func `two pushes at once give one ring`() async throws {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            let first = Task { await client.handlePush(self.push) }
            let second = Task { await client.handlePush(self.push) }
            await self.world.until(client) {
                self.world.told.count { if case .pushArrived = $0 { true } else { false } } == 2
            }
            await self.world.deliver(
                .channel(.state(.keptInBackground)),
                .channel(.ring(.incoming())),
                .channel(.ring(.incoming())),
                .channel(.caughtUp),
                in: client
            )
            let outcomes = (await first.value, await second.value)
            #expect(outcomes.0 == outcomes.1)
            #expect(outcomes.0 == .ringing(client.rings))
            #expect(client.rings.count == 1)
            let told = await events.take(4).count {
                if case .incomingRing = $0 { true } else { false }
            }
            #expect(told == 1)
        }
    }

    @Test func `a server that is not reached in time is offline`() async throws {
        try await self.world.connected { client in
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            let outcome = Locked<HoldfastClient.PushOutcome?>(nil)
            let push = Task {
                let result = await client.handlePush(self.push)
                outcome.withLock { $0 = result }
            }
            await self.world.until(client) {
                self.world.told.contains { if case .pushArrived = $0 { true } else { false } }
            }
            await self.world.world.pass(.seconds(24.5), client)
            #expect(outcome.withLock { $0 } == nil)
            await self.world.world.pass(.seconds(1.5), client)
            await push.value
            #expect(outcome.withLock { $0 } == .offline)
        }
    }

    @Test func `a connection that was there counts after 5 s without news`() async throws {
        try await self.world.connected { client in
            let outcome = Locked<HoldfastClient.PushOutcome?>(nil)
            let push = Task {
                let result = await client.handlePush(self.push)
                outcome.withLock { $0 = result }
            }
            await self.world.until(client) {
                self.world.told.contains { if case .pushArrived = $0 { true } else { false } }
            }
            await self.world.world.pass(.seconds(4.5), client)
            #expect(outcome.withLock { $0 } == nil)
            await self.world.world.pass(.seconds(1.5), client)
            await push.value
            #expect(outcome.withLock { $0 } == .nothing)
        }
    }

    @Test func `a connection that was there and was dead is waited for`() async throws {
        try await self.world.connected { client in
            let push = Task { await client.handlePush(self.push) }
            await self.world.until(client) {
                self.world.told.contains { if case .pushArrived = $0 { true } else { false } }
            }
            await self.world.world.pass(.seconds(3), client)
            await self.world.deliver(.lost(.noAnswer), in: client)
            await self.world.world.pass(.seconds(4), client)
            await self.world.deliver(
                .restored(SessionEvent.RestoreSummary(downtime: .seconds(4))),
                .channel(.ring(.incoming())),
                .channel(.caughtUp),
                in: client
            )
            #expect(await push.value == .ringing(client.rings))
            #expect(client.rings.count == 1)
        }
    }

    @Test func `after disconnect a push changes nothing`() async throws {
        try await self.world.connected { client in
            await client.disconnect()
            #expect(await client.handlePush(self.push) == .offline)
            #expect(!self.world.told.contains { if case .pushArrived = $0 { true } else { false } })
        }
    }

    @Test func `a process that a push started waits for its channel`() async throws {
        self.world.script.withLock {
            $0.connects = false
            $0.onPush = [.channel(.state(.connecting))]
        }
        let client = try self.world.client()
        let push = Task { await client.handlePush(self.push) }
        try await withRunning(client) { client in
            await self.world.until(client) {
                self.world.told.contains { if case .pushArrived = $0 { true } else { false } }
            }
            await self.world.deliver(
                .channel(.state(.keptInBackground)),
                .channel(.ring(.incoming())),
                .channel(.caughtUp),
                in: client
            )
            #expect(await push.value == .ringing(client.rings))
        }
    }

    @Test func `a wait for a push can be cancelled`() async throws {
        try await self.world.connected { client in
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            let push = Task { await client.handlePush(self.push) }
            await self.world.until(client) {
                self.world.told.contains { if case .pushArrived = $0 { true } else { false } }
            }
            push.cancel()
            #expect(await push.value == .offline)
        }
    }
}
