import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Every state of a device's presence meets every event.
@Suite struct DevicePresenceMachineTests {
    private static let diagram = """
                         4000, or suspending before               300 s
            attached ───────────────────────────────▶ suspended ────────▶ away
               │ ▲                                        │                 ▲
               │ └────────────────attached────────────────┘                 │
               ├──── without notice ────▶ lost ────────── 3 s ──────────────┤
               └──── 1000 ──────────────────────────────────────────────────┘
        """

    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }

    private static let states: [DevicePresenceMachine.State] = [
        .attached(.foreground), .attached(.background), .attached(.suspending),
        .suspended(until: at(10_000)), .suspended(until: at(10_001)),
        .lost(was: .attached, until: at(10_000)), .lost(was: .background, until: at(10_001)), .away,
    ]

    private static let events: [DevicePresenceMachine.Event] = [
        .attached(.foreground), .attached(.background), .appStateChanged(.foreground),
        .appStateChanged(.background), .appStateChanged(.suspending), .detached(.suspended),
        .detached(.disconnected), .detached(.lost), .stalled(.seconds(5)), .deadlineReached,
    ]

    @Test(.spec("HF-72")) func `every state meets every event as its page says`() throws {
        var table = TransitionTable(
            name: "device-presence",
            title: "The presence of a device",
            summary:
                "Decides where one device of a user is, for those who watch the user (HF-72). It is "
                + "second 10; what it does shows in `presence`, which its state implies.",
            diagram: Self.diagram
        )
        for state in Self.states {
            for event in Self.events {
                var machine = DevicePresenceMachine(state: state)
                machine.handle(event, at: Self.at(10_000))
                table.add(
                    state: state,
                    event: event,
                    next: machine.state,
                    effects: ["presence: \(machine.presence)"]
                )
            }
        }
        try table.verify()
    }

    @Test(
        .spec("HF-72"),
        arguments: [
            (.foreground, .lost, 3_000), (.background, .lost, 3_000),
            (.suspending, .lost, 300_000), (.foreground, .suspended, 300_000),
            (.background, .suspended, 300_000),
        ] as [(AppState, DevicePresenceMachine.Detachment, Int64)]
    )
    func `a lost connection counts for 3 s, a suspended one for 300 s`(
        appState: AppState,
        detachment: DevicePresenceMachine.Detachment,
        counts: Int64
    ) {
        var machine = DevicePresenceMachine(state: .attached(appState))
        let before = machine.presence
        machine.handle(.detached(detachment), at: .zero)
        let meanwhile = detachment == .lost ? before : .background
        #expect(machine.presence == meanwhile)
        #expect(machine.nextDeadline == Self.at(counts))
        machine.handle(.deadlineReached, at: Self.at(counts - 1))
        #expect(machine.presence == meanwhile)
        machine.handle(.deadlineReached, at: Self.at(counts))
        #expect(machine.presence == .away)
    }

    @Test(.spec("HF-73"), arguments: [AppState.foreground, .background, .suspending])
    func `a user who disconnects is away at once`(appState: AppState) {
        var machine = DevicePresenceMachine(state: .attached(appState))
        machine.handle(.detached(DevicePresenceMachine.Detachment(.normal)), at: .zero)
        #expect(machine.presence == .away)
    }

    @Test(
        arguments: [
            (nil, .lost), (.background, .suspended), (.normal, .disconnected), (.goingAway, .lost),
            (.pingTimeout, .lost),
        ] as [(CloseCode?, DevicePresenceMachine.Detachment)]
    )
    func `only the codes 4000 and 1000 say more than nothing`(
        code: CloseCode?,
        detachment: DevicePresenceMachine.Detachment
    ) {
        #expect(DevicePresenceMachine.Detachment(code) == detachment)
    }
}
