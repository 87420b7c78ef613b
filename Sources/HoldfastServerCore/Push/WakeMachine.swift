package import HoldfastWire

/// Decides when one device is woken for one event, and when not any more (HF-74).
///
///                 detached, or 800 ms of a ring        sent, to be repeated
///     waiting ──────────────────────────────▶ sending ◀───────────────────▶ due
///        │                                       │                           │
///        └──── over: taken, acknowledged, ended, or nothing left to send to ─┘
package struct WakeMachine: Hashable, Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// The device has a connection.
        case attached
        /// The device's connection is gone.
        case detached
        /// The server itself did not run for this long.
        case stalled(Duration)
        /// ``WakeMachine/nextDeadline`` has passed.
        case deadlineReached
        /// The gateway took the push.
        case taken
        /// The token is none any more; `hasOther`: the device can be woken by another one.
        case gone(hasOther: Bool)
        /// The push was not taken. `retryAfter` is what the gateway asks for.
        case failed(retryAfter: Duration?)
        /// The device has processed the event. One that is lost while it still rings is woken again: its
        /// app may be gone, and the ringing with it.
        case acknowledged
        /// The ring has ended, or the device is signed out.
        case ended
    }

    /// What the channel must do.
    package enum Effect: Hashable, Sendable {
        /// Send the push, or send it again.
        case send
        /// Nothing more is to be done for this event and device, ever.
        case forget
    }

    package enum State: Hashable, Sendable {
        /// Nothing was sent. `until` is nil when only a lost connection makes a push necessary.
        case waiting(until: MonotonicInstant?)
        /// It is being sent for the `attempt`th time, from 1.
        case sending(attempt: Int)
        /// It was sent `attempt` times, and is sent again then.
        case due(attempt: Int, at: MonotonicInstant)
        case over
    }

    /// Which events wake.
    package enum Kind: Hashable, Sendable {
        case ring
        case message
    }

    /// The times the machine works within.
    package struct Configuration: Hashable, Sendable {
        /// An attached device acknowledges a ring within this, or is frozen. Default 800 ms: an
        /// app acknowledges 500 ms after delivery (HF-34), and whoever rings should not wait for more.
        package var acknowledgeWithin: Duration = .milliseconds(800)
        /// After a start of the server devices come back within this, or are woken. Default 2 s.
        package var returnWithin: Duration = .seconds(2)
        /// The wait before the first repetition; each further one is twice as long. Default 0.5 s.
        package var retryMin: Duration = .milliseconds(500)
        /// The longest wait between repetitions. Default 30 s.
        package var retryMax: Duration = .seconds(30)
        /// The longest wait that a gateway may ask for. Default 300 s.
        package var retryAfterMax: Duration = .seconds(300)

        /// Creates a configuration with every default stated above.
        package init() {}
    }

    package private(set) var state: State
    package let kind: Kind
    /// Nothing is sent from then on.
    package let endsAt: MonotonicInstant
    private let configuration: Configuration

    /// For an event of this moment. A device that is not attached is woken at once, by
    /// ``Event/detached``.
    package init(
        kind: Kind,
        endsAt: MonotonicInstant,
        at now: MonotonicInstant,
        configuration: Configuration
    ) {
        let until = kind == .ring ? now.advanced(by: configuration.acknowledgeWithin) : nil
        self.init(
            state: .waiting(until: until),
            kind: kind,
            endsAt: endsAt,
            configuration: configuration
        )
    }

    /// For an event that an earlier process left: whoever does not come back soon is woken.
    package init(
        restored kind: Kind,
        endsAt: MonotonicInstant,
        at now: MonotonicInstant,
        configuration: Configuration
    ) {
        self.init(
            state: .waiting(until: now.advanced(by: configuration.returnWithin)),
            kind: kind,
            endsAt: endsAt,
            configuration: configuration
        )
    }

    /// Starts in any state, for the transition table.
    package init(
        state: State,
        kind: Kind,
        endsAt: MonotonicInstant,
        configuration: Configuration
    ) {
        self.state = state
        self.kind = kind
        self.endsAt = endsAt
        self.configuration = configuration
    }

    /// When the channel must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .waiting(let until): min(until ?? self.endsAt, self.endsAt)
        case .sending: self.endsAt
        case .due(_, let at): min(at, self.endsAt)
        case .over: nil
        }
    }

    /// Ends it without an effect: its channel knows already.
    package mutating func end() { self.state = .over }

    /// Applies one event; `random` spreads the repetitions.
    package mutating func handle(
        _ event: Event,
        random: inout RandomSource,
        at now: MonotonicInstant
    ) -> [Effect] {
        // Whatever happens after the end, nothing is sent any more.
        let event = now >= self.endsAt ? .ended : event
        let (next, effects) = Self.transition(
            from: self.state,
            on: event,
            kind: self.kind,
            configuration: self.configuration,
            random: &random,
            at: now
        )
        self.state = next
        return effects
    }

    private static func transition(
        from state: State,
        on event: Event,
        kind: Kind,
        configuration: Configuration,
        random: inout RandomSource,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.waiting, .detached):
            return (.sending(attempt: 1), [.send])

        case (.waiting(let until), .attached):
            // A message that waits for the connection waits for its end; a ring does not wait long.
            return (.waiting(until: kind == .ring ? until : nil), [])

        case (.waiting(let until), .stalled(let gap)):
            // What a device said in that time may still be unread.
            return (.waiting(until: until?.advanced(by: gap)), [])

        case (.waiting(let until), .deadlineReached):
            guard let until, now >= until else { return (state, []) }
            return (.sending(attempt: 1), [.send])

        case (.due(let attempt, let at), .deadlineReached):
            return now >= at ? (.sending(attempt: attempt + 1), [.send]) : (state, [])

        case (.waiting, .taken), (.sending, .taken), (.due, .taken):
            // Also what was sent before the channel was read again, and is forgotten here: a gateway has
            // it.
            return (.over, [.forget])

        case (.sending(let attempt), .gone(let hasOther)):
            // Another token was never asked, so this is no repetition.
            return hasOther ? (.sending(attempt: attempt), [.send]) : (.over, [.forget])

        case (.sending(let attempt), .failed(let retryAfter)):
            let own = configuration.delay(behind: attempt, random: &random)
            let asked = min(max(retryAfter ?? .zero, .zero), configuration.retryAfterMax)
            return (.due(attempt: attempt, at: now.advanced(by: max(own, asked))), [])

        case (.waiting, .acknowledged) where kind == .ring:
            return (.waiting(until: nil), [])

        case (.waiting, .ended), (.sending, .ended), (.due, .ended),
            (.waiting, .acknowledged), (.sending, .acknowledged), (.due, .acknowledged):
            return (.over, [.forget])

        // What has begun goes on whether the device is attached or not: its acknowledgement ends it.
        // Failures belong to what is being sent, and over is the end.
        case (.waiting, .gone), (.waiting, .failed),
            (.sending, .attached), (.sending, .detached), (.sending, .stalled),
            (.sending, .deadlineReached),
            (.due, .attached), (.due, .detached), (.due, .stalled), (.due, .gone), (.due, .failed),
            (.over, .attached), (.over, .detached), (.over, .stalled), (.over, .deadlineReached),
            (.over, .taken), (.over, .gone), (.over, .failed), (.over, .acknowledged),
            (.over, .ended):
            return (state, [])
        }
    }
}

extension WakeMachine.Configuration {
    /// Between three quarters of the step and the whole of it.
    fileprivate func delay(behind attempt: Int, random: inout RandomSource) -> Duration {
        // Beyond this any step is the longest one.
        let doublings = min(max(attempt - 1, 0), 16)
        let step = min(self.retryMin * (1 << doublings), self.retryMax)
        return step - random.duration(upTo: step / 4)
    }
}
