/// The system's audio session, or its focus: asked for with the first call, given back after the last.
///
///     off ──call──▶ activating ──activated──▶ active ──interrupted──▶ interrupted
///      ▲              │  ▲ refused              │ deactivated            │ ended
///      │              ▼  │ chance               ▼                        ▼
///      └─no call──── lost ◀─────────────────────┘         active, activating or lost
struct AudioSessionMachine: Hashable, Sendable {
    /// What the transition asks besides state and event.
    struct Given: Hashable, Sendable {
        /// Whether a call has sound.
        var hasCall: Bool
        var isVisible: Bool
    }

    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// Whether a call has sound may be different.
        case changed
        /// The app came to the screen, a call began or goes on, the system's call is over.
        case chance
        case activated
        case refused
        case interrupted(canDuck: Bool)
        case interruptionEnded(shouldResume: Bool)
        case deactivated
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        case activate
        case deactivate
    }

    /// Whose the session is.
    enum State: Hashable, Sendable {
        /// Nobody's of ours.
        case off
        /// Asked for.
        case activating
        /// Ours; sound may run.
        case active
        /// Another has it. `canDuck`: it is enough to be quieter.
        case interrupted(canDuck: Bool)
        /// Refused, taken, or not given back; the next chance asks again.
        case lost
    }

    private(set) var state: State

    /// Starts in any state, so that tests can cover the whole table.
    init(state: State = .off) { self.state = state }

    /// Applies one event.
    mutating func handle(_ event: Event, given: Given) -> [Effect] {
        let (next, effects) = Self.transition(from: self.state, on: event, given: given)
        self.state = next
        return effects
    }

    static func transition(
        from state: State,
        on event: Event,
        given: Given
    ) -> (next: State, effects: [Effect]) {
        guard given.hasCall else { return (.off, state == .off ? [] : [.deactivate]) }
        switch (state, event) {
        case (.off, .changed), (.off, .chance), (.lost, .chance),
            (.lost, .interruptionEnded(shouldResume: true)):
            return (.activating, [.activate])
        case (.interrupted(canDuck: false), .chance):
            // The end of an interruption is not always told (I-AUD-07).
            return (.activating, [.activate])
        case (.activating, .activated), (.interrupted, .activated), (.lost, .activated):
            return (.active, [])
        case (.activating, .refused), (.interrupted, .refused), (.active, .refused):
            return (.lost, [])
        case (.active, .interrupted(let canDuck)),
            (.interrupted(canDuck: true), .interrupted(let canDuck)):
            return (.interrupted(canDuck: canDuck), [])
        case (.activating, .interrupted), (.interrupted(canDuck: false), .interrupted):
            // What is not ours cannot be made quieter.
            return (.interrupted(canDuck: false), [])
        case (.activating, .deactivated), (.active, .deactivated), (.interrupted, .deactivated):
            return (.lost, [])
        case (.interrupted(canDuck: true), .interruptionEnded):
            return (.active, [])
        case (.interrupted(canDuck: false), .interruptionEnded(let shouldResume)):
            return shouldResume || given.isVisible ? (.activating, [.activate]) : (.lost, [])

        // An end without a beginning changes nothing (F45).
        case (.active, .interruptionEnded), (.activating, .interruptionEnded),
            (.lost, .interruptionEnded(shouldResume: false)),
            // Repeated, or there is nothing to do.
            (.active, .activated), (.active, .changed), (.active, .chance),
            (.activating, .changed), (.activating, .chance), (.lost, .changed), (.lost, .refused),
            (.lost, .interrupted), (.lost, .deactivated), (.interrupted, .changed),
            // What is only quieter is still ours.
            (.interrupted(canDuck: true), .chance),
            // Answers to what was asked for the call before; a session is asked for in its place.
            (.off, .activated), (.off, .refused), (.off, .interrupted), (.off, .interruptionEnded),
            (.off, .deactivated):
            return (state, [])
        }
    }
}
