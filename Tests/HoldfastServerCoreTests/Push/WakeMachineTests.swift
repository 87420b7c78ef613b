import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Every state of one device's waking meets every event.
@Suite struct WakeMachineTests {
    private static let diagram = """
                        detached, or 800 ms of a ring        sent, to be repeated
            waiting ──────────────────────────────▶ sending ◀───────────────────▶ due
               │                                       │                           │
               └──── over: taken, acknowledged, ended, or nothing left to send to ─┘
        """

    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }

    /// All ones: the same spread in every run.
    private static var random: RandomSource { RandomSource(seed: (1, 1, 1, 1)) }

    private static func machine(
        _ state: WakeMachine.State,
        _ kind: WakeMachine.Kind = .ring
    ) -> WakeMachine {
        WakeMachine(
            state: state,
            kind: kind,
            endsAt: Self.at(60_000),
            configuration: WakeMachine.Configuration()
        )
    }

    private static let states: [WakeMachine.State] = [
        .waiting(until: nil), .waiting(until: at(10_000)), .waiting(until: at(10_001)),
        .sending(attempt: 1), .due(attempt: 1, at: at(10_000)), .due(attempt: 1, at: at(10_001)),
        .over,
    ]

    private static let events: [WakeMachine.Event] = [
        .attached, .detached, .stalled(.seconds(5)), .deadlineReached, .taken,
        .gone(hasOther: true), .gone(hasOther: false), .failed(retryAfter: .seconds(20)),
        .acknowledged, .ended,
    ]

    @Test(.spec("HF-74")) func `every state meets every event as its page says`() throws {
        var table = TransitionTable(
            name: "wake",
            title: "The waking of a device",
            summary:
                "Decides when one device is woken for one event, and when not any more (HF-74). "
                + "Shown is a ring that ends at second 60, and it is second 10. A message differs in "
                + "one thing: when its device attaches, it waits for the loss of the connection.",
            diagram: Self.diagram
        )
        for state in Self.states {
            for event in Self.events {
                var machine = Self.machine(state)
                var random = Self.random
                let effects = machine.handle(event, random: &random, at: Self.at(10_000))
                table.add(state: state, event: event, next: machine.state, effects: effects)
            }
        }
        try table.verify()
    }

    @Test(.spec("HF-74"), arguments: [(WakeMachine.Kind.ring, 800 as Int64?), (.message, nil)])
    func `an attached device has 800 ms for a ring, and a message waits for its loss`(
        kind: WakeMachine.Kind,
        until: Int64?
    ) {
        var random = Self.random
        var machine = WakeMachine(
            kind: kind,
            endsAt: Self.at(60_000),
            at: .zero,
            configuration: WakeMachine.Configuration()
        )
        #expect(machine.nextDeadline == Self.at(until ?? 60_000))
        let early =
            machine.handle(.attached, random: &random, at: .zero)
            + machine.handle(.deadlineReached, random: &random, at: Self.at(799))
        #expect(early.isEmpty)
        let effects = machine.handle(.deadlineReached, random: &random, at: Self.at(800))
        #expect(effects == (until == nil ? [] : [.send]))
        let lost = machine.handle(.detached, random: &random, at: Self.at(801))
        #expect(lost == (until == nil ? [.send] : []))
    }

    @Test(arguments: WakeMachineTests.states)
    func `after the end nothing is sent, whatever happens`(state: WakeMachine.State) {
        for event in Self.events {
            var machine = Self.machine(state)
            var random = Self.random
            let effects = machine.handle(event, random: &random, at: Self.at(60_000))
            #expect(effects == (state == .over ? [] : [.forget]))
            #expect(machine.state == .over && machine.nextDeadline == nil)
        }
    }

    @Test(.spec("HF-74"))
    func `repetitions wait 0.5 s, then twice as long each, up to 30 s`() {
        let steps: [Int64] = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
        for (index, step) in steps.enumerated() {
            for seed in 1...50 as ClosedRange<UInt64> {
                var machine = Self.machine(.sending(attempt: index + 1))
                var random = RandomSource(seed: (seed, 2, 3, 4))
                _ = machine.handle(.failed(retryAfter: nil), random: &random, at: .zero)
                guard case .due(let attempt, let at) = machine.state else {
                    Issue.record("\(machine.state)")
                    continue
                }
                #expect(attempt == index + 1)
                #expect(at >= Self.at(step - step / 4) && at <= Self.at(step))
            }
        }
    }

    @Test func `the hundredth repetition waits as long as the tenth`() {
        var machine = Self.machine(.sending(attempt: .max))
        var random = Self.random
        _ = machine.handle(.failed(retryAfter: nil), random: &random, at: .zero)
        #expect(machine.nextDeadline.map { $0 >= Self.at(22_500) && $0 <= Self.at(30_000) } == true)
    }

    @Test(arguments: [(-5, 500), (0, 500), (20, 20_000), (300, 300_000), (301, 300_000)])
    func `a gateway is given the time it asks for, up to 300 s`(asked: Int, waits: Int64) {
        var random = Self.random
        var machine = WakeMachine(
            state: .sending(attempt: 1),
            kind: .message,
            endsAt: Self.at(86_400_000),
            configuration: WakeMachine.Configuration()
        )
        _ = machine.handle(.failed(retryAfter: .seconds(asked)), random: &random, at: .zero)
        guard case .due(_, let at) = machine.state else { return #expect(Bool(false)) }
        #expect(at <= Self.at(waits) && at >= Self.at(waits == 500 ? 375 : waits))
    }

    @Test func `what an earlier process left waits 2 s for its device`() {
        var random = Self.random
        for kind in [WakeMachine.Kind.ring, .message] {
            var machine = WakeMachine(
                restored: kind,
                endsAt: Self.at(60_000),
                at: .zero,
                configuration: WakeMachine.Configuration()
            )
            let early = machine.handle(.deadlineReached, random: &random, at: Self.at(1_999))
            let late = machine.handle(.deadlineReached, random: &random, at: Self.at(2_000))
            #expect(early.isEmpty && late == [.send])
        }
        var back = WakeMachine(
            restored: .message,
            endsAt: Self.at(60_000),
            at: .zero,
            configuration: WakeMachine.Configuration()
        )
        _ = back.handle(.attached, random: &random, at: Self.at(1_999))
        #expect(back.nextDeadline == Self.at(60_000))
    }
}
