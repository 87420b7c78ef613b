package import HoldfastWire

/// Decides when a call with one participant ends (HF-50, HF-51).
///
///     off                 alone for the timeout, warned before its end; over from any
///
///     occupied ──1 present──▶ alone ──lead before the end──▶ warned ──end──▶ over
///        ▲                      │                               │
///        └──────2 present───────┴───────────2 present───────────┘
package struct IdleMachine: Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// So many participants are present now, attached or detached.
        case presenceChanged(count: Int)
        /// ``IdleMachine/nextDeadline`` has passed.
        case deadlineReached
        /// The call is over for another reason.
        case ended
    }

    /// What the call must do.
    package enum Effect: Hashable, Sendable {
        /// Tell everybody that the call ends then.
        case warn(endsAt: MonotonicInstant)
        /// Tell everybody that it does not.
        case clear
        /// End the call.
        case end
    }

    package enum State: Hashable, Sendable {
        /// The timeout is zero.
        case off
        case occupied
        case alone(endsAt: MonotonicInstant)
        case warned(endsAt: MonotonicInstant)
        case over
    }

    package private(set) var state: State
    private let timeout: Duration
    private let lead: Duration

    /// A timeout of zero is off. The warning comes `lead` before the end, or halfway when that is
    /// less.
    package init(timeout: Duration, lead: Duration) {
        self.init(state: timeout > .zero ? .occupied : .off, timeout: timeout, lead: lead)
    }

    /// Starts in any state: after a load, and for the transition table.
    package init(state: State, timeout: Duration, lead: Duration) {
        self.state = state
        self.timeout = timeout
        self.lead = min(lead, timeout / 2)
    }

    /// When the call must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .off, .occupied, .over: nil
        case .alone(let endsAt): endsAt.advanced(by: .zero - self.lead)
        case .warned(let endsAt): endsAt
        }
    }

    /// When the call ends unless somebody comes.
    package var endsAt: MonotonicInstant? {
        switch self.state {
        case .off, .occupied, .over: nil
        case .alone(let endsAt), .warned(let endsAt): endsAt
        }
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let (next, effects) = Self.transition(
            from: self.state,
            on: event,
            at: now,
            timeout: self.timeout,
            lead: self.lead
        )
        self.state = next
        return effects
    }

    private static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        timeout: Duration,
        lead: Duration
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.occupied, .presenceChanged(let count)):
            return count == 1 ? (.alone(endsAt: now.advanced(by: timeout)), []) : (state, [])

        case (.alone, .presenceChanged(let count)):
            return count == 1 ? (state, []) : (.occupied, [])

        case (.warned, .presenceChanged(let count)):
            return count == 1 ? (state, []) : (.occupied, [.clear])

        case (.alone(let endsAt), .deadlineReached):
            // After a long stop both are due; the end is never without its warning.
            guard now.duration(to: endsAt) <= lead else { return (state, []) }
            return (.warned(endsAt: endsAt), [.warn(endsAt: endsAt)])

        case (.warned(let endsAt), .deadlineReached):
            return now >= endsAt ? (.over, [.end]) : (state, [])

        case (.off, .ended), (.occupied, .ended), (.alone, .ended), (.warned, .ended):
            return (.over, [])

        // Off never ends a call, over has ended it, and an occupied call waits for nothing.
        case (.off, .presenceChanged), (.off, .deadlineReached),
            (.occupied, .deadlineReached),
            (.over, .presenceChanged), (.over, .deadlineReached), (.over, .ended):
            return (state, [])
        }
    }
}
