import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct CallEngineEndingTests {
    private static func joined() -> EngineHarness {
        var phone = EngineHarness()
        phone.join()
        return phone
    }

    @Test(
        .spec("HF-60"),
        arguments: [
            (.badFrame, .closed(.internalFault("the server could not read a frame of ours"))),
            (.unauthorized, .closed(.unauthorized(message: "why"))),
            (.sessionExpired, .closed(.expired)), (.removed, .closed(.removed)),
            (.callEnded, .closed(.callEnded(CallEndReason(rawValue: "why")))),
            (.replaced, .closed(.replaced)),
            (.version, .closed(.refused(.version, message: "why"))),
            (.limit, .closed(.refused(.limit, message: "why"))), (.left, .left),
            (.badRequest, .closed(.refused(.badRequest, message: "why"))),
            (CloseCode(4999), .closed(.refused(CloseCode(4999), message: "why"))),
        ] as [(CloseCode, SessionEvent)]
    )
    func `codes of 4500 to 4999 are the end, each with its reason`(
        code: CloseCode,
        terminal: SessionEvent
    ) {
        var phone = Self.joined()
        let effects = phone.send(.received(phone.last, .bye(Bye(code: code, reason: "why"))))
        #expect(phone.told.last == terminal)
        #expect(effects.contains(.forget(EngineHarness.call, CallID("standup"))))
        phone.send(.closed(phone.last, .closed(code)))
        phone.advance(by: .seconds(600))
        #expect(phone.told.count == 2)
        #expect(phone.open.isEmpty)
        #expect(phone.engine.nextDeadline == nil)
    }

    @Test(.spec("HF-60")) func `a close code alone says as much as a bye`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .closed(.removed)))
        #expect(phone.told.last == .closed(.removed))
    }

    @Test(.spec("HF-52")) func `the end in the log is the end, whatever comes behind it`() {
        var phone = Self.joined()
        var ended = EngineHarness.message(2)
        ended.event = .ended(.idleTimeout)
        phone.send(.received(phone.last, .events([ended, EngineHarness.message(3)])))
        #expect(phone.told.last == .timedOut)
        phone.send(.received(ConnectionID(1), .bye(Bye(code: .callEnded, reason: "idle_timeout"))))
        #expect(phone.told.count == 2)
    }

    @Test(
        .spec("HF-24"),
        arguments: [
            (.ended, "idle_timeout", .timedOut), (.ended, "removed", .closed(.removed)),
            (.ended, "left", .left), (.ended, "timeout", .closed(.expired)),
            (.ended, "ended", .closed(.callEnded(.ended))),
            (.ended, "", .closed(.callEnded(.ended))),
        ] as [(Welcome.Mode, String, SessionEvent)]
    )
    func `a late client learns how it ended`(
        mode: Welcome.Mode,
        reason: String,
        terminal: SessionEvent
    ) {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        phone.resume(generation: 1) {
            $0.mode = mode
            $0.reason = reason
        }
        #expect(phone.told.last == terminal)
        #expect(phone.open.isEmpty)
    }

    @Test(.spec("HF-24")) func `the last command tells apart what had an effect`() {
        var phone = Self.joined()
        for number in 1...3 {
            phone.send(.submit(EngineHarness.call, RequestID(UInt64(number)), .endCall))
        }
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        _ = phone.take()
        phone.resume(generation: 1) {
            $0.mode = .ended
            $0.reason = "ended"
            $0.lastCommand = CommandNumber(2)
        }
        #expect(phone.take().outcomes == [.abandoned, .abandoned, .failed(.callOver)])
    }

    @Test(.spec("HF-44")) func `only leave ends a session, and the server's answer is awaited`() {
        var phone = Self.joined()
        #expect(phone.send(.leave(EngineHarness.call)) == [.send(phone.last, .leave)])
        #expect(phone.told.count == 1)
        phone.send(.received(phone.last, .bye(Bye(code: .left, reason: "left"))))
        #expect(phone.told.last == .left)
        #expect(phone.engine.nextDeadline == nil)
        #expect(phone.send(.leave(EngineHarness.call)) == [])
    }

    @Test(.spec("HF-49")) func `a server that does not answer a leave is waited for 2 s`() {
        var phone = Self.joined()
        phone.send(.leave(EngineHarness.call))
        phone.send(.leave(EngineHarness.call))
        phone.advance(by: .milliseconds(1_999))
        #expect(phone.told.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.told.last == .left)
        #expect(phone.open.isEmpty)
    }

    @Test func `leaving without a connection is told at once, and to the server for 10 s`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        let effects = phone.send(.leave(EngineHarness.call))
        #expect(phone.told.last == .left)
        #expect(effects.contains(.forget(EngineHarness.call, CallID("standup"))))
        phone.advance(by: .seconds(2))
        #expect(phone.resume(generation: 2).sent == [.leave])
        phone.send(.received(phone.last, .bye(Bye(code: .left, reason: ""))))
        #expect(phone.engine.nextDeadline == nil)
        #expect(phone.told.count == 3)
    }

    @Test func `a farewell that nobody hears ends after 10 s`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.send(.leave(EngineHarness.call))
        phone.advance(by: .milliseconds(9_999))
        #expect(!phone.open.isEmpty)
        phone.advance(by: .milliseconds(1))
        #expect(phone.open.isEmpty)
        #expect(phone.engine.nextDeadline == nil)
    }

    @Test func `a farewell goes on after a restart and ends with the session`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.send(.leave(EngineHarness.call))
        phone.send(.received(phone.last, .bye(Bye(code: .serverRestart, reason: ""))))
        phone.advance(by: .seconds(2))
        phone.resume(generation: 2) { $0.mode = .expired }
        #expect(phone.engine.nextDeadline == nil)
        #expect(phone.told.filter(\.isTerminal) == [.left])
    }

    @Test func `a leave whose connection dies is told, and repeated to the server`() {
        var phone = Self.joined()
        phone.send(.leave(EngineHarness.call))
        phone.send(.closed(phone.last, .reset))
        #expect(phone.told.last == .left)
        #expect(phone.resume(generation: 2).sent == [.leave])
    }

    @Test func `leaving while joining is told at once`() {
        var waiting = EngineHarness()
        waiting.send(.join(EngineHarness.call, EngineHarness.request()))
        waiting.send(.leave(EngineHarness.call))
        #expect(waiting.told == [.left])
        #expect(waiting.engine.nextDeadline == nil)

        var connecting = EngineHarness()
        connecting.send(.join(EngineHarness.call, EngineHarness.request()))
        connecting.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        connecting.send(.leave(EngineHarness.call))
        let welcome = EngineHarness.welcome(.joined, generation: 1)
        let effects = connecting.send(.received(connecting.last, .welcome(welcome)))
        #expect(effects.sent == [.leave])
        connecting.advance(by: .seconds(10))
        #expect(connecting.engine.nextDeadline == nil)
        #expect(connecting.told == [.left])
    }

    @Test(.spec("HF-25")) func `past the window the last tries may join anew`() {
        var phone = Self.joined()
        phone.send(.submit(EngineHarness.call, RequestID(1), .endCall))
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .milliseconds(299_999))
        #expect(!phone.take().contains(.requestToken(EngineHarness.call)))
        phone.advance(by: .milliseconds(1))
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
        phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        phone.advance(by: .milliseconds(2_500))
        guard case .resume(_, _, let rejoin?)? = phone.take().connects.last else {
            Issue.record("no rejoin")
            return
        }
        #expect(
            rejoin == .init(options: EngineHarness.request().options, token: Private("token-2"))
        )
        phone.resume(generation: 1) {
            $0.mode = .rejoined
            $0.session = SessionID("s2")
            $0.resumeKey = EngineHarness.key
            $0.snapshotFollows = true
        }
        #expect(phone.take().outcomes == [.abandoned])
        guard case .restored = phone.told.last else {
            Issue.record("not restored")
            return
        }
        phone.snapshot(
            [EngineHarness.participant("p_b"), EngineHarness.participant("p_c")],
            at: LogOffset(era: Era(1), number: 90)
        )
        #expect(phone.told.last == .participantJoined(EngineHarness.participant("p_c")))
    }

    @Test func `a call that does not come back expires 15 s after its window`() {
        var phone = Self.joined()
        phone.send(.pathChanged(.unsatisfied))
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .milliseconds(314_999))
        #expect(!phone.isOver)
        phone.advance(by: .milliseconds(1))
        #expect(phone.told.last == .closed(.expired))
        #expect(phone.engine.nextDeadline == nil)
    }

    @Test func `the window runs while the process does not`() {
        var phone = Self.joined()
        phone.isStopped(for: .seconds(600))
        phone.send(.clockGap(.seconds(600)))
        phone.advance(by: .seconds(2))
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
    }

    @Test func `a session that the server lost early is joined anew`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        _ = phone.take()
        phone.resume(generation: 1) { $0.mode = .expired }
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
        phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        guard case .resume(_, _, .some)? = phone.take().connects.last else {
            Issue.record("no rejoin")
            return
        }
        phone.resume(generation: 1) { $0.mode = .expired }
        #expect(phone.told.last == .closed(.expired))
    }

    @Test func `a join that nobody answers is given up after 60 s`() {
        var phone = EngineHarness()
        phone.send(.join(EngineHarness.call, EngineHarness.request()))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        phone.advance(by: .milliseconds(59_999))
        #expect(phone.told.isEmpty)
        #expect(phone.connections.count > 2)
        phone.advance(by: .milliseconds(1))
        #expect(
            phone.told
                == [.closed(.refused(.unavailable, message: "No server answered in time."))]
        )
        #expect(phone.engine.nextDeadline == nil)
    }

    @Test func `a join is refused with its reason`() {
        let ends: [(TransportEnd, SessionEvent)] = [
            (.untrusted, .closed(.untrusted)),
            (
                .rejected(status: 401, retryAfter: nil),
                .closed(.unauthorized(message: "The server refused the token."))
            ), (.closed(.limit), .closed(.refused(.limit, message: ""))),
        ]
        for (end, terminal) in ends {
            var phone = EngineHarness()
            phone.send(.join(EngineHarness.call, EngineHarness.request()))
            phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
            phone.send(.closed(phone.last, end))
            #expect(phone.told == [terminal])
        }
        var denied = EngineHarness()
        denied.send(.join(EngineHarness.call, EngineHarness.request()))
        denied.send(.tokenFailed(EngineHarness.call, reason: "signed out"))
        #expect(denied.told == [.closed(.unauthorized(message: "signed out"))])
    }

    @Test func `a busy app still gets everything, the end last`() {
        var phone = EngineHarness()
        phone.isAppBusy = true
        phone.join()
        for number in 2...50 {
            phone.send(.received(phone.last, .events([EngineHarness.message(UInt32(number))])))
        }
        phone.send(.received(phone.last, .bye(Bye(code: .removed, reason: ""))))
        #expect(phone.told.count == 32)
        #expect(phone.engine.nextDeadline == nil)
        phone.isAppBusy = false
        phone.send(.processed(EngineHarness.call, DeliveryNumber(32)))
        #expect(phone.told.count == 51)
        #expect(phone.told.last == .closed(.removed))
        #expect(phone.send(.leave(EngineHarness.call)) == [])
    }
}
