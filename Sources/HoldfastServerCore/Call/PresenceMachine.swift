package import HoldfastWire

/// Decides how a session is seen by others while its connections come and go, and when its window
/// has passed (HF-44, HF-46, HF-47).
///
///                   lost                        deadline
///     attached ────────────▶ detached ─────────────────────▶ over
///        ▲                      │  │ 3 s after a loss without notice:
///        └──────attached────────┘  └ others see `reconnecting`
package struct PresenceMachine: Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// A connection was accepted for the session.
        case attached(AppState)
        /// The client said where its app is; `hold` is the window it asks for.
        case appStateChanged(AppState, hold: Duration?)
        /// The connection is gone; `isAnnounced` when it was closed with 4000.
        case lost(isAnnounced: Bool)
        /// The server itself did not run for this long.
        case stalled(Duration)
        /// ``PresenceMachine/nextDeadline`` has passed.
        case deadlineReached
        /// The session is over for another reason.
        case ended
    }

    /// What the call must do.
    package enum Effect: Hashable, Sendable {
        /// Tell the others.
        case announce(Reachability)
        /// The window has passed.
        case expire
    }

    package enum State: Hashable, Sendable {
        /// `hold` is set once a suspension was announced on this connection.
        case attached(announced: Reachability, hold: Duration?)
        /// `announceAt` is nil when there is nothing left to tell.
        case detached(
            announced: Reachability,
            isExpected: Bool,
            announceAt: MonotonicInstant?,
            until: MonotonicInstant
        )
        case over
    }

    /// The times the machine works within.
    package struct Configuration: Hashable, Sendable {
        /// Default 300 s.
        package var detachWindow: Duration
        /// Default 300 s.
        package var backgroundWindow: Duration
        /// Default 3 600 s.
        package var backgroundWindowMax: Duration
        /// Default 3 s.
        package var announceAfter: Duration

        /// Takes what the server is configured with.
        package init(_ configuration: ServerConfiguration = ServerConfiguration()) {
            self.detachWindow = configuration.detachWindow
            self.backgroundWindow = configuration.backgroundWindow
            self.backgroundWindowMax = configuration.backgroundWindowMax
            self.announceAfter = configuration.announceAfter
        }
    }

    package private(set) var state: State
    private let configuration: Configuration

    /// Starts in any state: after a join, after a load, and for the transition table.
    package init(state: State, configuration: Configuration) {
        self.state = state
        self.configuration = configuration
    }

    /// When the call must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .attached, .over: nil
        case .detached(_, _, let announceAt, let until): min(announceAt ?? until, until)
        }
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let (next, effects) = Self.transition(
            from: self.state,
            on: event,
            at: now,
            within: self.configuration
        )
        self.state = next
        return effects
    }

    private static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        within limits: Configuration
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.attached(let announced, _), .attached(let appState)),
            (.detached(let announced, _, _, _), .attached(let appState)):
            return Self.attached(announced: announced, appState: appState, hold: nil)

        case (.attached(let announced, _), .appStateChanged(let appState, let hold)):
            let granted = appState == .suspending ? limits.granted(hold) : nil
            return Self.attached(announced: announced, appState: appState, hold: granted)

        case (.attached(let announced, let hold), .lost(let isAnnounced)):
            return limits.detached(announced, hold: hold, isAnnounced: isAnnounced, at: now)

        case (
            .detached(let announced, let isExpected, let announceAt, let until), .stalled(let gap)
        ):
            let moved = State.detached(
                announced: announced,
                isExpected: isExpected,
                announceAt: announceAt?.advanced(by: gap),
                until: until.advanced(by: gap)
            )
            return (moved, [])

        case (.detached(let announced, let isExpected, let announceAt, let until), .deadlineReached):
            if now >= until { return (.over, [.expire]) }
            guard let announceAt, now >= announceAt else { return (state, []) }
            let told = State.detached(
                announced: .reconnecting,
                isExpected: isExpected,
                announceAt: nil,
                until: until
            )
            return (told, announced == .reconnecting ? [] : [.announce(.reconnecting)])

        case (.attached, .ended), (.detached, .ended):
            return (.over, [])

        // An attached session waits for nothing; a detached one has no connection that could speak
        // or be lost again; and over is the end.
        case (.attached, .stalled), (.attached, .deadlineReached),
            (.detached, .appStateChanged), (.detached, .lost),
            (.over, .attached), (.over, .appStateChanged), (.over, .lost), (.over, .stalled),
            (.over, .deadlineReached), (.over, .ended):
            return (state, [])
        }
    }

    private static func attached(
        announced: Reachability,
        appState: AppState,
        hold: Duration?
    ) -> (next: State, effects: [Effect]) {
        let wanted: Reachability = appState == .foreground ? .online : .background
        return (
            .attached(announced: wanted, hold: hold),
            announced == wanted ? [] : [.announce(wanted)]
        )
    }
}

extension PresenceMachine.Configuration {
    /// The background window for what a client asks for.
    fileprivate func granted(_ hold: Duration?) -> Duration {
        min(max(hold ?? self.backgroundWindow, .zero), self.backgroundWindowMax)
    }

    fileprivate func detached(
        _ announced: Reachability,
        hold: Duration?,
        isAnnounced: Bool,
        at now: MonotonicInstant
    ) -> (next: PresenceMachine.State, effects: [PresenceMachine.Effect]) {
        let isExpected = isAnnounced || hold != nil
        guard isExpected else {
            let next = PresenceMachine.State.detached(
                announced: announced,
                isExpected: false,
                announceAt: now.advanced(by: self.announceAfter),
                until: now.advanced(by: self.detachWindow)
            )
            return (next, [])
        }
        let next = PresenceMachine.State.detached(
            announced: .background,
            isExpected: true,
            announceAt: nil,
            until: now.advanced(by: hold ?? self.granted(nil))
        )
        return (next, announced == .background ? [] : [.announce(.background)])
    }
}
