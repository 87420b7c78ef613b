import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct CallEngineConnectionTests {
    private static let path = PathStatus.satisfied(identity: 1)
    private static let other = PathStatus.satisfied(identity: 2)

    private static func joined() -> EngineHarness {
        var phone = EngineHarness()
        phone.send(.pathChanged(Self.path))
        phone.join()
        return phone
    }

    @Test(.spec("HF-55")) func `a better path is raced, and nobody notices`() {
        var phone = Self.joined()
        let old = phone.last
        let effects = phone.send(.pathChanged(Self.other))
        #expect(effects.connects.count == 1)
        #expect(effects.timeouts == [.seconds(3)])
        #expect(effects.sent == [.ping(id: 1, acknowledged: LogOffset(era: Era(1), number: 1))])
        #expect(phone.open.contains(old))

        #expect(phone.resume(generation: 2).contains(.close(old, .normal)))
        #expect(phone.open == [phone.last])
        phone.advance(by: .seconds(9))
        #expect(!phone.told.contains { if case .lost = $0 { true } else { false } })
        #expect(!phone.told.contains { if case .restored = $0 { true } else { false } })
    }

    @Test(.spec("HF-20")) func `what the losing connection says has no effect`() {
        var phone = Self.joined()
        let old = phone.last
        phone.send(.pathChanged(Self.other))
        phone.resume(generation: 2)
        let told = phone.told
        #expect(phone.send(.received(old, .events([EngineHarness.message(2)]))) == [])
        #expect(phone.told == told)
        #expect(phone.send(.received(phone.last, .events([EngineHarness.message(2)]))).count > 0)
    }

    @Test(.spec("HF-21")) func `nothing counts before the welcome`() {
        var phone = Self.joined()
        phone.send(.pathChanged(Self.other))
        phone.send(.opened(phone.last))
        let signal = Signal(peer: ParticipantID("p_a"), content: .offer(sdp: "o"))
        for message in [.events([EngineHarness.message(2)]), .signal(signal)] as [ServerMessage] {
            #expect(phone.send(.received(phone.last, message)) == [])
        }
        #expect(phone.told.count == 1)
        #expect(phone.send(.received(ConnectionID(1), .events([EngineHarness.message(2)]))) != [])
    }

    @Test(.spec("HF-20")) func `of two welcomes the higher generation wins, whichever comes first`()
    {
        var phone = Self.joined()
        phone.send(.pathChanged(Self.other))
        let first = phone.last
        phone.advance(by: .milliseconds(500))
        phone.send(.pathChanged(Self.path))
        let second = phone.last
        #expect(first != second)
        phone.send(.received(second, .welcome(EngineHarness.welcome(.resumed, generation: 3))))
        #expect(phone.open == [second])
        #expect(
            phone.send(.received(first, .welcome(EngineHarness.welcome(.resumed, generation: 2))))
                == []
        )
        #expect(phone.open == [second])
    }

    @Test func `a welcome of an older generation or another session is not taken`() {
        var phone = Self.joined()
        phone.send(.pathChanged(Self.other))
        phone.resume(generation: 5)
        phone.send(.pathChanged(Self.path))
        let attached = phone.open
        phone.resume(generation: 5)
        #expect(phone.open.isSubset(of: attached))
        phone.send(.reconnectNow(EngineHarness.call))
        phone.resume(generation: 6) { $0.session = SessionID("another") }
        #expect(!phone.open.contains(phone.last))
        phone.send(.reconnectNow(EngineHarness.call))
        phone.resume(generation: 7) {
            $0.mode = .rejoined
            $0.resumeKey = nil
        }
        #expect(!phone.open.contains(phone.last))
    }

    @Test(arguments: [0.5, 1.5, 2.5, 3.0])
    func `packet loss of up to 3 s is nobody's business`(seconds: Double) {
        var phone = Self.joined()
        let top = LogOffset(era: Era(1), number: 1)
        phone.advance(by: .seconds(10))
        #expect(phone.take().sent.last == .ping(id: 1, acknowledged: top))
        phone.advance(by: .seconds(seconds))
        let pong = ServerMessage.pong(id: 1, top: top, nowMilliseconds: 0)
        phone.send(.received(ConnectionID(1), pong))
        phone.advance(by: .seconds(5))
        #expect(phone.told.count == 1)
    }

    @Test(.spec("HF-54")) func `silence is probed, raced, and told after 15 s`() {
        var phone = Self.joined()
        phone.advance(by: .milliseconds(11_999))
        #expect(phone.connections.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.connections.count == 2)
        phone.advance(by: .milliseconds(2_999))
        #expect(phone.told.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.told.last == .lost(.noAnswer))
        #expect(!phone.open.contains(ConnectionID(1)))

        phone.advance(by: .milliseconds(100))
        phone.resume(generation: 2)
        #expect(phone.told.last == .restored(.init(downtime: .milliseconds(15_100))))
    }

    @Test func `a probe that fails is told 3 s after it was sent`() {
        var phone = Self.joined()
        phone.send(.pathChanged(.unsatisfied))
        phone.advance(by: .seconds(2))
        #expect(!phone.open.contains(ConnectionID(1)))
        phone.advance(by: .milliseconds(999))
        #expect(phone.told.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.told.last == .lost(.pathLost))
    }

    @Test func `a path monitor that errs costs nothing`() {
        var phone = Self.joined()
        phone.send(.pathChanged(.unsatisfied))
        let pong = ServerMessage.pong(id: 1, top: .zero, nowMilliseconds: 0)
        phone.send(.received(phone.last, pong))
        phone.advance(by: .seconds(9))
        #expect(phone.told.count == 1)
        #expect(phone.connections.count == 1)
    }

    @Test func `the reason of a loss is what happened just before`() {
        var moved = Self.joined()
        moved.send(.pathChanged(Self.other))
        moved.advance(by: .seconds(3))
        #expect(moved.told.last == .lost(.pathChanged))

        var stopped = Self.joined()
        stopped.send(.clockGap(.seconds(60)))
        stopped.advance(by: .seconds(3))
        #expect(stopped.told.last == .lost(.suspended))
    }

    @Test func `at most three connections are open, two of them attempts`() {
        var phone = Self.joined()
        var most = 0
        for tick in 0..<200 {
            phone.send(.pathChanged(.satisfied(identity: UInt64(tick + 5))))
            most = max(most, phone.open.count)
            phone.advance(by: .milliseconds(100))
            most = max(most, phone.open.count)
        }
        #expect(most == 3)
        let attempts = phone.connections.count - 1
        // Three triggers in 10 s, and the attempts that the time-outs of aborted ones allow.
        #expect(attempts <= 40)
    }

    @Test(.spec("HF-58")) func `a drain that succeeds shows nothing`() {
        var phone = Self.joined()
        let goAway = ServerMessage.goAway(reason: "restart", delay: .seconds(2))
        phone.send(.received(phone.last, goAway))
        phone.advance(by: .milliseconds(1_999))
        #expect(phone.connections.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.connections.count == 2)
        phone.resume(generation: 2)
        #expect(phone.told.count == 1)
        #expect(phone.open == [phone.last])
    }

    @Test(.spec("HF-58")) func `a server that restarts is visited after exactly its delay`() {
        var phone = Self.joined()
        let bye = Bye(code: .serverRestart, reason: "", retryAfter: .milliseconds(1500))
        phone.send(.received(phone.last, .bye(bye)))
        #expect(phone.told.last == .lost(.serverRestart))
        phone.advance(by: .milliseconds(1499))
        #expect(phone.connections.count == 1)
        phone.advance(by: .milliseconds(1))
        #expect(phone.connections.count == 2)
        phone.resume(generation: 2)
        #expect(phone.told.last == .restored(.init(downtime: .milliseconds(1500))))
    }

    @Test(
        .spec("HF-60"),
        arguments: [1000, 1001, 1006, 1011, 4000, 4001, 4003, 4004, 4005, 4006, 4010, 4499]
            as [UInt16]
    )
    func `codes outside 4500 to 4999 mean resume, known or not`(code: UInt16) {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .closed(CloseCode(code))))
        phone.advance(by: .seconds(6))
        #expect(phone.take().tickets.count >= 1)
        #expect(!phone.isOver)
    }

    @Test(.spec("HF-19")) func `a stale counter is raised, once`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        let first = phone.take().tickets.last?.counter
        #expect(first.map { $0.rawValue > EngineHarness.wall } == true)
        let last = ResumeCounter(9_000_000_000_000)
        let stale = Bye(code: .staleCounter, reason: "", lastCounter: last)
        phone.send(.received(phone.last, .bye(stale)))
        #expect(phone.take().tickets.last?.counter == ResumeCounter(9_000_000_000_001))
        // The second refusal in a row is not answered at once.
        #expect(phone.send(.received(phone.last, .bye(stale))).connects.isEmpty)
        phone.advance(by: .seconds(1))
        #expect(phone.take().tickets.count == 1)
    }

    @Test(.spec("HF-19")) func `the counter grows although the clock stands still`() {
        var membership = Membership(
            session: SessionID("s"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            counter: ResumeCounter(0)
        )
        #expect(membership.nextCounter(wallMilliseconds: 500) == ResumeCounter(500))
        #expect(membership.nextCounter(wallMilliseconds: 500) == ResumeCounter(501))
        #expect(membership.nextCounter(wallMilliseconds: 100) == ResumeCounter(502))
        let largest: UInt64 = 9_007_199_254_740_991
        membership.raise(to: ResumeCounter(.max))
        #expect(membership.nextCounter(wallMilliseconds: 0) == ResumeCounter(largest))
    }

    @Test func `superseded by our own attempt is no end, and not told for 3 s`() {
        var phone = Self.joined()
        phone.send(.pathChanged(Self.other))
        let bye = Bye(code: .superseded, reason: "")
        phone.send(.received(ConnectionID(1), .bye(bye)))
        #expect(phone.told.count == 1)
        phone.advance(by: .milliseconds(200))
        phone.resume(generation: 2)
        phone.advance(by: .seconds(5))
        #expect(phone.told.count == 1)
    }

    @Test func `superseded by another process is the end`() {
        var phone = Self.joined()
        phone.send(.received(phone.last, .bye(Bye(code: .superseded, reason: ""))))
        #expect(phone.told.last == .closed(.replaced))
        #expect(phone.engine.nextDeadline == nil)
    }

    @Test(.spec("HF-6")) func `a frame that cannot be read costs the connection, not the session`()
    {
        var phone = Self.joined()
        let effects = phone.send(.receivedGarbage(phone.last, reason: "truncated"))
        #expect(effects.closes == [.protocolError])
        phone.advance(by: .seconds(1))
        phone.resume(generation: 2)
        #expect(phone.told.count == 3)
    }

    @Test(.spec("HF-11"), arguments: [429, 503])
    func `an overloaded server is given the time it asks for`(status: Int) {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .milliseconds(500))
        phone.send(.closed(phone.last, .rejected(status: status, retryAfter: .seconds(10))))
        let count = phone.connections.count
        phone.advance(by: .milliseconds(9_999))
        #expect(phone.connections.count == count)
        phone.advance(by: .milliseconds(2_100))
        #expect(phone.connections.count == count + 1)
    }

    @Test(.spec("HF-27")) func `a resume that is refused twice is joined anew`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .milliseconds(500))
        phone.send(.closed(phone.last, .rejected(status: 401, retryAfter: nil)))
        phone.advance(by: .milliseconds(500))
        let asked = phone.send(.closed(phone.last, .rejected(status: 401, retryAfter: nil)))
        #expect(asked.contains(.requestToken(EngineHarness.call)))
        phone.advance(by: .milliseconds(300))
        phone.send(.tokenProvided(EngineHarness.call, Private("token-2")))
        guard case .join(_, let token)? = phone.take().connects.last else {
            Issue.record("no join")
            return
        }
        #expect(token == Private("token-2"))
        phone.send(.received(phone.last, .welcome(EngineHarness.welcome(.joined, generation: 1))))
        #expect(phone.told.filter(\.isLifecycle).count == 3)
    }

    @Test func `portals and proxies are waited out`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        let ends: [TransportEnd] = [
            .rejected(status: 302, retryAfter: nil), .untrusted, .unreachable, .refused, .timedOut,
            .rejected(status: 503, retryAfter: nil), .closedByUs,
        ]
        for end in ends {
            phone.advance(by: .seconds(6))
            phone.send(.closed(phone.last, end))
        }
        phone.advance(by: .seconds(6))
        #expect(!phone.isOver)
        phone.resume(generation: 2)
        #expect(phone.told.count == 3)
    }

    @Test func `a slow network gets longer attempts`() {
        var phone = Self.joined()
        phone.advance(by: .seconds(10))
        phone.advance(by: .milliseconds(1_500))
        let pong = ServerMessage.pong(id: 1, top: .zero, nowMilliseconds: 0)
        phone.send(.received(phone.last, pong))
        _ = phone.take()
        phone.send(.closed(phone.last, .timedOut))
        phone.advance(by: .seconds(1))
        #expect(phone.take().timeouts.first == .seconds(9))
    }
}
