import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Every state of a session's presence meets every event.
@Suite struct PresenceMachineTests {
    private static let diagram = """
                          lost                        deadline
            attached ────────────▶ detached ─────────────────────▶ over
               ▲                      │  │ 3 s after a loss without notice:
               └──────attached────────┘  └ others see `reconnecting`
        """

    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    private static func machine(_ state: PresenceMachine.State) -> PresenceMachine {
        PresenceMachine(state: state, configuration: PresenceMachine.Configuration())
    }

    private static let states: [PresenceMachine.State] = [
        .attached(announced: .online, hold: nil),
        .attached(announced: .background, hold: nil),
        .attached(announced: .background, hold: .seconds(900)),
        .detached(announced: .online, isExpected: false, announceAt: at(603), until: at(900)),
        .detached(announced: .online, isExpected: false, announceAt: at(600), until: at(897)),
        .detached(announced: .background, isExpected: true, announceAt: nil, until: at(900)),
        .detached(announced: .reconnecting, isExpected: false, announceAt: nil, until: at(600)),
        .over,
    ]

    private static let events: [PresenceMachine.Event] = [
        .attached(.foreground), .attached(.background), .appStateChanged(.foreground, hold: nil),
        .appStateChanged(.background, hold: nil), .appStateChanged(.suspending, hold: nil),
        .appStateChanged(.suspending, hold: .seconds(4000)), .lost(isAnnounced: false),
        .lost(isAnnounced: true), .stalled(.seconds(10)), .deadlineReached, .ended,
    ]

    @Test func `every state meets every event as its page says`() throws {
        var table = TransitionTable(
            name: "presence",
            title: "The presence of a session",
            summary:
                "Decides how a session is seen while its connections come and go, and when its "
                + "window has passed (HF-44, HF-46, HF-47). Both windows are 300 s, at most 3 600 s "
                + "are granted, and it is second 600.",
            diagram: Self.diagram
        )
        for state in Self.states {
            for event in Self.events {
                var machine = Self.machine(state)
                let effects = machine.handle(event, at: Self.at(600))
                table.add(state: state, event: event, next: machine.state, effects: effects)
            }
        }
        try table.verify()
    }

    @Test(.spec("HF-44"), arguments: [(nil, 300), (10, 10), (3600, 3600), (3601, 3600), (-5, 0)])
    func `a suspension is granted what it asks for, up to an hour`(hold: Int?, window: Int) {
        var machine = Self.machine(.attached(announced: .online, hold: nil))
        let asked = hold.map { Duration.seconds($0) }
        _ = machine.handle(.appStateChanged(.suspending, hold: asked), at: Self.at(0))
        _ = machine.handle(.lost(isAnnounced: false), at: Self.at(100))
        #expect(machine.nextDeadline == Self.at(100 + window))
    }

    @Test(.spec("HF-46"))
    func `a loss is told after 3 s, and its window is over after 300 s`() {
        var machine = Self.machine(.attached(announced: .online, hold: nil))
        #expect(machine.handle(.lost(isAnnounced: false), at: Self.at(0)).isEmpty)
        #expect(machine.nextDeadline == Self.at(3))
        let early = Self.at(3).advanced(by: .milliseconds(-1))
        #expect(machine.handle(.deadlineReached, at: early).isEmpty)
        #expect(machine.handle(.deadlineReached, at: Self.at(3)) == [.announce(.reconnecting)])
        #expect(machine.nextDeadline == Self.at(300))
        let late = Self.at(300).advanced(by: .milliseconds(-1))
        #expect(machine.handle(.deadlineReached, at: late).isEmpty)
        #expect(machine.handle(.deadlineReached, at: Self.at(300)) == [.expire])
        #expect(machine.state == .over)
    }

    @Test func `a late or early deadline changes nothing`() {
        for state in Self.states {
            var machine = Self.machine(state)
            let effects = machine.handle(.deadlineReached, at: Self.at(0))
            #expect(effects.isEmpty && machine.state == state)
        }
    }
}
