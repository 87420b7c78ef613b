import HoldfastRules
package import HoldfastWire

/// An iPhone or iPad with one app that has calls, as the rules in ``RuleBook/apple`` say it is.
///
/// The driver hands it what the user, the system and the app do; it answers with what the app is told
/// and what becomes of it. The app's code is the driver's: it answers an effect, at the same instant or
/// later, by ``Event/app(_:)``. A suspended or dead app runs no code, and what it would call is ignored.
///
/// An event later than ``nextDeadline`` first runs the deadlines, in order. One at the very instant of a
/// deadline comes before it, so that the app can answer in time what must be answered at once.
///
///     dead ──▶ launching ──▶ foreground ◀──▶ background ──▶ suspended
///      ▲           │             │               ▲  │           │
///      │           └─────────────┼───────────────┘  │           │ (returns by a push, an action
///      └──── terminating ◀───────┴──────────────────┘           │  of CallKit, a task, the user)
///      └────────────────────────────────────────────────────────┘
package struct AppleDevice: Sendable {
    /// Where the process stands.
    enum Stage: Hashable, Sendable {
        /// There is none. Nil: it was never launched.
        case dead(Rule.ID?)
        /// `didFinishLaunching` runs, until the watchdog's patience ends.
        case launching(until: MonotonicInstant)
        /// On the screen; active unless something covers it.
        case foreground
        case background
        case suspended(Rule.ID)
        /// `willTerminate` runs, until the process ends.
        case terminating(until: MonotonicInstant)
    }

    package let configuration: Configuration
    let limits: Limits
    let traits: Traits

    var stage: Stage = .dead(nil)
    var screen = Screen()
    var mainThread = MainThread()
    var runtime = Runtime()
    var tasks = BackgroundTasks()
    var audio = AudioSession()
    var others = OtherAudio()
    var calls = SystemCalls()
    var pushes = Pushes()
    var camera = Camera()
    var picture = PictureInPicture.none
    var isScreenCaptured = false
    var permissions: [Permission: PermissionAnswer]
    var socket = Socket.none
    var scheduled = ScheduledTasks()
    /// When the Live Activity that is shown ends.
    var liveActivityEnd: MonotonicInstant?

    /// What the event at hand has led to so far.
    var outcomes: [Outcome<Effect>] = []

    /// A device on which the app is not running, its permissions granted, and the user elsewhere.
    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.limits = Limits(configuration)
        self.traits = Traits(configuration)
        self.permissions = [
            .microphone: .granted, .camera: .granted, .localNetwork: .undetermined,
        ]
    }

    /// When ``Event/deadlineReached`` is due next.
    package var nextDeadline: MonotonicInstant? {
        var next: MonotonicInstant?
        func take(_ instant: MonotonicInstant?) {
            if let instant, instant < (next ?? instant.advanced(by: .seconds(1))) {
                next = instant
            }
        }
        switch self.stage {
        case .launching(let until), .terminating(let until): take(until)
        case .background: take(self.suspensionDue)
        case .dead, .foreground, .suspended: break
        }
        take(self.mainThread.deadline)
        take(self.tasks.deadline(of: self.limits))
        take(self.runtime.databaseDeadline)
        take(self.pushes.deadline)
        take(self.calls.deadline)
        take(self.scheduled.deadline)
        take(self.silenceDue)
        take(self.liveActivityEnd)
        return next
    }

    /// Applies one event, at a time never earlier than the last one.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Outcome<Effect>] {
        while let due = self.nextDeadline, event == .deadlineReached ? due <= now : due < now {
            self.expire(at: due)
            self.settle(at: due)
        }
        if event != .deadlineReached {
            self.apply(event, at: now)
            self.settle(at: now)
        }
        defer { self.outcomes.removeAll() }
        return self.outcomes
    }

    /// What the app gets now.
    package var conditions: CallConditions {
        let process: CallConditions.Process =
            switch self.stage {
            case .dead(let rule): .dead(rule)
            case .suspended(let rule): .stopped(rule)
            case .launching, .foreground, .background, .terminating: .running
            }
        return CallConditions(
            process: process,
            microphone: self.microphoneAccess,
            camera: self.cameraAccess,
            network: self.networkAccess,
            notificationCount: self.liveActivityEnd == nil ? 0 : 1,
            isHolding: self.audio.isHeld || self.camera.isOn || self.picture != .none
                || !self.tasks.held.isEmpty || !self.calls.calls.isEmpty
                || self.liveActivityEnd != nil
        )
    }

    /// The calls that the system shows, also those of a process that is gone (F68).
    package var shownCalls: [SystemCallID] { self.calls.calls.map(\.id) }

    mutating func tell(_ effect: Effect, _ rule: Rule.ID? = nil) {
        self.outcomes.append(Outcome(effect, rule))
    }

    /// What follows from a change, whatever it was: the order matters, for a suspension ends the rest.
    private mutating func settle(at now: MonotonicInstant) {
        self.settleTasks(at: now)
        self.settleCamera()
        self.settleSilence(at: now)
        self.settleSuspension(at: now)
    }

    /// Runs every deadline that is due at this instant. Those that kill come first; what is dead has no
    /// others.
    private mutating func expire(at now: MonotonicInstant) {
        self.expireStage(at: now)
        self.expireMainThread(at: now)
        self.expireDatabase(at: now)
        self.expirePushes(at: now)
        self.expireTasks(at: now)
        self.expireScheduled(at: now)
        self.expireActions(at: now)
        self.expireSilence(at: now)
        if let end = self.liveActivityEnd, end <= now {
            self.liveActivityEnd = nil
            self.tell(.liveActivityEnded, "I-LA-01")
        }
    }

    private mutating func apply(_ event: Event, at now: MonotonicInstant) {
        switch event {
        case .screen(let event): self.apply(event, at: now)
        case .audio(let event): self.apply(event, at: now)
        case .picture(let event): self.apply(event)
        case .call(let event): self.apply(event, at: now)
        case .system(let event): self.apply(event, at: now)
        case .app(let call):
            if self.runsCode { self.apply(call, at: now) }
        case .deadlineReached: break
        }
    }

    private mutating func apply(_ event: SystemEvent, at now: MonotonicInstant) {
        switch event {
        case .voipPushArrived: self.takeVoIPPush(at: now)
        case .backgroundPushArrived: self.takeBackgroundPush(at: now)
        case .scheduledTaskCameDue(let task): self.takeScheduledTask(task, at: now)
        case .backgroundTimeTaken: self.tasks.exhaust(self.limits, at: now)
        case .memoryRanOut: self.killInBackground(.outOfMemory, "I-KILL-04")
        case .overheated: self.kill(.code(.tooHot), "I-BG-11")
        case .wokenTooOften:
            guard self.configuration.info.backgroundModes.contains(.voip) else { return }
            self.killInBackground(.code(.wokenTooOften), "I-BG-10")
        case .rebooted: self.reboot()
        }
    }

    private mutating func apply(_ call: AppCall, at now: MonotonicInstant) {
        switch call {
        case .process(let request): self.apply(request, at: now)
        case .audio(let request): self.apply(request, at: now)
        case .picture(let request): self.apply(request)
        case .call(let request): self.apply(request, at: now)
        case .service(let request): self.apply(request, at: now)
        }
    }
}
