import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

/// A phone under what has gone wrong elsewhere: a path that flaps, a process that is stopped at the
/// worst moment, clocks that jump.
@Suite struct AdversarialPhoneTests {
    private static func joined() -> EngineHarness {
        var phone = EngineHarness()
        phone.send(.pathChanged(.satisfied(identity: 1)))
        phone.join()
        return phone
    }

    @Test func `a path that flaps for five seconds ends in one connection`() {
        var phone = Self.joined()
        let first = phone.connections.count
        for turn in 1...50 {
            phone.send(
                .pathChanged(turn.isMultiple(of: 2) ? .satisfied(identity: 1) : .unsatisfied)
            )
            phone.advance(by: .milliseconds(100))
            #expect(phone.open.count <= 3, "turn \(turn)")
        }
        // Three at once within 10 s, and those that follow when the old one is dead.
        #expect(phone.connections.count - first <= 5)
        phone.advance(by: .seconds(5))
        phone.resume(generation: 2)
        #expect(phone.open == [phone.last])
        let told = phone.told.filter(\.isLifecycle)
        #expect(told.count <= 3, "\(told)")
        if told.count > 1 {
            guard case .restored? = told.last else {
                Issue.record("not restored: \(told)")
                return
            }
        }
    }

    /// At which moment the process is stopped.
    enum Moment: CaseIterable {
        case attached, connecting, openedNotWelcomed, beforeTheSnapshot, inTheListener, withACommand
    }

    @Test(arguments: Moment.allCases, [5, 24, 26, 120, 299])
    func `whenever a process is stopped, it comes back by itself`(moment: Moment, seconds: Int) {
        var phone = Self.joined()
        switch moment {
        case .attached: break
        case .connecting: phone.send(.reconnectNow(EngineHarness.call))
        case .openedNotWelcomed:
            phone.send(.reconnectNow(EngineHarness.call))
            phone.send(.opened(phone.last))
        case .beforeTheSnapshot:
            phone.send(.reconnectNow(EngineHarness.call))
            phone.resume(generation: 2) { $0.snapshotFollows = true }
        case .inTheListener:
            phone.isAppBusy = true
            phone.send(.received(phone.last, .events([EngineHarness.message(2)])))
        case .withACommand:
            phone.send(.closed(phone.last, .reset))
            let body = CallMessage.Body.text("held")
            phone.send(.submit(EngineHarness.call, RequestID(1), .sendMessage(to: [], body: body)))
        }
        phone.isStopped(for: .seconds(seconds))
        let before = phone.connections.count
        phone.send(.clockGap(.seconds(seconds)))
        phone.advance(by: .seconds(1))
        // The connection is asked, and another begun beside it, within a second.
        #expect(phone.connections.count > before)
        phone.resume(generation: 9)
        #expect(phone.open == [phone.last])
        #expect(!phone.isOver)
        if moment == .withACommand {
            let commands = phone.take().sent.count { message in
                if case .command = message { true } else { false }
            }
            #expect(commands == 1)
        }
        phone.advance(by: .seconds(3))
        #expect(phone.open.count == 1)
    }

    @Test func `a process that is stopped beyond its window ends with a reason`() {
        var phone = Self.joined()
        phone.isStopped(for: .seconds(301))
        phone.send(.clockGap(.seconds(301)))
        // What the kernel kept of the server's farewell.
        phone.send(.closed(ConnectionID(1), .closed(.pingTimeout)))
        // It may be joined anew now, and for that a token is asked for.
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        phone.advance(by: .seconds(1))
        #expect(phone.connections.count > 1)
        #expect(!phone.isOver)
        var welcome = EngineHarness.welcome(.expired, generation: 1)
        welcome.reason = "expired"
        phone.send(.opened(phone.last))
        phone.send(.received(phone.last, .welcome(welcome)))
        phone.send(.received(phone.last, .bye(Bye(code: .sessionExpired, reason: "expired"))))
        #expect(phone.told.last == .closed(.expired))
        #expect(phone.open.isEmpty)
    }

    @Test(.spec("HF-19"), arguments: [-86_400_000, -3_600_000, 3_600_000, 86_400_000])
    func `a counter grows whatever the wall clock was set to`(jumpMilliseconds: Int64) {
        let stored = StoredSession(
            call: CallID("standup"),
            session: SessionID("s1"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            // What the process before used, by its clock.
            counter: ResumeCounter(UInt64(Int64(EngineHarness.wall) - jumpMilliseconds)),
            cursor: LogOffset(era: Era(1), number: 4),
            lastCommand: .none
        )
        var phone = EngineHarness()
        phone.send(.restore(EngineHarness.call, stored, EngineHarness.request()))
        phone.advance(by: .seconds(10))
        let counters = phone.take().tickets.map(\.counter)
        #expect(counters.count > 1)
        #expect(counters.allSatisfy { $0 > stored.counter })
        #expect(counters == counters.sorted() && Set(counters).count == counters.count)
    }

    @Test func `a call that nobody listens to is joined anew once, and not again`() {
        var phone = Self.joined()
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        phone.resume(generation: 1) {
            $0.mode = .rejoined
            $0.session = SessionID("s2")
            $0.resumeKey = EngineHarness.key
            $0.snapshotFollows = true
        }
        phone.snapshot([EngineHarness.participant("p_b")], at: LogOffset(era: Era(1), number: 9))
        let count = phone.connections.count
        for _ in 1...60 {
            let pings = phone.advance(by: .seconds(1)).sent
            for case .ping(let id, _) in pings {
                let top = LogOffset(era: Era(1), number: 9)
                phone.send(.received(phone.last, .pong(id: id, top: top, nowMilliseconds: 0)))
            }
        }
        #expect(phone.connections.count == count)
        #expect(phone.open == [phone.last])
        #expect(!phone.isOver)
    }

    @Test(.spec("HF-33"), .spec("HF-53"))
    func `a path on which only small frames pass is given up again and again, never silently`() {
        var phone = Self.joined()
        let top = LogOffset(era: Era(1), number: 9)
        var synchronized: [LogOffset] = []
        var cursors: [LogOffset] = []
        for _ in 1...90 {
            let effects = phone.advance(by: .seconds(1)) + phone.take()
            cursors += effects.tickets.map(\.cursor)
            if effects.connects.isEmpty == false {
                phone.resume(generation: UInt32(phone.connections.count))
            }
            for message in effects.sent + phone.take().sent {
                // Pongs pass, and whatever would bring the cursor forward does not.
                if case .ping(let id, _) = message {
                    phone.send(.received(phone.last, .pong(id: id, top: top, nowMilliseconds: 0)))
                }
                if case .synchronize(let from) = message { synchronized.append(from) }
            }
        }
        // First it asks, then it takes another connection, then another position.
        #expect(!synchronized.isEmpty)
        #expect(cursors.contains(.zero))
        #expect(!phone.isOver)
    }
}
