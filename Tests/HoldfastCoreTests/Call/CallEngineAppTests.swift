import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct CallEngineAppTests {
    // MARK: Where the app is

    @Test(.spec("HF-44")) func `before a suspension the server is told, and the socket closed`() {
        var phone = EngineHarness.joined()
        let first = phone.last
        phone.send(.appStateChanged(.background))
        let effects = phone.send(.appStateChanged(.suspending))
        let top = LogOffset(era: Era(1), number: 1)
        #expect(effects.sent == [.appState(.suspending, hold: nil), .acknowledge(top)])
        #expect(effects.contains(.close(first, .background)))
        #expect(phone.told.last == .lost(.suspended))
        phone.advance(by: .seconds(20))
        #expect(phone.connections.count == 1)

        phone.send(.appStateChanged(.foreground))
        #expect(phone.connections.count == 2)
        phone.resume(generation: 2)
        #expect(phone.told.last == .restored(.init(downtime: .seconds(20))))
    }

    @Test(.spec("HF-28")) func `a ticket says where the app is, and a change after it is told`() {
        var phone = EngineHarness.joined()
        #expect(
            phone.send(.appStateChanged(.background)).sent == [.appState(.background, hold: nil)]
        )
        #expect(phone.send(.appStateChanged(.background)) == [])
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        #expect(phone.take().tickets.last?.appState == .background)
        phone.send(.appStateChanged(.foreground))
        let effects = phone.send(
            .received(
                ConnectionID(2),
                .welcome(EngineHarness.welcome(.resumed, generation: 2))
            )
        )
        #expect(effects.sent.first == .appState(.foreground, hold: nil))
    }

    @Test func `who joins in the background says so`() {
        var phone = EngineHarness()
        phone.send(.appStateChanged(.background))
        phone.send(.join(EngineHarness.call, EngineHarness.request()))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        let welcome = EngineHarness.welcome(.joined, generation: 1)
        let effects = phone.send(.received(phone.last, .welcome(welcome)))
        #expect(effects.sent == [.appState(.background, hold: nil)])
    }

    @Test func `in the foreground again the connection is asked and raced`() {
        var phone = EngineHarness.joined()
        phone.send(.appStateChanged(.background))
        let effects = phone.send(.appStateChanged(.foreground))
        #expect(effects.connects.count == 1)
        #expect(effects.timeouts == [.seconds(3)])
        #expect(
            effects.sent.contains { if case .ping = $0 { true } else { false } }
        )
    }

    @Test func `in the background an attempt has 10 s and stands alone`() {
        var phone = EngineHarness.joined()
        phone.send(.appStateChanged(.background))
        phone.send(.closed(phone.last, .timedOut))
        phone.advance(by: .seconds(9))
        #expect(phone.take().timeouts == [.seconds(10)])
        #expect(phone.open.count == 1)
    }

    @Test func `a process that was stopped before it could say more comes back by itself`() {
        var phone = EngineHarness.joined()
        phone.send(.appStateChanged(.suspending))
        phone.isStopped(for: .seconds(60))
        let effects = phone.send(.clockGap(.seconds(60)))
        #expect(effects.connects.count == 1)
        #expect(effects.tickets.first?.appState == .background)
    }

    @Test func `attempts under way are given up before a suspension`() {
        var phone = EngineHarness.joined()
        phone.send(.reconnectNow(EngineHarness.call))
        phone.send(.appStateChanged(.suspending))
        #expect(phone.open.isEmpty)
        phone.send(.pathChanged(.satisfied(identity: 8)))
        phone.send(.pathChanged(.satisfied(identity: 9)))
        #expect(phone.open.isEmpty)
    }

    // MARK: Tokens

    @Test(.spec("HF-26")) func `a token is renewed a minute before it runs out`() {
        var phone = EngineHarness.joined {
            $0.nowMilliseconds = 1_000_000
            $0.authExpiresAtMilliseconds = 1_120_000
        }
        Self.answerPings(&phone, for: 59)
        #expect(!phone.take().contains(.requestToken(EngineHarness.call)))
        Self.answerPings(&phone, for: 1)
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
        let effects = phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        #expect(effects.sent == [.authenticate(token: "token-2")])
        // The server does not say when the new one ends: it is taken to last as long.
        Self.answerPings(&phone, for: 59)
        #expect(!phone.take().contains(.requestToken(EngineHarness.call)))
        Self.answerPings(&phone, for: 1)
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
    }

    @Test(.spec("HF-26")) func `a token that ran out is renewed in parallel with a resume`() {
        var phone = EngineHarness.joined()
        phone.send(.received(phone.last, .bye(Bye(code: .authExpired, reason: ""))))
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
        phone.advance(by: .seconds(0.5))
        #expect(phone.take().tickets.count == 1)
        phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        #expect(phone.resume(generation: 2).sent.contains(.authenticate(token: "token-2")))
    }

    @Test(.spec("HF-26")) func `beyond the grace nothing is tried without a token`() {
        var phone = EngineHarness.joined {
            $0.nowMilliseconds = 1000
            $0.authExpiresAtMilliseconds = 1001
            $0.detachWindow = .seconds(3000)
        }
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(299))
        _ = phone.take()
        phone.advance(by: .seconds(30))
        let count = phone.connections.count
        phone.send(.tokenFailed(EngineHarness.call, reason: "offline"))
        phone.send(.pathChanged(.unsatisfied))
        phone.advance(by: .seconds(4))
        #expect(phone.connections.count == count)
        phone.advance(by: .seconds(1))
        #expect(phone.take().contains(.requestToken(EngineHarness.call)))
        phone.send(.pathChanged(.satisfied(identity: 4)))
        phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        phone.advance(by: .seconds(10))
        guard case .resume(_, _, .some)? = phone.take().connects.last else {
            Issue.record("no token in the resume")
            return
        }
    }

    @Test func `an app without a token is asked again, ever more rarely`() {
        var tokens = TokenKeeper()
        var delays: [MonotonicInstant?] = []
        for _ in 0..<6 {
            #expect(tokens.request() == true)
            #expect(tokens.request() == false)
            tokens.failed(at: .zero)
            delays.append(tokens.dueAt)
        }
        #expect(delays == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
    }

    private static func answerPings(_ phone: inout EngineHarness, for seconds: Int) {
        for _ in 0..<seconds {
            phone.advance(by: .seconds(1))
            phone.send(.received(phone.last, .unknown))
        }
    }

    // MARK: Commands

    @Test(.spec("HF-40")) func `a command has one outcome, whatever happens on the way`() {
        var phone = EngineHarness.joined()
        phone.send(.submit(EngineHarness.call, RequestID(7), .endCall))
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        _ = phone.take()
        #expect(phone.resume(generation: 2).sent.first == .command(CommandNumber(1), .endCall))
        let offset = LogOffset(era: Era(1), number: 2)
        let result = CommandResult(number: CommandNumber(1), outcome: .done(offset))
        phone.send(.received(phone.last, .result(result)))
        phone.send(.received(phone.last, .result(result)))
        #expect(phone.take().outcomes == [.done(offset)])
    }

    @Test func `a command for a call that is over fails at once`() {
        var phone = EngineHarness()
        phone.send(.submit(EngineHarness.call, RequestID(1), .endCall))
        #expect(phone.take().outcomes == [.failed(.callOver)])
        phone.join()
        phone.send(.leave(EngineHarness.call))
        phone.send(.submit(EngineHarness.call, RequestID(2), .endCall))
        #expect(phone.take().outcomes == [.failed(.callOver)])
    }

    // MARK: Storing

    @Test func `what a later process needs is stored, at most every 5 s for the cursor alone`() {
        var phone = EngineHarness()
        phone.send(.join(EngineHarness.call, EngineHarness.request()))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        let welcome = EngineHarness.welcome(.joined, generation: 1)
        phone.send(.received(phone.last, .welcome(welcome)))
        #expect(phone.take().stored.count == 1)
        phone.snapshot([EngineHarness.participant("p_b")], at: LogOffset(era: Era(1), number: 1))
        phone.send(.received(phone.last, .events([EngineHarness.message(2)])))
        phone.advance(by: .milliseconds(4999))
        #expect(phone.take().stored.isEmpty)
        phone.advance(by: .milliseconds(1))
        #expect(phone.take().stored.map(\.cursor) == [LogOffset(era: Era(1), number: 2)])
    }

    @Test func `a restored call resumes and tells that it joined`() {
        var phone = EngineHarness()
        let stored = StoredSession(
            call: CallID("standup"),
            session: SessionID("s1"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            counter: ResumeCounter(8),
            cursor: LogOffset(era: Era(1), number: 4),
            lastCommand: CommandNumber(3)
        )
        let request = EngineHarness.request(media: MediaSettings())
        phone.send(.restore(EngineHarness.call, stored, request))
        let ticket = phone.take().tickets.first
        #expect(ticket?.counter == ResumeCounter(EngineHarness.wall))
        #expect(ticket?.cursor == stored.cursor)
        #expect(ticket?.lastResult == CommandNumber(3))
        #expect(phone.resume(generation: 4).sent == [.synchronize(from: .zero)])
        phone.snapshot(
            [EngineHarness.participant("p_b"), EngineHarness.participant("p_a")],
            at: LogOffset(era: Era(1), number: 4)
        )
        #expect(phone.told.count == 2)
        let ask = Signal(peer: ParticipantID("p_a"), content: .offerRequest(restart: true))
        #expect(phone.take().sent.contains(.signal(ask)))
    }

    // MARK: Several calls

    @Test func `calls live side by side`() {
        var phone = EngineHarness.joined()
        let other = CallHandle(2)
        phone.send(.join(other, EngineHarness.request()))
        phone.send(.join(other, EngineHarness.request()))
        phone.send(.tokenProvided(other, EngineHarness.token))
        let second = phone.last
        phone.send(.received(second, .bye(Bye(code: .limit, reason: ""))))
        #expect(phone.isOver)
        #expect(
            phone.send(.received(ConnectionID(1), .events([EngineHarness.message(2)])))
                .delivered.count == 1
        )
    }

    @Test func `what belongs to nobody is ignored`() {
        var phone = EngineHarness.joined()
        _ = phone.take()
        let nobody = CallHandle(9)
        let events: [ClientEvent] = [
            .leave(nobody), .setMicrophone(nobody, .live), .reconnectNow(nobody),
            .processed(nobody, DeliveryNumber(1)), .tokenProvided(nobody, Private("")),
            .tokenFailed(nobody, reason: ""), .opened(ConnectionID(99)),
            .received(ConnectionID(99), .unknown), .receivedGarbage(ConnectionID(99), reason: ""),
            .closed(ConnectionID(99), .reset), .media(nobody, .peer(EngineHarness.me, .failed)),
            .processed(EngineHarness.call, DeliveryNumber(77)), .deadlineReached,
            .join(EngineHarness.call, EngineHarness.request()),
        ]
        for event in events { #expect(phone.send(event) == [], "\(event)") }
        let welcome = EngineHarness.welcome(.resumed, generation: 9)
        #expect(phone.send(.received(phone.last, .welcome(welcome))) == [])
        #expect(phone.send(.tokenFailed(EngineHarness.call, reason: "late")).count == 1)
    }
}

extension [ClientEffect] {
    var stored: [StoredSession] {
        self.compactMap { if case .store(_, let session) = $0 { session } else { nil } }
    }
}
