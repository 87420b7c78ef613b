import HoldfastWire

/// What becomes of the connections while the app is off the screen.
///
///     covered ──hidden──┐
///        ▲ uncovered    │
///        ▼ covered      ▼
///     visible ──hidden──▶ kept ◀──keeper comes, goes──▶ grace ──deadline, expiring──▶ released
///        ▲                  │                             │                              │
///        └──────────────────┴───────── shown, from anywhere, asleep too ◀────────────────┤
///     idle: hidden, and there is nothing to keep          woken ◀────────────────────────┘
///     asleep: the machine sleeps; back by over, woken
struct BackgroundMachine: Hashable, Sendable {
    /// What the transition asks besides state and event.
    struct Given: Hashable, Sendable {
        /// Whether there is a call or a channel that is to have a connection.
        var hasWork: Bool
        /// Whether something keeps the process running and the app wants its connection kept.
        var isKept: Bool
        /// Whether the platform gives a process time by a task (I-BG-02).
        var usesTask: Bool
        /// How long the connection is kept when nothing keeps the process.
        var grace: Duration
    }

    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// What is given may be different.
        case changed
        case shown
        /// Something covers the app, or it is about to be hidden.
        case covered
        /// It is in front again.
        case uncovered
        case hidden
        /// The process is about to stand still.
        case suspended
        /// The process runs again: after a gap, by a push, by a call that begins.
        case woken
        case task(PlatformFact.BackgroundTaskFact)
        case sleep(PlatformFact.SleepFact)
        /// ``BackgroundMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        case beginTask
        case endTask
        /// Tell every call and, through it, its server.
        case tell(AppState)
        case allowSleep
    }

    /// Where the app is, as far as connections are concerned.
    enum State: Hashable, Sendable {
        /// On the screen.
        case visible
        /// On the screen, and perhaps about to leave it. Without a task nothing needs one yet.
        case covered(hasTask: Bool)
        /// Off the screen, and nothing needs a connection.
        case idle
        /// Off the screen, and the process goes on.
        case kept(hasTask: Bool)
        /// Off the screen; connections stay until then.
        case grace(until: MonotonicInstant, hasTask: Bool)
        /// Connections are closed, sessions wait. `wasKept`: although something kept the process.
        case released(wasKept: Bool)
        /// The machine sleeps.
        case asleep(isVisible: Bool)
    }

    private(set) var state: State

    /// Starts in any state, so that tests can cover the whole table.
    init(state: State = .visible) { self.state = state }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .grace(let until, _): until
        case .visible, .covered, .idle, .kept, .released, .asleep: nil
        }
    }

    /// What the calls are told.
    var appState: AppState {
        switch self.state {
        case .visible, .covered: .foreground
        case .idle, .kept, .grace: .background
        case .released, .asleep: .suspending
        }
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, given: Given, at now: MonotonicInstant) -> [Effect] {
        let told = self.appState
        let (next, effects) = Self.transition(from: self.state, on: event, given: given, at: now)
        self.state = next
        guard self.appState != told else { return effects }
        // A task is begun before anything else, and ends after everything else.
        let first = effects.prefix { $0 == .beginTask }
        return first + [.tell(self.appState)] + effects.dropFirst(first.count)
    }
}
