import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct LinkMachineTests {
    private static func live(at now: MonotonicInstant = .zero) -> LinkMachine {
        LinkMachine(state: .live, timing: LinkTiming(at: now))
    }

    @Test func `a connection that does not open in time is given up`() {
        var link = LinkMachine(at: .zero, timeout: .seconds(3), timing: LinkTiming(at: .zero))
        #expect(link.nextDeadline == .seconds(3))
        #expect(link.handle(.deadlineReached, at: .seconds(2.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(3)) == [.reportTimeout])
        #expect(link.state == .ended)
    }

    @Test func `a server that answers the upgrade and then says nothing is given up`() {
        var link = LinkMachine(at: .zero, timeout: .seconds(10), timing: LinkTiming(at: .zero))
        #expect(link.handle(.opened, at: .seconds(9)) == [])
        #expect(!link.isWelcomed)
        #expect(link.handle(.deadlineReached, at: .seconds(10)) == [.reportTimeout])
    }

    @Test func `a welcome without word of the upgrade is a welcome`() {
        var link = LinkMachine(at: .zero, timeout: .seconds(3), timing: LinkTiming(at: .zero))
        #expect(link.handle(.welcomed, at: .seconds(1)) == [])
        #expect(link.isHealthy)
        #expect(link.nextDeadline == .seconds(11))
    }

    @Test func `an attempt begun on another network is given up when it is a second old`() {
        var young = LinkMachine(at: .zero, timeout: .seconds(10), timing: LinkTiming(at: .zero))
        #expect(young.handle(.pathChanged, at: .seconds(0.999)) == [])
        #expect(young.nextDeadline == .seconds(1))
        #expect(young.handle(.deadlineReached, at: .seconds(1)) == [.reportTimeout])

        var old = LinkMachine(at: .zero, timeout: .seconds(10), timing: LinkTiming(at: .zero))
        #expect(old.handle(.pathChanged, at: .seconds(1)) == [.reportTimeout])
    }

    @Test(.spec("HF-53")) func `a client pings after 10 s in which it received nothing`() {
        var link = Self.live()
        #expect(link.handle(.deadlineReached, at: .seconds(9.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(10)) == [.ping(1)])
    }

    @Test(.spec("HF-53")) func `no ping is sent when something was received and nothing is owed`() {
        var link = Self.live()
        #expect(link.handle(.heard, at: .seconds(5)) == [])
        #expect(link.nextDeadline == .seconds(15))
        #expect(link.handle(.deadlineReached, at: .seconds(10)) == [])
    }

    @Test(.spec("HF-53")) func `a client that owes an acknowledgement pings although it receives`()
    {
        var link = Self.live()
        link.setOwing(true)
        #expect(link.handle(.heard, at: .seconds(9)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(10)) == [.ping(1)])
    }

    @Test(.spec("HF-53")) func `in the background the interval is 30 s`() {
        var link = Self.live()
        link.setBackground(true)
        #expect(link.handle(.deadlineReached, at: .seconds(29.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(30)) == [.ping(1)])
    }

    @Test func `who only listens is heard after two intervals, before the server loses patience`() {
        var link = Self.live()
        for second in 1...19 {
            #expect(link.handle(.heard, at: .seconds(Double(second))) == [])
        }
        #expect(link.handle(.deadlineReached, at: .seconds(19.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(20)) == [.ping(1)])
    }

    @Test(.spec("HF-53")) func `a command without a result for a probe's time is asked about`() {
        var link = Self.live()
        link.setAwaiting(true, at: .seconds(3))
        link.setAwaiting(true, at: .seconds(4))
        #expect(link.nextDeadline == .seconds(5))
        #expect(link.handle(.deadlineReached, at: .seconds(4.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(5)) == [.ping(1)])
        // It may have been under way before the doubt.
        #expect(link.handle(.heard, at: .seconds(6)) == [])
        #expect(link.handle(.answered(ping: 0), at: .seconds(6)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(7)) == [.reportSuspicion])
        #expect(link.handle(.answered(ping: 1), at: .seconds(8)) == [.reportRecovery])
        #expect(link.nextDeadline == .seconds(18))
    }

    @Test func `each result gives the next command its own time`() {
        var link = Self.live()
        link.setAwaiting(true, at: .seconds(3))
        link.resultArrived()
        link.setAwaiting(true, at: .seconds(4))
        #expect(link.nextDeadline == .seconds(6))
        link.setAwaiting(false, at: .seconds(5))
        #expect(link.nextDeadline == .seconds(10))
    }

    @Test func `how long the welcome took is the first measure of the round trip`() {
        var link = LinkMachine(at: .zero, timeout: .seconds(9), timing: LinkTiming(at: .zero))
        _ = link.handle(.opened, at: .seconds(1))
        _ = link.handle(.welcomed, at: .seconds(1.25))
        #expect(link.timing.probeTimeout == .seconds(2.5))
        _ = link.handle(.doubted, at: .seconds(2))
        _ = link.handle(.answered(ping: 1), at: .seconds(2.5))
        #expect(link.timing.probeTimeout == .seconds(2))
    }

    @Test(.spec("HF-53")) func `a doubt is asked about at once, and costs a living link nothing`() {
        var link = Self.live()
        #expect(link.handle(.doubted, at: .seconds(3)) == [.ping(1)])
        #expect(link.handle(.doubted, at: .seconds(3.5)) == [])
        #expect(link.isHealthy)
        #expect(link.handle(.answered(ping: 1), at: .seconds(3.6)) == [])
        #expect(link.state == .live)
    }

    @Test(.spec("HF-54")) func `a connection is dead after 15 s without a frame`() {
        var link = Self.live()
        #expect(link.handle(.deadlineReached, at: .seconds(10)) == [.ping(1)])
        #expect(link.handle(.deadlineReached, at: .seconds(12)) == [.reportSuspicion])
        #expect(link.handle(.deadlineReached, at: .seconds(14.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(15)) == [.reportDeath])
        #expect(link.state == .ended)
    }

    @Test(
        .spec("HF-54"),
        arguments: [
            (roundTrip: nil, timeout: 2.0), (roundTrip: 0.1, timeout: 1.0),
            (roundTrip: 0.25, timeout: 1.0), (roundTrip: 0.5, timeout: 2.0),
            (roundTrip: 0.75, timeout: 3.0), (roundTrip: 9.0, timeout: 3.0),
        ] as [(roundTrip: Double?, timeout: Double)]
    )
    func `a probe may take four round trips, between 1 s and 3 s`(
        roundTrip: Double?,
        timeout: Double
    ) {
        let timing = LinkTiming(
            at: .zero,
            smoothedRoundTrip: roundTrip.map { .seconds($0) }
        )
        var link = LinkMachine(state: .live, timing: timing)
        #expect(link.handle(.probed, at: .seconds(1)) == [.ping(1)])
        #expect(link.handle(.deadlineReached, at: .seconds(timeout + 0.999)) == [])
        #expect(link.handle(.deadlineReached, at: .seconds(timeout + 1)) == [.reportDeath])
    }

    @Test func `only its own answer ends a probe: a kernel hands over old frames too`() {
        var link = Self.live()
        _ = link.handle(.deadlineReached, at: .seconds(10))
        #expect(link.handle(.probed, at: .seconds(10.5)) == [.ping(2)])
        #expect(link.handle(.heard, at: .seconds(10.6)) == [])
        #expect(link.handle(.answered(ping: 1), at: .seconds(10.6)) == [])
        #expect(link.handle(.answered(ping: 2), at: .seconds(10.7)) == [.reportRecovery])
        #expect(link.state == .live)
        #expect(link.timing.smoothedRoundTrip == .milliseconds(200))
    }

    @Test func `the round trip is smoothed`() {
        var timing = LinkTiming(at: .zero)
        timing.measured(.milliseconds(800))
        timing.measured(.milliseconds(0))
        #expect(timing.smoothedRoundTrip == .milliseconds(700))
        timing.measured(.seconds(-5))
        #expect(timing.smoothedRoundTrip == .microseconds(612_500))
    }

    @Test func `a server cannot make a client ping all the time or never`() {
        var link = Self.live()
        link.setHeartbeat(.init(foreground: .zero, background: .zero, dead: .zero))
        #expect(link.nextDeadline == .seconds(1))
        link.setHeartbeat(.init(foreground: .seconds(9999), dead: .seconds(-1)))
        #expect(link.nextDeadline == .seconds(300))
    }

    @Test func `what was sent puts off the ping of a listener`() {
        var link = Self.live()
        link.setOwing(true)
        link.sent(at: .seconds(4))
        _ = link.handle(.heard, at: .seconds(9))
        #expect(link.nextDeadline == .seconds(14))
    }

    @Test func `a process that was stopped asks before it gives up`() {
        var link = Self.live()
        #expect(link.handle(.deadlineReached, at: .seconds(600)) == [.ping(1)])
        #expect(link.handle(.deadlineReached, at: .seconds(602)) == [.reportSuspicion])
        #expect(link.handle(.answered(ping: 1), at: .seconds(603)) == [.reportRecovery])
        #expect(link.isHealthy)
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "link",
            title: "LinkMachine",
            summary: "Decides whether one connection opens in time and whether it is alive.",
            diagram: """
                connecting ─opened─▶ open ─welcomed─▶ live ─idle─▶ checking ─late─▶ suspect
                                                       │ doubted ▶ doubting ─late─────▲│
                                                       │ probed                        │
                                                       └──────▶ probing                │
                any ─time-out or close─▶ ended ◀─no answer──────┴──────────────────────┘
                """
        )
        let ping = LinkMachine.Ping(number: 1, sentAt: .seconds(10))
        let states: [LinkMachine.State] = [
            .connecting(since: .zero, until: .seconds(10)), .open(until: .seconds(10)), .live,
            .checking(ping), .doubting(ping), .suspect(ping), .probing(ping), .ended,
        ]
        let events: [LinkMachine.Event] = [
            .opened, .welcomed, .heard, .answered(ping: 1), .probed, .doubted, .pathChanged,
            .closed, .deadlineReached,
        ]
        for state in states {
            for event in events {
                var link = LinkMachine(state: state, timing: LinkTiming(at: .zero))
                let effects = link.handle(event, at: .seconds(15))
                table.add(state: state, event: event, next: link.state, effects: effects)
                let deadline = link.nextDeadline
                #expect((deadline == nil) == (link.state == .ended))
            }
        }
        try table.verify()
    }
}
