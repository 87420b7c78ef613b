import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Every state of the idle time meets every event.
@Suite struct IdleMachineTests {
    private static let diagram = """
            off                 alone for the timeout, warned before its end; over from any

            occupied ──1 present──▶ alone ──lead before the end──▶ warned ──end──▶ over
               ▲                      │                               │
               └──────2 present───────┴───────────2 present───────────┘
        """

    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    private static func machine(_ state: IdleMachine.State) -> IdleMachine {
        IdleMachine(state: state, timeout: .seconds(300), lead: .seconds(30))
    }

    @Test func `every state meets every event as its page says`() throws {
        var table = TransitionTable(
            name: "idle",
            title: "The idle time of a call",
            summary:
                "Decides when a call with one participant ends (HF-50, HF-51). The timeout is 300 s, "
                + "the warning comes 30 s before the end, and it is second 600.",
            diagram: Self.diagram
        )
        let states: [IdleMachine.State] = [
            .off, .occupied, .alone(endsAt: Self.at(900)), .alone(endsAt: Self.at(630)),
            .alone(endsAt: Self.at(500)), .warned(endsAt: Self.at(620)),
            .warned(endsAt: Self.at(600)), .over,
        ]
        let events: [IdleMachine.Event] = [
            .presenceChanged(count: 1), .presenceChanged(count: 2), .deadlineReached, .ended,
        ]
        for state in states {
            for event in events {
                var machine = Self.machine(state)
                let effects = machine.handle(event, at: Self.at(600))
                table.add(state: state, event: event, next: machine.state, effects: effects)
            }
        }
        try table.verify()
    }

    @Test(arguments: [(300, 30, 270), (40, 30, 20), (10, 30, 5)])
    func `the warning comes 30 s before the end, or halfway`(timeout: Int, lead: Int, warns: Int) {
        var machine = IdleMachine(timeout: .seconds(timeout), lead: .seconds(lead))
        _ = machine.handle(.presenceChanged(count: 1), at: Self.at(0))
        #expect(machine.nextDeadline == Self.at(warns))
        #expect(machine.endsAt == Self.at(timeout))
        let warning = machine.handle(.deadlineReached, at: Self.at(warns))
        #expect(warning == [.warn(endsAt: Self.at(timeout))])
        #expect(machine.nextDeadline == Self.at(timeout))
        #expect(machine.handle(.deadlineReached, at: Self.at(timeout)) == [.end])
        #expect(machine.nextDeadline == nil)
    }

    @Test func `a timeout of zero is off`() {
        var machine = IdleMachine(timeout: .zero, lead: .seconds(30))
        #expect(machine.handle(.presenceChanged(count: 1), at: Self.at(0)).isEmpty)
        #expect(machine.state == .off)
        #expect(machine.nextDeadline == nil && machine.endsAt == nil)
    }
}
