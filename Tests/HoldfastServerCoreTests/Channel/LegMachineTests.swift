import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Every state of a leg meets every event.
@Suite struct LegMachineTests {
    private static let diagram = """
            ringing ──accepted, rejected, cancelled, or its time──▶ over
        """

    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    private static let device = ParticipantID("p_1")

    @Test(.spec("HF-68")) func `every state meets every event as its page says`() throws {
        var table = TransitionTable(
            name: "leg",
            title: "The leg of a ring",
            summary:
                "Decides how one leg of a ring ends, in its callee's channel: once, by what comes "
                + "first (HF-68). It is second 60.",
            diagram: Self.diagram
        )
        let states: [LegMachine.State] = [
            .ringing(until: Self.at(90)), .ringing(until: Self.at(60)), .over,
        ]
        let events: [LegMachine.Event] = [
            .accepted(by: Self.device), .rejected(by: Self.device, .declined), .cancelled,
            .deadlineReached,
        ]
        for state in states {
            for event in events {
                var machine = LegMachine(state: state)
                let effects = machine.handle(event, at: Self.at(60))
                table.add(state: state, event: event, next: machine.state, effects: effects)
            }
        }
        try table.verify()
    }

    @Test(.spec("HF-70")) func `a leg rings until its time and not a moment longer`() {
        var machine = LegMachine(state: .ringing(until: Self.at(60)))
        #expect(machine.nextDeadline == Self.at(60))
        let early = Self.at(60).advanced(by: .nanoseconds(-1))
        #expect(machine.handle(.deadlineReached, at: early).isEmpty)
        #expect(
            machine.handle(.deadlineReached, at: Self.at(60)) == [.end(.timedOut, .none, by: nil)]
        )
        #expect(machine.nextDeadline == nil)
    }
}
