import HoldfastWire

/// When to try the next connection of a call.
///
/// The cause decides the first delay: what happened to this client alone is answered at once, what
/// happened to a server hits everybody and is answered at random. A better network is raced against
/// the old connection, never waited for.
///
///     settled ──lost──▶ waiting ──deadline──▶ racing ──attached──▶ settled
///        │                 ▲ ▲                  │ │
///        │ triggered       │ └──attemptFailed───┘ │ deadline: one more beside it
///        └─────────────────┼──────────▶ racing ◀──┘
///                          │               │ pathLost
///                   triggered, deadline    ▼
///                          └──────────── parked      any ──held──▶ held ──triggered──▶ racing
struct ReconnectMachine: Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// Something local gives a reason to try now: path, foreground, clock gap, suspicion, user.
        case triggered
        /// The platform says that there is no network.
        case pathLost
        /// The connection in use is gone.
        case lost(Cause)
        /// An attempt ended without a welcome.
        case attemptFailed(Cause)
        /// The server asks to come again after exactly this time; the connection stays in use.
        case goAway(Duration)
        /// A connection was welcomed.
        case attached
        /// The suspected connection answered after all.
        case recovered
        /// Nothing may be tried: no token yet, or the app is about to be suspended.
        case held
        /// ``ReconnectMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// Why a connection ended, as far as it decides the delay.
    enum Cause: Hashable, Sendable {
        /// A probe or ping had no answer, or we ended it ourselves: nothing to wait for.
        case local
        /// Reset or closed without a word, or by a code that names no delay.
        case reset
        /// The server named the delay.
        case exactly(Duration)
        /// The server is busy and named the delay: 0–20 % are added (HF-11).
        case busy(Duration)
        /// The host is there, the server process is not.
        case refused
        /// Nothing came in time.
        case timedOut
        /// No route, or nothing that speaks this protocol.
        case unreachable

        /// Whether the server said when to come again: it is obeyed even while a race goes on.
        var isNamedByServer: Bool {
            switch self {
            case .exactly, .busy: true
            case .local, .reset, .refused, .timedOut, .unreachable: false
            }
        }
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Begin an attempt.
        case attempt
    }

    enum State: Hashable, Sendable {
        /// A connection is in use and nothing is tried.
        case settled
        /// The next attempt begins at `until`.
        case waiting(until: MonotonicInstant)
        /// An attempt is under way. `next` is when one more begins beside it, nil in the background.
        case racing(next: MonotonicInstant?)
        /// No network, they say. One attempt at `until`, for path monitors err.
        case parked(until: MonotonicInstant)
        /// Nothing is tried until a trigger.
        case held
    }

    /// What a decision rests on beside state and event.
    struct Facts: Hashable, Sendable {
        /// Attempts under way.
        var attemptCount: Int
        var hasPath: Bool
        /// Whether attempts may overlap: in the foreground, and only to resume. Two joins would
        /// replace each other (HF-14).
        var isRacing: Bool
        /// How long to wait after the event's cause.
        var delay: Duration
        /// When a trigger may have its attempt.
        var immediateAt: MonotonicInstant
    }

    /// Attempts of one call under way at once. With the connection in use that makes three.
    static let attemptCountMax = 2
    /// Silent loss: one more attempt this long after the last.
    static let raceInterval: Duration = .milliseconds(2500)
    /// Without a network one attempt in this time.
    static let parkedInterval: Duration = .seconds(10)

    private(set) var state: State
    private var backoff: Backoff
    private var triggers = TriggerLimit()
    private var hasPath = true
    private var isForeground: Bool
    private var canOverlap = false

    /// Creates a machine that tries nothing until it is triggered.
    init(seed: UInt64, isForeground: Bool) {
        self.init(state: .held, seed: seed, isForeground: isForeground)
    }

    /// Starts in any state, so that tests can cover the whole transition table.
    init(state: State, seed: UInt64, isForeground: Bool, canOverlap: Bool = false) {
        self.state = state
        self.backoff = Backoff(seed: seed)
        self.isForeground = isForeground
        self.canOverlap = canOverlap
    }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .waiting(let until), .parked(let until): until
        case .racing(let next): next
        case .settled, .held: nil
        }
    }

    /// Notes what the platform says.
    mutating func setPath(isUsable: Bool) { self.hasPath = isUsable }

    /// Notes where the app is.
    mutating func setForeground(_ isForeground: Bool) { self.isForeground = isForeground }

    /// Notes that there is a session, so that attempts may overlap.
    mutating func setOverlapping(_ canOverlap: Bool) { self.canOverlap = canOverlap }

    /// Notes how long a client waits at random when its server dies without a word.
    mutating func setSpread(_ spread: Duration) { self.backoff.spread = spread }

    /// Applies one event, at a time never earlier than the last one. `attemptCount` is the number
    /// of attempts under way, without the one that just ended.
    mutating func handle(
        _ event: Event,
        attemptCount: Int,
        at now: MonotonicInstant
    ) -> [Effect] {
        if case .triggered = event { self.backoff.reset() }
        if case .attached = event { self.backoff.attached(at: now) }
        if case .lost = event { self.backoff.lost(at: now) }
        let facts = Facts(
            attemptCount: attemptCount,
            hasPath: self.hasPath,
            isRacing: self.isForeground && self.canOverlap,
            delay: self.delay(after: event, attemptCount: attemptCount, at: now),
            immediateAt: self.triggers.nextAllowed(at: now)
        )
        let (next, effects) = Self.transition(from: self.state, on: event, at: now, given: facts)
        self.state = next
        if case .triggered = event, !effects.isEmpty { self.triggers.used(at: now) }
        return effects
    }

    private mutating func delay(
        after event: Event,
        attemptCount: Int,
        at now: MonotonicInstant
    ) -> Duration {
        switch event {
        case .lost(let cause), .attemptFailed(let cause):
            // A failure counts only where it is waited out.
            guard self.isDecisive(event, cause, attemptCount: attemptCount) else { return .zero }
            return self.backoff.delay(after: cause, isForeground: self.isForeground, at: now)
        case .goAway(let delay):
            return delay.clamped(Backoff.serverDelayRange)
        case .triggered, .pathLost, .attached, .recovered, .held, .deadlineReached:
            return .zero
        }
    }

    private func isDecisive(_ event: Event, _ cause: Cause, attemptCount: Int) -> Bool {
        switch self.state {
        case .settled: event == .lost(cause)
        case .waiting, .racing: attemptCount == 0 || cause.isNamedByServer
        case .parked, .held: false
        }
    }
}
