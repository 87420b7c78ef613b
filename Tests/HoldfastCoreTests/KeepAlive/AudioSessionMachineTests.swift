import HoldfastSpec
import Testing

@testable import HoldfastCore

@Suite struct AudioSessionMachineTests {
    private static let call = AudioSessionMachine.Given(hasCall: true, isVisible: true)
    private static let hidden = AudioSessionMachine.Given(hasCall: true, isVisible: false)
    private static let none = AudioSessionMachine.Given(hasCall: false, isVisible: true)

    @Test func `the session is asked for with the first call and given back after the last`() {
        var audio = AudioSessionMachine()
        #expect(audio.handle(.changed, given: Self.call) == [.activate])
        #expect(audio.handle(.changed, given: Self.call) == [])
        _ = audio.handle(.activated, given: Self.call)
        #expect(audio.state == .active)
        #expect(audio.handle(.changed, given: Self.none) == [.deactivate])
        #expect(audio.handle(.activated, given: Self.none) == [])
        #expect(audio.state == .off)
    }

    @Test func `an end without a beginning changes nothing`() {
        for shouldResume in [true, false] {
            var audio = AudioSessionMachine(state: .active)
            let event = AudioSessionMachine.Event.interruptionEnded(shouldResume: shouldResume)
            #expect(audio.handle(event, given: Self.hidden) == [])
            #expect(audio.state == .active)
        }
    }

    @Test func `without leave to go on sound waits for the screen`() {
        var audio = AudioSessionMachine(state: .interrupted(canDuck: false))
        let ended = AudioSessionMachine.Event.interruptionEnded(shouldResume: false)
        #expect(audio.handle(ended, given: Self.hidden) == [])
        #expect(audio.state == .lost)
        #expect(audio.handle(.chance, given: Self.call) == [.activate])
    }

    @Test func `what is not ours cannot be made quieter`() {
        var audio = AudioSessionMachine(state: .activating)
        _ = audio.handle(.interrupted(canDuck: true), given: Self.call)
        #expect(audio.state == .interrupted(canDuck: false))
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "audio-session",
            title: "AudioSessionMachine",
            summary: "Decides when the system's audio session is asked for and given back.",
            diagram: """
                off ──call──▶ activating ──activated──▶ active ──interrupted──▶ interrupted
                 ▲              │  ▲ refused              │ deactivated            │ ended
                 │              ▼  │ chance               ▼                        ▼
                 └─no call──── lost ◀─────────────────────┘         active, activating or lost
                """
        )
        let states: [AudioSessionMachine.State] = [
            .off, .activating, .active, .interrupted(canDuck: true), .interrupted(canDuck: false),
            .lost,
        ]
        let events: [(String, AudioSessionMachine.Event, AudioSessionMachine.Given)] = [
            ("changed: a call", .changed, Self.call), ("changed: no call", .changed, Self.none),
            ("chance", .chance, Self.call), ("activated", .activated, Self.call),
            ("refused", .refused, Self.call),
            ("interrupted(canDuck: true)", .interrupted(canDuck: true), Self.call),
            ("interrupted(canDuck: false)", .interrupted(canDuck: false), Self.call),
            ("ended, resume", .interruptionEnded(shouldResume: true), Self.hidden),
            ("ended, hidden", .interruptionEnded(shouldResume: false), Self.hidden),
            ("ended, visible", .interruptionEnded(shouldResume: false), Self.call),
            ("deactivated", .deactivated, Self.call),
        ]
        for state in states {
            for (name, event, given) in events {
                var audio = AudioSessionMachine(state: state)
                let effects = audio.handle(event, given: given)
                table.add(state: state, event: name, next: audio.state, effects: effects)
            }
        }
        try table.verify()
    }
}
