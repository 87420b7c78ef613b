package import HoldfastWire

/// Decides how one leg of a ring ends, in its callee's channel: once, by what comes first (HF-68).
///
///     ringing ──accepted, rejected, cancelled, or its time──▶ over
package struct LegMachine: Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// A device of the callee accepted.
        case accepted(by: ParticipantID)
        /// A device of the callee rejected.
        case rejected(by: ParticipantID, RejectReason)
        /// The caller took it back.
        case cancelled
        /// ``LegMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the channel must do.
    package enum Effect: Hashable, Sendable {
        /// The leg is over: tell the callee's devices and the caller.
        case end(RingState, RejectReason, by: ParticipantID?)
        /// Somebody else was first: tell the device that asked.
        case refuse
    }

    package enum State: Hashable, Sendable {
        case ringing(until: MonotonicInstant)
        case over
    }

    package private(set) var state: State

    /// Starts in any state: after a load, and for the transition table.
    package init(state: State) { self.state = state }

    /// When the channel must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .ringing(let until): until
        case .over: nil
        }
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let (next, effects) = Self.transition(from: self.state, on: event, at: now)
        self.state = next
        return effects
    }

    private static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.ringing(let until), .accepted(let device)):
            // Nobody answers what has timed out, also where its deadline was not looked at yet.
            guard now < until else { return (.over, [Self.timeout, .refuse]) }
            return (.over, [.end(.accepted, .none, by: device)])

        case (.ringing(let until), .rejected(let device, let reason)):
            guard now < until else { return (.over, [Self.timeout, .refuse]) }
            return (.over, [.end(.rejected, reason, by: device)])

        case (.ringing(let until), .cancelled):
            guard now < until else { return (.over, [Self.timeout]) }
            return (.over, [.end(.cancelled, .none, by: nil)])

        case (.ringing(let until), .deadlineReached):
            return now < until ? (state, []) : (.over, [Self.timeout])

        case (.over, .accepted), (.over, .rejected):
            return (state, [.refuse])

        // The caller is told how the leg ended by what ended it.
        case (.over, .cancelled), (.over, .deadlineReached):
            return (state, [])
        }
    }

    private static let timeout = Effect.end(.timedOut, .none, by: nil)
}
