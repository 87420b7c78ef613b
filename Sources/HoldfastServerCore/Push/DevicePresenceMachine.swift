package import HoldfastWire

/// Decides where one device of a user is, for those who watch the user (HF-72).
///
///                  4000, or suspending before               300 s
///     attached ───────────────────────────────▶ suspended ────────▶ away
///        │ ▲                                        │                 ▲
///        │ └────────────────attached────────────────┘                 │
///        ├──── without notice ────▶ lost ────────── 3 s ──────────────┤
///        └──── 1000 ──────────────────────────────────────────────────┘
package struct DevicePresenceMachine: Hashable, Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// A connection of the device was accepted.
        case attached(AppState)
        /// The device said where its app is.
        case appStateChanged(AppState)
        /// The device's last connection is gone.
        case detached(Detachment)
        /// The server itself did not run for this long.
        case stalled(Duration)
        /// ``DevicePresenceMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// How a connection ended.
    package enum Detachment: Hashable, Sendable {
        /// Closed with 4000: the app is about to be suspended.
        case suspended
        /// Closed with 1000: its user disconnected.
        case disconnected
        /// Everything else, whoever closed it.
        case lost

        /// By what the client closed it with; nil when it said nothing.
        package init(_ code: CloseCode?) {
            switch code {
            case .some(.background): self = .suspended
            case .some(.normal): self = .disconnected
            case .some, nil: self = .lost
            }
        }
    }

    package enum State: Hashable, Sendable {
        case attached(AppState)
        case suspended(until: MonotonicInstant)
        /// Counts as before until then.
        case lost(was: UserPresence, until: MonotonicInstant)
        case away
    }

    /// The times the machine works within.
    package struct Configuration: Hashable, Sendable {
        /// A suspended device counts for this long. Default 300 s.
        package var suspendedFor: Duration = .seconds(300)
        /// A connection lost without notice counts for this long. Default 3 s.
        package var lostFor: Duration = .seconds(3)

        /// Creates a configuration with every default stated above.
        package init() {}
    }

    package private(set) var state: State
    private let configuration: Configuration

    package init(state: State = .away, configuration: Configuration = Configuration()) {
        self.state = state
        self.configuration = configuration
    }

    /// Where the device is.
    package var presence: UserPresence {
        switch self.state {
        case .attached(.foreground): .attached
        case .attached(.background), .attached(.suspending), .suspended: .background
        case .lost(let was, _): was
        case .away: .away
        }
    }

    /// When the channel must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .suspended(let until), .lost(_, let until): until
        case .attached, .away: nil
        }
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) {
        self.state = Self.transition(
            from: self.state,
            on: event,
            presence: self.presence,
            configuration: self.configuration,
            at: now
        )
    }

    private static func transition(
        from state: State,
        on event: Event,
        presence: UserPresence,
        configuration: Configuration,
        at now: MonotonicInstant
    ) -> State {
        switch (state, event) {
        case (_, .attached(let appState)), (.attached, .appStateChanged(let appState)):
            return .attached(appState)

        case (.attached, .detached(.disconnected)):
            return .away

        case (.attached, .detached(.suspended)), (.attached(.suspending), .detached(.lost)):
            return .suspended(until: now.advanced(by: configuration.suspendedFor))

        case (.attached, .detached(.lost)):
            return .lost(was: presence, until: now.advanced(by: configuration.lostFor))

        case (.suspended(let until), .stalled(let gap)):
            return .suspended(until: until.advanced(by: gap))

        case (.lost(let was, let until), .stalled(let gap)):
            return .lost(was: was, until: until.advanced(by: gap))

        case (.suspended(let until), .deadlineReached), (.lost(_, let until), .deadlineReached):
            return now >= until ? .away : state

        // A device without a connection can neither speak nor lose it, and who waits for nothing has
        // no deadline.
        case (.attached, .stalled), (.attached, .deadlineReached),
            (.suspended, .appStateChanged), (.suspended, .detached),
            (.lost, .appStateChanged), (.lost, .detached),
            (.away, .appStateChanged), (.away, .detached), (.away, .stalled),
            (.away, .deadlineReached):
            return state
        }
    }
}
