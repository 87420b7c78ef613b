import HoldfastWire

/// Whether a user's channel has a connection: as its app wishes, on the screen without end, off the
/// screen for 30 s, and then only for a push (HF-73).
///
///     disconnected ──connect──▶ connecting ◀──lost, attached──▶ connected
///          ▲                      │    ▲ foreground                │
///      disconnect      background │    └──────────┬────────────────┤ background
///     from anywhere               ▼               │                ▼
///                              waking ◀──lost, attached──▶ kept (until)
///                                 ▲ push          │ deadline, suspending
///                                 └─────────── suspended ──foreground──▶ connecting
struct ChannelMachine: Hashable, Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The app wants its channel.
        case connect
        /// The app does not want it any more.
        case disconnect
        case appStateChanged(AppState)
        /// A push says that something waits.
        case pushArrived
        /// A connection was welcomed.
        case attached
        /// The connection in use is gone, and not because it was detached here.
        case lost
        /// ``ChannelMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// See to it that there is a connection: ask the one in use, if any, and try another.
        case attach
        /// Close everything with this code and try nothing.
        case detach(CloseCode)
        /// Tell the app.
        case tell(ChannelState)
    }

    enum State: Hashable, Sendable {
        /// The app does not want it; nothing but the app changes that.
        case disconnected(isForeground: Bool)
        /// On the screen, on the way to a connection.
        case connecting
        /// On the screen, with a connection.
        case connected
        /// Off the screen, on the way to a connection until then.
        case waking(until: MonotonicInstant)
        /// Off the screen, with a connection until then.
        case kept(until: MonotonicInstant)
        /// Off the screen, without a connection.
        case suspended
    }

    /// How long the connection is kept off the screen, and after a push (HF-73).
    static let keptPeriod: Duration = .seconds(30)

    private(set) var state: State

    /// Creates a machine that waits for ``Event/connect``.
    init(isForeground: Bool) { self.init(state: .disconnected(isForeground: isForeground)) }

    /// Starts in any state, so that tests can cover the whole transition table.
    init(state: State) { self.state = state }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .waking(let until), .kept(let until): until
        case .disconnected, .connecting, .connected, .suspended: nil
        }
    }

    /// As the app is told.
    var channelState: ChannelState {
        switch self.state {
        case .disconnected: .disconnected
        case .connecting, .waking: .connecting
        case .connected: .connected
        case .kept: .keptInBackground
        case .suspended: .suspended
        }
    }

    /// Whether new messages still arrive although the app is off the screen (page 003).
    var isBackgroundTaskRunning: Bool { self.channelState == .keptInBackground }

    /// Whether a connection may be there, or be tried.
    func isOpen(at now: MonotonicInstant) -> Bool {
        switch self.state {
        case .connecting, .connected: true
        case .waking(let until), .kept(let until): now < until
        case .disconnected, .suspended: false
        }
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let told = self.channelState
        let (next, effects) = Self.transition(from: self.state, on: event, at: now)
        self.state = next
        return self.channelState == told ? effects : effects + [.tell(self.channelState)]
    }
}
