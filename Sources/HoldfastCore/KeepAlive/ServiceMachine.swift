import HoldfastWire

/// The one service that keeps calls alive: when it is started, promoted again and stopped.
///
///     off ──wished──▶ starting ──running──▶ running ──unwished──▶ lingering ──floor──▶ stopping
///      ▲                 │ refused            │ ▲ │ stopped            │ wished          │ stopped
///      │                 ▼                    │ │ ▼                    ▼                 ▼
///      └──unwished── refused ◀────────────────┼─┼─┘               running      off, or starting again
///                        └──chance──▶ starting│ │
///                                             ▼ │ running, refused
///                                          updating
///     demoted: there, but out of the foreground, for the user restricted the app; a chance promotes it
struct ServiceMachine: Hashable, Sendable {
    /// What the calls and their user want of it now.
    enum Wish: Hashable, Sendable {
        /// No service: no call, or it is switched off.
        case nothing
        /// A service with these types.
        case types(CallServiceTypes)
        /// A service, but no type can be taken now.
        case impossible(CallServiceRefusal)
    }

    /// What the transition asks besides state and event.
    struct Given: Hashable, Sendable {
        var wish: Wish
        var isVisible: Bool
        /// How the platform's service is.
        var profile: PlatformProfile.Service
    }

    /// What may make a start possible that was refused before.
    enum Chance: Hashable, Sendable, CaseIterable {
        /// The app came to the screen.
        case visible
        /// The device was unlocked.
        case unlocked
        /// The user granted something.
        case permissions
        /// The user lifted a restriction.
        case unrestricted
        /// Another call began.
        case callBegan
        /// The app asked for it.
        case launched
    }

    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The wish or the visibility may be another one.
        case changed
        case chance(Chance)
        case answered(PlatformFact.ServiceFact)
        /// ``ServiceMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Start it with these types; `running` or `refused` answers.
        case start(CallServiceTypes)
        /// Promote it again; `running` or `refused` answers.
        case update(CallServiceTypes)
        /// Stop it; `stopped` answers.
        case stop
    }

    /// A service that runs.
    struct Running: Hashable, Sendable {
        var types: CallServiceTypes
        /// What was wished when it was last started or promoted; the same wish is not tried twice.
        var wished: CallServiceTypes
        /// Whether that was while the app was hidden, so that its types may lack their rights.
        var isTakenHidden: Bool
        /// When it answered its start.
        var since: MonotonicInstant
    }

    /// Where the service is.
    enum State: Hashable, Sendable {
        /// Nothing runs and nothing is under way.
        case off
        /// Asked for with `asked`, of what was `wished`, and not answered yet.
        case starting(
            asked: CallServiceTypes,
            wished: CallServiceTypes,
            isHidden: Bool,
            until: MonotonicInstant
        )
        /// It runs.
        case running(Running)
        /// It runs and is being promoted to `asked`.
        case updating(
            Running,
            asked: CallServiceTypes,
            isHidden: Bool,
            until: MonotonicInstant
        )
        /// It runs, nobody wants it, and it is too young to be stopped (F20).
        case lingering(Running, until: MonotonicInstant)
        /// It is there, out of the foreground: the user restricted the app. The next chance promotes it.
        case demoted(Running)
        /// It was told to stop and has not answered yet.
        case stopping(until: MonotonicInstant)
        /// It is wanted and does not run; the next chance tries again.
        case refused(CallServiceRefusal)
    }

    private(set) var state: State

    /// Starts in any state, so that tests can cover the whole table.
    init(state: State = .off) { self.state = state }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .starting(_, _, _, let until), .updating(_, _, _, let until), .lingering(_, let until),
            .stopping(let until):
            until
        case .off, .running, .demoted, .refused: nil
        }
    }

    /// The types that the running service has; empty when none runs.
    var types: CallServiceTypes {
        switch self.state {
        case .running(let running), .updating(let running, _, _, _), .lingering(let running, _):
            running.types
        case .off, .starting, .demoted, .stopping, .refused: []
        }
    }

    /// Whether it runs.
    var isRunning: Bool {
        switch self.state {
        case .running, .updating, .lingering: true
        case .off, .starting, .demoted, .stopping, .refused: false
        }
    }

    /// As the app is told; nil while that is not known.
    var status: CallServiceStatus? {
        switch self.state {
        case .running(let running), .updating(let running, _, _, _), .lingering(let running, _):
            .running(running.types)
        case .demoted: .refused(.restrictedByUser)
        case .refused(let refusal): .refused(refusal)
        case .off, .starting, .stopping: nil
        }
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, given: Given, at now: MonotonicInstant) -> [Effect] {
        let (next, effects) = Self.transition(from: self.state, on: event, given: given, at: now)
        self.state = next
        return effects
    }
}
