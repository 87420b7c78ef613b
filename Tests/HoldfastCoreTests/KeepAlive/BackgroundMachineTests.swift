import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct BackgroundMachineTests {
    private static func given(
        hasWork: Bool = true,
        isKept: Bool = false,
        usesTask: Bool = true
    ) -> BackgroundMachine.Given {
        BackgroundMachine.Given(
            hasWork: hasWork,
            isKept: isKept,
            usesTask: usesTask,
            grace: .seconds(30)
        )
    }

    @Test func `a task is begun before anything else, and ends with the return`() {
        var background = BackgroundMachine()
        #expect(
            background.handle(.hidden, given: Self.given(), at: .zero)
                == [.beginTask, .tell(.background)]
        )
        #expect(
            background.handle(.shown, given: Self.given(), at: .seconds(5))
                == [.tell(.foreground), .endTask]
        )
    }

    @Test func `a task is begun while the app still counts as in front (I-BG-05)`() {
        var background = BackgroundMachine()
        #expect(background.handle(.covered, given: Self.given(), at: .zero) == [.beginTask])
        #expect(background.appState == .foreground)
        #expect(background.handle(.hidden, given: Self.given(), at: .zero) == [.tell(.background)])
        #expect(background.state == .grace(until: .seconds(30), hasTask: true))
    }

    @Test func `what only covers the app costs a task, and changes nothing else (F51)`() {
        var background = BackgroundMachine()
        #expect(background.handle(.covered, given: Self.given(), at: .zero) == [.beginTask])
        #expect(background.handle(.uncovered, given: Self.given(), at: .seconds(9)) == [.endTask])
        #expect(background.state == .visible)
    }

    @Test func `without a call, and where there are no tasks, a cover begins none`() {
        var background = BackgroundMachine()
        let free = Self.given(hasWork: false)
        #expect(background.handle(.covered, given: free, at: .zero) == [])
        _ = background.handle(.uncovered, given: free, at: .zero)
        #expect(background.handle(.covered, given: Self.given(usesTask: false), at: .zero) == [])
    }

    @Test func `a call that begins under a cover begins a task, and not again when it is refused`()
    {
        var background = BackgroundMachine()
        _ = background.handle(.covered, given: Self.given(hasWork: false), at: .zero)
        #expect(background.handle(.changed, given: Self.given(), at: .zero) == [.beginTask])
        _ = background.handle(.task(.refused), given: Self.given(), at: .zero)
        #expect(background.handle(.changed, given: Self.given(), at: .zero) == [])
    }

    @Test func `a task that was begun under a cover ends with the last call`() {
        var background = BackgroundMachine()
        _ = background.handle(.covered, given: Self.given(), at: .zero)
        #expect(
            background.handle(.changed, given: Self.given(hasWork: false), at: .zero) == [.endTask]
        )
    }

    @Test func `when nothing keeps the process connections are closed after the grace`() {
        var background = BackgroundMachine()
        let given = Self.given(usesTask: false)
        _ = background.handle(.hidden, given: given, at: .seconds(10))
        #expect(background.nextDeadline == .seconds(40))
        #expect(background.handle(.deadlineReached, given: given, at: .seconds(39.999)) == [])
        #expect(
            background.handle(.deadlineReached, given: given, at: .seconds(40))
                == [.tell(.suspending)]
        )
        #expect(background.handle(.shown, given: given, at: .seconds(50)) == [.tell(.foreground)])
    }

    @Test func `the server is told before a task that expires ends`() {
        var background = BackgroundMachine()
        _ = background.handle(.hidden, given: Self.given(), at: .zero)
        #expect(
            background.handle(.task(.expiring), given: Self.given(), at: .seconds(25))
                == [.tell(.suspending), .endTask]
        )
    }

    @Test func `a task that expires beside sound ends at once, and nothing else does`() {
        var background = BackgroundMachine()
        let kept = Self.given(isKept: true)
        _ = background.handle(.hidden, given: kept, at: .zero)
        #expect(background.handle(.task(.expiring), given: kept, at: .seconds(29)) == [.endTask])
        #expect(background.appState == .background)
        // The sound is lost: there is another task, and a grace.
        #expect(background.handle(.changed, given: Self.given(), at: .seconds(60)) == [.beginTask])
        #expect(background.nextDeadline == .seconds(90))
    }

    @Test func `what keeps the process brings the connections back`() {
        var background = BackgroundMachine()
        _ = background.handle(.hidden, given: Self.given(usesTask: false), at: .zero)
        _ = background.handle(
            .deadlineReached,
            given: Self.given(usesTask: false),
            at: .seconds(30)
        )
        #expect(
            background.handle(
                .changed,
                given: Self.given(isKept: true, usesTask: false),
                at: .seconds(60)
            ) == [.tell(.background)]
        )
    }

    @Test func `whoever says that the process stops means it`() {
        var background = BackgroundMachine()
        let kept = Self.given(isKept: true, usesTask: false)
        #expect(background.handle(.suspended, given: kept, at: .zero) == [.tell(.suspending)])
        #expect(background.handle(.changed, given: kept, at: .zero) == [])
        #expect(background.handle(.woken, given: kept, at: .zero) == [.tell(.background)])
    }

    @Test func `before the machine sleeps the server is told, and afterwards all is back`() {
        var background = BackgroundMachine()
        let kept = Self.given(isKept: true, usesTask: false)
        #expect(
            background.handle(.sleep(.announced), given: kept, at: .zero)
                == [.tell(.suspending), .allowSleep]
        )
        #expect(
            background.handle(.sleep(.over), given: kept, at: .seconds(9)) == [.tell(.foreground)]
        )
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "background",
            title: "BackgroundMachine",
            summary: "Decides what becomes of the connections while the app is off the screen. "
                + "Here it is 60 s, the grace 30 s, and the platform gives time by a task.",
            diagram: """
                covered ──hidden──┐
                   ▲ uncovered    │
                   ▼ covered      ▼
                visible ──hidden──▶ kept ◀──keeper comes, goes──▶ grace ──deadline, expiring──▶ released
                   ▲                  │                             │                              │
                   └──────────────────┴───────── shown, from anywhere, asleep too ◀────────────────┤
                idle: hidden, and there is nothing to keep          woken ◀────────────────────────┘
                asleep: the machine sleeps; back by over, woken
                """
        )
        let states: [BackgroundMachine.State] = [
            .visible, .covered(hasTask: false), .covered(hasTask: true), .idle,
            .kept(hasTask: false), .kept(hasTask: true),
            .grace(until: .seconds(60), hasTask: false), .grace(until: .seconds(61), hasTask: true),
            .released(wasKept: false), .released(wasKept: true), .asleep(isVisible: false),
            .asleep(isVisible: true),
        ]
        let events: [BackgroundMachine.Event] = [
            .shown, .covered, .uncovered, .hidden, .suspended, .woken, .task(.begun),
            .task(.refused), .task(.expiring),
            .sleep(.announced), .sleep(.over), .deadlineReached,
        ]
        let kept = Self.given(isKept: true)
        for state in states {
            let changes = [
                ("changed: nothing to keep", Self.given(hasWork: false)),
                ("changed: nothing keeps the process", Self.given()),
                ("changed: something does", kept),
            ]
            for (name, given) in changes {
                var background = BackgroundMachine(state: state)
                let effects = background.handle(.changed, given: given, at: .seconds(60))
                table.add(state: state, event: name, next: background.state, effects: effects)
            }
            for event in events {
                var background = BackgroundMachine(state: state)
                let effects = background.handle(event, given: Self.given(), at: .seconds(60))
                table.add(state: state, event: event, next: background.state, effects: effects)
            }
        }
        try table.verify()
    }
}
