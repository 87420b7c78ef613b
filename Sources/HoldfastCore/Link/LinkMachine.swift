import HoldfastWire

/// The life of one transport connection: whether it opens in time and whether it is still alive.
///
/// Decides when to ping, when silence is suspicious and when the connection is dead. Owns no
/// socket; knows nothing about sessions.
///
///     connecting ──opened──▶ open ──welcomed──▶ live ◀──heard──┐
///         │                   │        doubted   │ idle         │
///         │ time-out          │ time-out         ▼              │
///         │                   │  doubting,    checking ─────────┤
///         │                   │                  │ no answer    │
///         │                   │                  ▼              │
///         │                   │               suspect ──────────┤
///         │                   │                  │              │
///         │                   │     live ──probed──▶ probing ─pong─▶ live
///         ▼                   ▼                  ▼        │
///       ended ◀──────────── ended ◀──────────────┴────────┘
struct LinkMachine: Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The upgrade is done.
        case opened
        /// The server's welcome arrived.
        case welcomed
        /// Any other frame arrived.
        case heard
        /// The answer to the ping with this number arrived.
        case answered(ping: UInt32)
        /// Something happened after which an open connection may be dead: ask it now.
        case probed
        /// Something is a reason to ask now what the routine would ask later.
        case doubted
        /// The network is another one; what was begun on the old one will hardly finish.
        case pathChanged
        /// The transport is gone.
        case closed
        /// ``LinkMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Send a ping with this number.
        case ping(UInt32)
        /// A ping is late: try another connection beside this one.
        case reportSuspicion
        /// The suspected connection answered.
        case reportRecovery
        /// Nothing came in time while it was being opened. The owner closes it.
        case reportTimeout
        /// Nothing comes any more. The owner closes it.
        case reportDeath
    }

    /// A ping on its way.
    struct Ping: Hashable, Sendable {
        var number: UInt32
        var sentAt: MonotonicInstant
    }

    enum State: Hashable, Sendable {
        /// TCP, TLS and the upgrade are under way.
        case connecting(since: MonotonicInstant, until: MonotonicInstant)
        /// The upgrade is done; the welcome is not here.
        case open(until: MonotonicInstant)
        /// In use, and nothing speaks against it.
        case live
        /// A ping of the routine is unanswered.
        case checking(Ping)
        /// A ping out of doubt is unanswered. What else is heard may be older than the doubt.
        case doubting(Ping)
        /// It has been for longer than a probe may take. Another connection is being tried.
        case suspect(Ping)
        /// A ping after a trigger is unanswered.
        case probing(Ping)
        /// Closed, or given up.
        case ended
    }

    private(set) var state: State
    private(set) var timing: LinkTiming
    private let beganAt: MonotonicInstant

    /// Creates a machine for a connection that is being opened.
    init(at now: MonotonicInstant, timeout: Duration, timing: LinkTiming) {
        self.init(
            state: .connecting(since: now, until: now.advanced(by: timeout)),
            timing: timing
        )
    }

    /// Starts in any state, so that tests can cover the whole transition table.
    init(state: State, timing: LinkTiming) {
        self.state = state
        self.timing = timing
        self.beganAt = timing.heardAt
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        if case .answered(let number) = event, let ping = self.ping, ping.number == number {
            self.timing.measured(ping.sentAt.duration(to: now))
        }
        if case .welcomed = event { self.timing.openedWithin = self.beganAt.duration(to: now) }
        switch event {
        case .opened, .welcomed, .heard, .answered:
            self.timing.heardAt = now
        case .probed, .doubted, .pathChanged, .closed, .deadlineReached: break
        }
        let (next, effects) = Self.transition(from: self.state, on: event, at: now, by: self.timing)
        self.state = next
        for case .ping in effects { self.timing.pinged(at: now) }
        // Asked anew, or a server that answers pings has not forgotten the command.
        if case .answered = event { self.timing.askedAt = nil }
        return effects
    }

    /// Notes that a frame was sent, whatever it was.
    mutating func sent(at now: MonotonicInstant) {
        self.timing.sentAt = now
    }

    /// Notes whether the server owes the result of a command (HF-53).
    mutating func setAwaiting(_ isAwaiting: Bool, at now: MonotonicInstant) {
        self.timing.askedAt = isAwaiting ? self.timing.askedAt ?? now : nil
    }

    /// Notes that the result of a command came; the next one has its own time.
    mutating func resultArrived() { self.timing.askedAt = nil }

    /// Notes whether deliveries wait for their acknowledgement (HF-53).
    mutating func setOwing(_ isOwing: Bool) {
        self.timing.isOwing = isOwing
    }

    /// Notes what the welcome says about silence, and the state of the app.
    mutating func setHeartbeat(_ heartbeat: Welcome.Heartbeat) {
        self.timing.heartbeat = heartbeat
    }

    /// Notes where the app is: in the background pings are rarer.
    mutating func setBackground(_ isBackground: Bool) {
        self.timing.isBackground = isBackground
    }

    /// Whether frames of a session may be sent.
    var isWelcomed: Bool {
        switch self.state {
        case .live, .checking, .doubting, .suspect, .probing: true
        case .connecting, .open, .ended: false
        }
    }

    /// Whether nothing speaks against the connection.
    var isHealthy: Bool {
        switch self.state {
        case .live, .checking, .doubting: true
        case .connecting, .open, .suspect, .probing, .ended: false
        }
    }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .connecting(_, let until), .open(let until): until
        case .live: self.timing.pingDueAt
        case .checking(let ping), .doubting(let ping): self.timing.suspicionAt(ping)
        case .suspect(let ping): self.timing.deathAt(ping)
        case .probing(let ping): self.timing.suspicionAt(ping)
        case .ended: nil
        }
    }

    private var ping: Ping? {
        switch self.state {
        case .checking(let ping), .doubting(let ping), .suspect(let ping), .probing(let ping): ping
        case .connecting, .open, .live, .ended: nil
        }
    }
}
