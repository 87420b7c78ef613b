import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct CallEngineChannelTests {
    private static let call = EngineHarness.call

    // MARK: Joining

    @Test func `a channel is joined when the app wants it connected, and not before`() {
        var phone = EngineHarness()
        phone.send(.join(Self.call, EngineHarness.channelRequest()))
        phone.send(.pathChanged(.satisfied(identity: 3)))
        phone.send(.pushArrived(Self.call))
        phone.advance(by: .seconds(600))
        #expect(phone.take() == [])
        #expect(phone.send(.connect(Self.call)) == [.requestToken(Self.call)])
        phone.send(.tokenProvided(Self.call, EngineHarness.token))
        #expect(phone.connections.count == 1)
    }

    @Test func `a channel is tried for as long as it is wanted`() {
        var phone = EngineHarness()
        phone.send(.join(Self.call, EngineHarness.channelRequest()))
        phone.send(.connect(Self.call))
        phone.send(.tokenFailed(Self.call, reason: "offline"))
        phone.advance(by: .seconds(5))
        #expect(phone.take().contains(.requestToken(Self.call)))
        phone.send(.tokenProvided(Self.call, EngineHarness.token))
        for _ in 0..<30 {
            phone.send(.closed(phone.last, .unreachable))
            phone.advance(by: .seconds(5.1))
        }
        #expect(!phone.isOver)
        #expect(phone.connections.count >= 30)
        phone.welcomeChannel(.joined, generation: 1, top: 1)
        phone.channelSnapshot(at: 1)
        #expect(phone.channelEvents == [.state(.connected), .caughtUp])
    }

    @Test func `a token that came while nothing may be connected is not kept`() {
        var phone = EngineHarness()
        phone.send(.join(Self.call, EngineHarness.channelRequest()))
        phone.send(.connect(Self.call))
        phone.send(.disconnect(Self.call))
        phone.send(.tokenProvided(Self.call, EngineHarness.token))
        #expect(phone.connections.isEmpty)
        _ = phone.take()
        #expect(phone.send(.connect(Self.call)) == [.requestToken(Self.call)])
    }

    @Test func `joined, then where the channel is, then what rings, then caught up`() {
        let ring = EngineHarness.ring("r")
        let phone = EngineHarness.channel(rings: [ring])
        guard case .joined = phone.told.first else {
            Issue.record("not joined")
            return
        }
        #expect(phone.channelEvents == [.state(.connected), .ring(ring), .caughtUp])
    }

    // MARK: Where the connection is

    @Test(.spec("HF-73")) func `in the background a channel closes with 4000 after 30 s`() {
        var phone = EngineHarness.channel()
        let count = phone.told.count
        #expect(
            phone.send(.appStateChanged(.background)).sent == [.appState(.background, hold: nil)]
        )
        #expect(phone.advance(by: .milliseconds(29_999)).closes == [])
        phone.receive(EngineHarness.hello(2))
        let effects = phone.advance(by: .milliseconds(1))
        #expect(effects.closes == [.background])
        #expect(effects.sent.contains(.acknowledge(EngineHarness.at(2))))
        #expect(
            phone.told.dropFirst(count).compactMap(\.channelState) == [
                .keptInBackground, .suspended,
            ]
        )
        phone.advance(by: .seconds(3600))
        phone.send(.pathChanged(.satisfied(identity: 9)))
        phone.send(.clockGap(.seconds(60)))
        #expect(phone.connections.count == 1)
        #expect(!phone.told.contains { $0.isLifecycle && $0 != phone.told.first })

        phone.send(.appStateChanged(.foreground))
        phone.welcomeChannel(.resumed, generation: 2, top: 2)
        #expect(
            phone.channelEvents.suffix(3) == [.state(.connecting), .state(.connected), .caughtUp]
        )
        #expect(!phone.told.contains { if case .restored = $0 { true } else { false } })
    }

    @Test func `a call is not closed in the background`() {
        var phone = EngineHarness.joined()
        phone.send(.appStateChanged(.background))
        phone.send(.pushArrived(Self.call))
        phone.send(.disconnect(Self.call))
        #expect(phone.advance(by: .seconds(30)).closes == [])
    }

    @Test(.spec("HF-73")) func `disconnect closes with 1000 and keeps the session`() {
        var phone = EngineHarness.channel()
        let effects = phone.send(.disconnect(Self.call))
        #expect(effects.closes == [.normal])
        #expect(effects.contains { if case .store = $0 { true } else { false } })
        #expect(!effects.contains { if case .forget = $0 { true } else { false } })
        #expect(phone.channelStates.last == .disconnected)
        for event: ClientEvent in [
            .appStateChanged(.background), .pushArrived(Self.call), .appStateChanged(.foreground),
            .clockGap(.seconds(9)), .pathChanged(.satisfied(identity: 9)),
            .reconnectNow(Self.call), .tokenProvided(Self.call, EngineHarness.token),
        ] {
            phone.send(event)
            phone.advance(by: .seconds(60))
        }
        #expect(phone.connections.count == 1)
        #expect(phone.send(.connect(Self.call)).tickets.count == 1)
        phone.welcomeChannel(.resumed, generation: 2, top: 1)
        #expect(phone.channelStates.last == .connected)
    }

    @Test(.spec("HF-73"))
    func `a push opens a suspended channel for 30 s, and what was missed comes`() {
        var phone = EngineHarness.channel()
        phone.send(.appStateChanged(.suspending))
        #expect(phone.take().closes == [.background])
        phone.isStopped(for: .seconds(400))
        let effects = phone.send(.pushArrived(Self.call))
        #expect(effects.tickets.map(\.appState) == [.background])
        phone.welcomeChannel(.resumed, generation: 2, top: 2)
        phone.receive(EngineHarness.hello(2))
        #expect(phone.told.compactMap(\.userMessageID) == [EngineHarness.at(2)])
        #expect(phone.channelEvents.last == .caughtUp)
        #expect(phone.advance(by: .milliseconds(29_999)).closes == [])
        #expect(phone.advance(by: .milliseconds(1)).closes == [.background])
    }

    @Test func `a process that slept past the 30 s closes, and tries nothing`() {
        var phone = EngineHarness.channel()
        phone.send(.appStateChanged(.background))
        phone.isStopped(for: .seconds(100))
        phone.send(.clockGap(.seconds(100)))
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(100))
        #expect(phone.connections.count == 1)
        #expect(phone.open.isEmpty)
        #expect(phone.channelStates.last == .suspended)
    }

    @Test func `a loss that nobody wanted is told, and its end also after a disconnect`() {
        var phone = EngineHarness.channel()
        phone.send(.closed(phone.last, .reset))
        #expect(phone.told.contains(.lost(.connectionClosed)))
        #expect(phone.channelStates.last == .connecting)
        phone.send(.disconnect(Self.call))
        phone.send(.connect(Self.call))
        phone.welcomeChannel(.resumed, generation: 2, top: 1)
        let lifecycle = phone.told.filter(\.isLifecycle)
        #expect(lifecycle.count == 3)
        guard case .restored? = lifecycle.last else {
            Issue.record("the loss has no end")
            return
        }
    }

    @Test func `no token is asked for while nothing may be connected`() {
        var phone = EngineHarness()
        phone.send(.join(Self.call, EngineHarness.channelRequest()))
        phone.send(.connect(Self.call))
        phone.send(.tokenFailed(Self.call, reason: "offline"))
        phone.send(.disconnect(Self.call))
        _ = phone.take()
        phone.advance(by: .seconds(3600))
        #expect(phone.take() == [])
    }

    // MARK: The session's end

    @Test(.spec("HF-25")) func `an expired channel is joined anew with a fresh token`() {
        var phone = EngineHarness.channel()
        phone.send(.disconnect(Self.call))
        phone.advance(by: .seconds(10))
        phone.send(.connect(Self.call))
        var effects = phone.welcomeChannel(.expired, generation: 1, top: 1)
        #expect(effects.contains(.requestToken(Self.call)))
        phone.send(.closed(phone.last, .closed(.sessionExpired)))
        #expect(phone.open.isEmpty)
        effects = phone.send(.tokenProvided(Self.call, Private("token-2")))
        guard case .resume(_, _, let rejoin?)? = effects.connects.first else {
            Issue.record("it does not join anew: \(effects)")
            return
        }
        #expect(rejoin.token == Private("token-2"))
        phone.welcomeChannel(.rejoined, generation: 1, top: 5)
        phone.channelSnapshot(at: 5)
        #expect(phone.channelEvents.last == .caughtUp)
        #expect(!phone.isOver)
    }

    @Test(.spec("HF-63")) func `a server that knows nothing of the channel gets a join`() {
        var phone = EngineHarness.channel()
        phone.send(.disconnect(Self.call))
        phone.advance(by: .seconds(10))
        phone.send(.connect(Self.call))
        for number in 1...2 {
            phone.send(
                .received(phone.last, .bye(Bye(code: .sessionExpired, reason: "")))
            )
            phone.send(.tokenProvided(Self.call, Private("token-\(number)")))
        }
        guard case .join(_, let token)? = phone.take().connects.last else {
            Issue.record("no join")
            return
        }
        #expect(token == Private("token-2"))
        #expect(!phone.isOver)
    }

    @Test(.spec("HF-64")) func `leave signs out, also of a suspended channel`() {
        var phone = EngineHarness.channel()
        phone.send(.appStateChanged(.suspending))
        phone.send(.appStateChanged(.background))
        let effects = phone.send(.leave(Self.call))
        #expect(effects.contains(.forget(Self.call, CallID(channelOf: EngineHarness.owner))))
        #expect(effects.tickets.count == 1)
        let sent = phone.welcomeChannel(.resumed, generation: 2, top: 1).sent
        #expect(sent == [.leave])
        phone.send(.received(phone.last, .bye(Bye(code: .left, reason: "left"))))
        #expect(phone.told.last == .left)
        #expect(phone.engine.nextDeadline == nil)
    }

    // MARK: Presence

    @Test(.spec("HF-72")) func `who is watched is named again on every connection`() {
        var phone = EngineHarness.channel()
        let users = (0..<65).map { UserID("u\($0)") }
        let watched = ClientMessage.watch(Array(users.prefix(64)))
        #expect(phone.send(.watch(Self.call, users)).sent == [watched])
        phone.send(.received(phone.last, .presence(users[0], .attached)))
        #expect(phone.channelEvents.last == .presence(users[0], .attached))
        phone.send(.disconnect(Self.call))
        phone.send(.connect(Self.call))
        #expect(phone.welcomeChannel(.resumed, generation: 2, top: 1).sent.contains(watched))
    }

    @Test func `a call tells of no presence`() {
        var phone = EngineHarness.joined()
        #expect(phone.send(.watch(Self.call, [UserID("bob")])) == [])
        #expect(phone.send(.received(phone.last, .presence(UserID("bob"), .away))) == [])
    }

    @Test func `of reports that wait, the newest of each kind is told`() {
        var phone = EngineHarness.channel()
        phone.isAppBusy = true
        for number in UInt32(2)...33 { phone.receive(EngineHarness.hello(number)) }
        let told = phone.told.count
        for presence in [UserPresence.attached, .away, .background] {
            phone.send(.received(phone.last, .presence(UserID("bob"), presence)))
        }
        for generation in UInt32(2)...4 {
            phone.send(.disconnect(Self.call))
            phone.send(.connect(Self.call))
            phone.advance(by: .seconds(10))
            phone.welcomeChannel(.resumed, generation: generation, top: 33)
        }
        #expect(phone.told.count == told)
        phone.isAppBusy = false
        phone.send(.processed(Self.call, DeliveryNumber(UInt64(told))))
        #expect(
            phone.told.dropFirst(told) == [
                .channel(.presence(UserID("bob"), .background)), .channel(.state(.connected)),
                .channel(.caughtUp),
            ]
        )
    }
}
