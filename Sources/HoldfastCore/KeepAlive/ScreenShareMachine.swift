import HoldfastWire

/// Showing the screen where the system wants a consent and a service of its own for it.
///
///     off ──chosen──▶ asking ──consent──▶ starting ──running──▶ capturing ──started──▶ sharing
///      ▲               │ denied             │ refused             │ stopped             │ stopped
///      │◀──────────────┴────────────────────┘                     ▼                     ▼
///      └──────────── stopping ◀──floor── lingering ◀──────────────┴─────────────────────┘
///     starting ──unwanted──▶ aborting ──running──▶ lingering
struct ScreenShareMachine: Hashable, Sendable {
    /// Whose screen is shown, and what of it.
    struct Share: Hashable, Sendable {
        var call: CallHandle
        var source: VideoSource
    }

    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The app's choice, or the notification's.
        case chosen(CallHandle, VideoChoice)
        case callEnded(CallHandle)
        case consent(isGiven: Bool)
        case service(PlatformFact.ServiceFact)
        case captureStarted
        case captureStopped
        /// ``ScreenShareMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        case askConsent(CallHandle)
        case startService(CallHandle)
        case startCapture(CallHandle)
        case stopCapture
        case stopService
        /// Tell the call what to send.
        case setVideo(CallHandle, VideoChoice)
        case report(CallHandle, ScreenShareStatus)
    }

    /// Where the share is.
    enum State: Hashable, Sendable {
        case off
        /// The user is asked. The system's question ends with an answer, always.
        case asking(Share)
        /// The user consents; the service was asked for.
        case starting(Share, until: MonotonicInstant)
        /// The service runs; the capture was asked for.
        case capturing(Share, since: MonotonicInstant, until: MonotonicInstant)
        /// The others see it.
        case sharing(Share, since: MonotonicInstant)
        /// Nobody wants it any more; the answer of the service is awaited (A-FGS-06).
        case aborting(until: MonotonicInstant)
        /// Nobody wants it any more, and the service is too young to be stopped (F20).
        case lingering(until: MonotonicInstant)
        /// The service was told to stop.
        case stopping(until: MonotonicInstant)
    }

    /// As ``PlatformProfile/Service/lifeMin`` and `answerMax`.
    struct Limits: Hashable, Sendable {
        var lifeMin: Duration = .seconds(2)
        var answerMax: Duration = .seconds(30)
    }

    private(set) var state: State
    private let limits: Limits

    /// Starts in any state, so that tests can cover the whole table.
    init(state: State = .off, limits: Limits = Limits()) {
        self.state = state
        self.limits = limits
    }

    /// The call whose screen is shown or about to be.
    var call: CallHandle? {
        switch self.state {
        case .asking(let share), .starting(let share, _), .capturing(let share, _, _),
            .sharing(let share, _):
            share.call
        case .off, .aborting, .lingering, .stopping: nil
        }
    }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .starting(_, let until), .capturing(_, _, let until), .aborting(let until),
            .lingering(let until), .stopping(let until):
            until
        case .off, .asking, .sharing: nil
        }
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let (next, effects) = Self.transition(
            from: self.state,
            on: event,
            limits: self.limits,
            at: now
        )
        self.state = next
        return effects
    }
}
