import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct ReconnectMachineTests {
    private static func settled(
        seed: UInt64 = 1,
        isForeground: Bool = true
    ) -> ReconnectMachine {
        ReconnectMachine(
            state: .settled,
            seed: seed,
            isForeground: isForeground,
            canOverlap: true
        )
    }

    /// The delays of many machines, each with another seed, after `failures` equal failures.
    private static func delays(
        _ cause: ReconnectMachine.Cause,
        after failures: Int,
        isForeground: Bool = true,
        at now: MonotonicInstant = .zero
    ) -> [Duration] {
        (0..<UInt64(400)).map { seed in
            var backoff = Backoff(seed: seed)
            for _ in 0..<failures {
                _ = backoff.delay(after: cause, isForeground: isForeground, at: .zero)
            }
            return backoff.delay(after: cause, isForeground: isForeground, at: now)
        }
    }

    @Test func `what is ours alone is tried at once`() {
        var reconnect = Self.settled()
        #expect(reconnect.handle(.lost(.local), attemptCount: 0, at: .zero) == [.attempt])
        #expect(reconnect.state == .racing(next: .seconds(2.5)))
    }

    @Test func `a trigger races the connection that may be dead`() {
        var reconnect = Self.settled()
        #expect(reconnect.handle(.triggered, attemptCount: 0, at: .zero) == [.attempt])
        #expect(reconnect.handle(.recovered, attemptCount: 1, at: .seconds(1)) == [])
        #expect(reconnect.state == .settled)
        #expect(
            reconnect.handle(.attemptFailed(.timedOut), attemptCount: 0, at: .seconds(3)) == []
        )
        #expect(reconnect.nextDeadline == nil)
    }

    @Test func `after a reset a herd is spread over the server's estimate, at most 1 s`() {
        let usual = Self.delays(.reset, after: 0)
        #expect(usual.allSatisfy { $0 <= .milliseconds(500) })
        #expect(usual.contains { $0 > .milliseconds(450) })
        #expect(usual.contains { $0 < .milliseconds(50) })

        var backoff = Backoff(seed: 3)
        backoff.spread = .seconds(30)
        #expect(backoff.delay(after: .reset, isForeground: true, at: .zero) <= .seconds(1))
    }

    @Test func `a server that accepts and drops at once is not hammered`() {
        let later = Self.delays(.reset, after: 6)
        #expect(later.contains { $0 > .seconds(4) })
        #expect(later.allSatisfy { $0 <= .seconds(5) })
    }

    @Test(.spec("HF-58")) func `a delay that the server named is kept exactly`() {
        var reconnect = Self.settled()
        #expect(reconnect.handle(.goAway(.seconds(7)), attemptCount: 0, at: .seconds(1)) == [])
        #expect(reconnect.state == .waiting(until: .seconds(8)))
        #expect(reconnect.handle(.deadlineReached, attemptCount: 0, at: .seconds(7.999)) == [])
        #expect(reconnect.handle(.deadlineReached, attemptCount: 0, at: .seconds(8)) == [.attempt])

        var restarted = Self.settled()
        let lost = ReconnectMachine.Event.lost(.exactly(.seconds(4)))
        #expect(restarted.handle(lost, attemptCount: 0, at: .zero) == [])
        #expect(restarted.state == .waiting(until: .seconds(4)))
    }

    @Test func `a server cannot send a client away for longer than 300 s`() {
        var reconnect = Self.settled()
        _ = reconnect.handle(.goAway(.seconds(99_999)), attemptCount: 0, at: .zero)
        #expect(reconnect.state == .waiting(until: .seconds(300)))
    }

    @Test(.spec("HF-11")) func `a busy server's delay is kept and spread by a fifth`() {
        let delays = Self.delays(.busy(.seconds(10)), after: 0)
        #expect(delays.allSatisfy { $0 >= .seconds(10) && $0 <= .seconds(12) })
        #expect(delays.contains { $0 > .seconds(11) })
    }

    @Test func `a refused port is tried often for 15 s, then every 5 s at most`() {
        #expect(Self.delays(.refused, after: 0).allSatisfy { $0 <= .milliseconds(100) })
        #expect(Self.delays(.refused, after: 1).allSatisfy { $0 <= .milliseconds(200) })
        let quick = Self.delays(.refused, after: 9, at: .seconds(14.999))
        #expect(quick.allSatisfy { $0 <= .seconds(1) })
        #expect(quick.contains { $0 > .milliseconds(900) })
        let slow = Self.delays(.refused, after: 9, at: .seconds(15))
        #expect(slow.contains { $0 > .milliseconds(4500) })
        #expect(slow.allSatisfy { $0 <= .seconds(5) })
    }

    @Test(arguments: [ReconnectMachine.Cause.timedOut, .unreachable])
    func `an unreachable server is tried less and less often`(cause: ReconnectMachine.Cause) {
        #expect(Self.delays(cause, after: 0).allSatisfy { $0 <= .milliseconds(250) })
        let later = Self.delays(cause, after: 20)
        #expect(later.allSatisfy { $0 <= .seconds(5) })
        #expect(later.contains { $0 > .milliseconds(4500) })
        let background = Self.delays(cause, after: 20, isForeground: false)
        #expect(background.allSatisfy { $0 <= .seconds(30) })
        #expect(background.contains { $0 > .seconds(25) })
    }

    @Test func `in silence one more attempt begins every 2.5 s, two at most at once`() {
        var reconnect = Self.settled()
        #expect(reconnect.handle(.lost(.local), attemptCount: 0, at: .zero) == [.attempt])
        #expect(reconnect.handle(.deadlineReached, attemptCount: 1, at: .seconds(2.499)) == [])
        #expect(
            reconnect.handle(.deadlineReached, attemptCount: 1, at: .seconds(2.5)) == [.attempt]
        )
        #expect(reconnect.handle(.deadlineReached, attemptCount: 2, at: .seconds(5)) == [])
        #expect(reconnect.state == .racing(next: .seconds(7.5)))
        #expect(
            reconnect.handle(.attemptFailed(.timedOut), attemptCount: 1, at: .seconds(5.5)) == []
        )
        #expect(reconnect.state == .racing(next: .seconds(7.5)))
    }

    @Test func `in the background and for a join attempts follow each other`() {
        for isForeground in [true, false] {
            var reconnect = ReconnectMachine(
                state: .held,
                seed: 1,
                isForeground: isForeground,
                canOverlap: !isForeground
            )
            #expect(reconnect.handle(.triggered, attemptCount: 0, at: .zero) == [.attempt])
            #expect(reconnect.state == .racing(next: nil))
            #expect(reconnect.handle(.triggered, attemptCount: 1, at: .seconds(1)) == [])
        }
    }

    @Test func `what the server names is obeyed even while a race goes on`() {
        var reconnect = Self.settled()
        _ = reconnect.handle(.lost(.local), attemptCount: 0, at: .zero)
        let refused = ReconnectMachine.Event.attemptFailed(.exactly(.seconds(9)))
        #expect(reconnect.handle(refused, attemptCount: 1, at: .seconds(1)) == [])
        #expect(reconnect.state == .waiting(until: .seconds(10)))
    }

    @Test func `without a network one attempt in 10 s is made, for path monitors err`() {
        var reconnect = Self.settled()
        reconnect.setPath(isUsable: false)
        #expect(reconnect.handle(.lost(.local), attemptCount: 0, at: .zero) == [])
        #expect(reconnect.state == .parked(until: .seconds(10)))
        #expect(reconnect.handle(.deadlineReached, attemptCount: 0, at: .seconds(9.999)) == [])
        #expect(reconnect.handle(.deadlineReached, attemptCount: 0, at: .seconds(10)) == [.attempt])
        #expect(reconnect.state == .parked(until: .seconds(20)))
        reconnect.setPath(isUsable: true)
        #expect(reconnect.handle(.triggered, attemptCount: 0, at: .seconds(11)) == [.attempt])
        #expect(reconnect.state == .racing(next: .seconds(13.5)))
    }

    @Test func `a path that flaps ten times a second gives three attempts in 10 s`() {
        var reconnect = Self.settled()
        var instants: [Double] = []
        for tick in 0..<100 {
            let now = Double(tick) / 10
            if reconnect.handle(.triggered, attemptCount: 0, at: .seconds(now)) == [.attempt] {
                instants.append(now)
            }
        }
        #expect(instants == [0, 0.1, 0.2])
        #expect(reconnect.handle(.triggered, attemptCount: 0, at: .seconds(10)) == [.attempt])
    }

    @Test(arguments: [
        (ReconnectMachine.State.settled, ReconnectMachine.State.waiting(until: .seconds(10))),
        (.held, .waiting(until: .seconds(10))),
        (.waiting(until: .seconds(4)), .waiting(until: .seconds(4))),
        (.waiting(until: .seconds(40)), .waiting(until: .seconds(10))),
        (.racing(next: nil), .waiting(until: .seconds(10))),
        (.racing(next: .seconds(3)), .racing(next: .seconds(3))),
        (.parked(until: .seconds(12)), .waiting(until: .seconds(10))),
    ])
    func `a trigger too many may bring an attempt forward and never puts it off`(
        state: ReconnectMachine.State,
        next: ReconnectMachine.State
    ) {
        let facts = ReconnectMachine.Facts(
            attemptCount: 0,
            hasPath: true,
            isRacing: true,
            delay: .zero,
            immediateAt: .seconds(10)
        )
        let result = ReconnectMachine.transition(
            from: state,
            on: .triggered,
            at: .seconds(1),
            given: facts
        )
        #expect(result.next == next)
        #expect(result.effects == [])
    }

    @Test func `a trigger too many leaves a parked call parked`() {
        let facts = ReconnectMachine.Facts(
            attemptCount: 0,
            hasPath: false,
            isRacing: true,
            delay: .zero,
            immediateAt: .seconds(10)
        )
        let parked = ReconnectMachine.State.parked(until: .seconds(12))
        let result = ReconnectMachine.transition(
            from: parked,
            on: .triggered,
            at: .seconds(1),
            given: facts
        )
        #expect(result.next == parked)
    }

    /// After many failures, a connection that lasted so long, so many times in a row; then the
    /// largest delay before the next attempt of 400 clients.
    private static func largestDelay(
        _ cause: ReconnectMachine.Cause,
        afterConnectionsOf life: Duration,
        count: Int
    ) -> Duration {
        (0..<UInt64(400)).map { seed in
            var backoff = Backoff(seed: seed)
            for _ in 0..<9 {
                _ = backoff.delay(after: .timedOut, isForeground: true, at: .zero)
            }
            var now = MonotonicInstant.zero
            for _ in 0..<count {
                backoff.attached(at: now)
                now = now.advanced(by: life)
                backoff.lost(at: now)
                // The server dies each time: a reset, then nobody listens for a while.
                _ = backoff.delay(after: .reset, isForeground: true, at: now)
            }
            return backoff.delay(after: cause, isForeground: true, at: now)
        }.max() ?? .zero
    }

    @Test func `back-off begins anew after a connection that worked, at most five brief in a row`()
    {
        #expect(
            Self.largestDelay(.timedOut, afterConnectionsOf: .seconds(1), count: 0) > .seconds(4)
        )
        for count in 1...Backoff.briefCountMax {
            let delay = Self.largestDelay(.refused, afterConnectionsOf: .seconds(1), count: count)
            #expect(delay <= .milliseconds(100), "\(count)")
        }
        // A server that welcomes and drops at once is not hammered.
        let brief = Self.largestDelay(
            .timedOut,
            afterConnectionsOf: .seconds(9.999),
            count: Backoff.briefCountMax + 6
        )
        #expect(brief > .seconds(4))
        // One that lasted shows that the trouble is over, however often that happens.
        for count in [1, 20] {
            let delay = Self.largestDelay(
                .timedOut,
                afterConnectionsOf: Backoff.stablePeriod,
                count: count
            )
            #expect(delay <= .milliseconds(250), "\(count)")
        }
    }

    @Test func `back-off begins anew after a trigger`() {
        var backoff = Backoff(seed: 1)
        for _ in 0..<9 { _ = backoff.delay(after: .timedOut, isForeground: true, at: .zero) }
        backoff.reset()
        #expect(
            backoff.delay(after: .timedOut, isForeground: true, at: .zero) <= .milliseconds(250)
        )
    }

    @Test func `a server that dies five times within seconds is found within 1 s each time`() {
        for seed in 0..<UInt64(100) {
            var reconnect = Self.settled(seed: seed)
            var now = MonotonicInstant.seconds(100)
            for _ in 1...5 {
                // Nobody listens for 1.2 s.
                let listeningAt = now.advanced(by: .seconds(1.2))
                var effects = reconnect.handle(.lost(.reset), attemptCount: 0, at: now)
                while true {
                    if effects.isEmpty, let next = reconnect.nextDeadline {
                        now = next
                        effects = reconnect.handle(.deadlineReached, attemptCount: 0, at: now)
                    }
                    guard now < listeningAt else { break }
                    effects = reconnect.handle(.attemptFailed(.refused), attemptCount: 0, at: now)
                }
                #expect(effects == [.attempt])
                #expect(listeningAt.duration(to: now) <= .seconds(1))
                now = now.advanced(by: .milliseconds(200))
                _ = reconnect.handle(.attached, attemptCount: 0, at: now)
                now = now.advanced(by: .seconds(1))
            }
        }
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "reconnect",
            title: "ReconnectMachine",
            summary: "Decides when the next connection of a call is tried. "
                + "Here a network is there, "
                + "attempts may overlap and none is under way.",
            diagram: """
                settled ─lost─▶ waiting ─deadline─▶ racing ─attached─▶ settled
                   └─triggered─▶ racing ─attemptFailed─▶ waiting
                waiting, racing ─pathLost─▶ parked ─deadline, triggered─▶ racing or parked
                any ─held─▶ held ─triggered─▶ racing
                """
        )
        let states: [ReconnectMachine.State] = [
            .settled, .waiting(until: .seconds(60)), .racing(next: .seconds(60)),
            .racing(next: nil), .parked(until: .seconds(60)), .held,
        ]
        let events: [ReconnectMachine.Event] = [
            .triggered, .pathLost, .lost(.local), .lost(.exactly(.seconds(5))),
            .attemptFailed(.local), .attemptFailed(.busy(.zero)), .goAway(.seconds(5)), .attached,
            .recovered, .held, .deadlineReached,
        ]
        for state in states {
            for event in events {
                var reconnect = ReconnectMachine(
                    state: state,
                    seed: 1,
                    isForeground: true,
                    canOverlap: true
                )
                let effects = reconnect.handle(event, attemptCount: 0, at: .seconds(60))
                table.add(state: state, event: event, next: reconnect.state, effects: effects)
            }
        }
        try table.verify()
    }
}
