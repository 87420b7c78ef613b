import HoldfastWire

/// Keeps the calls of a process alive: one machine over all of them.
///
/// It is told what the platform, the app and the calls do, and says what service, notification,
/// audio session, background task and connections are to be. Each of these is a machine of its own;
/// here they are put together. What differs between platforms stands in the profile.
struct KeepAliveMachine: Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// All calls that are not over, oldest first. `hasWork`: there is something, a channel
        /// included, that is to have a connection.
        case callsChanged([CallCircumstances], hasWork: Bool)
        /// The app came to the screen, left it, or is about to stand still.
        case appStateChanged(AppState)
        /// The process runs again after a gap, or by a push.
        case woken
        case platform(PlatformFact)
        /// The app starts the service by hand.
        case launched(RequestID)
        /// The app stops it by hand: until the next `launched`, or with ``KeepAliveOptions/Start``'s
        /// `automatic` until the next call.
        case aborted
        /// The user lets a call go on that was held.
        case resumed
        case choseOutput(AudioOutput)
        /// What is to be shown of the screen, where that needs a consent.
        case choseScreen(CallHandle, VideoChoice)
        /// The media engine says that the screen is not captured any more.
        case screenEnded(CallHandle)
        /// ``KeepAliveMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        case platform(PlatformCommand)
        /// Answer a `launched`, once.
        case answer(RequestID, CallServiceStatus)
        case handleTap(NotificationAction, CallHandle)
        case buildContent(CallHandle)
        /// Tell the app of a call.
        case report(CallHandle, KeepAliveReport)
        case leave(CallHandle)
        case toggleMicrophone(CallHandle)
        case toggleCamera(CallHandle)
        case setScreen(CallHandle, VideoChoice)
        /// Tell every call and channel where the app is.
        case tell(AppState)
        /// Tell every call what its media may do.
        case setConditions(MediaConditions)
    }

    /// Launches that wait for an answer at once; more are refused.
    static let launchCountMax = 64

    let options: KeepAliveOptions
    let profile: PlatformProfile

    // What is known.
    var calls: [CallCircumstances] = []
    var hasWork = false
    var appState: AppState = .foreground
    var isLocked = false
    var permissions = PlatformFact.Permissions()
    var isInSystemCall = false
    var outputs: Outputs?
    /// What the user chose in this call; put in force with every activation.
    var chosenOutput: AudioOutput?

    // What is going on.
    var isSwitchedOn: Bool
    var launches: [RequestID] = []
    var service = ServiceMachine()
    var audio = AudioSessionMachine()
    var watch = MicrophoneWatch()
    var notification: NotificationMachine
    var taps = TapBook()
    var screenShare: ScreenShareMachine
    var picture = FloatingPicture()
    var background = BackgroundMachine()
    var isHoldingAwake = false

    // What was told.
    var conditions = MediaConditions()
    var reportedStatus: [CallHandle: CallServiceStatus] = [:]
    var reportedOutputs: [CallHandle: Outputs] = [:]

    /// Where sound can come out, and where it does.
    struct Outputs: Hashable, Sendable {
        var all: [AudioOutput]
        var current: AudioOutput
    }

    init(options: KeepAliveOptions, profile: PlatformProfile) {
        self.options = options
        self.profile = profile
        self.isSwitchedOn = options.start == .automatic
        self.notification = NotificationMachine(
            carrier: profile.hasNotification ? .service(isRunning: false) : .nobody,
            texts: options.texts
        )
        self.screenShare = ScreenShareMachine(
            limits: profile.service.map {
                ScreenShareMachine.Limits(lifeMin: $0.lifeMin, answerMax: $0.answerMax)
            } ?? ScreenShareMachine.Limits()
        )
        self.conditions.reopensCamera = profile.background != .runs
    }

    /// Whether the app is on the screen.
    var isVisible: Bool { self.appState == .foreground }

    /// What calls and channels were last told.
    var toldAppState: AppState { self.background.appState }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        let own = earliest(self.service.nextDeadline, self.background.nextDeadline)
        let shown = earliest(self.notification.nextDeadline, self.taps.nextDeadline)
        let captured = earliest(self.watch.nextDeadline, self.screenShare.nextDeadline)
        return earliest(own, earliest(shown, captured))
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .callsChanged(let calls, let hasWork):
            self.callsChanged(calls, hasWork: hasWork, at: now, &effects)
        case .appStateChanged(let state):
            self.appStateChanged(state, at: now, &effects)
        case .woken:
            self.tellBackground(.woken, at: now, &effects)
        case .platform(let fact):
            self.told(fact, at: now, &effects)
        case .launched(let request):
            self.launched(request, at: now, &effects)
        case .aborted:
            self.isSwitchedOn = false
        case .resumed:
            self.tellAudio(.chance, &effects)
        case .choseOutput(let output):
            self.choseOutput(output, &effects)
        case .choseScreen(let call, let choice):
            guard self.calls.contains(where: { $0.handle == call }) else { break }
            self.tellScreenShare(.chosen(call, choice), at: now, &effects)
        case .screenEnded(let call):
            guard self.screenShare.call == call else { break }
            self.tellScreenShare(.captureStopped, at: now, &effects)
        case .deadlineReached:
            self.deadlineReached(at: now, &effects)
        }
        self.settle(at: now, &effects)
        return effects
    }

    // MARK: What happens

    private mutating func callsChanged(
        _ calls: [CallCircumstances],
        hasWork: Bool,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        let old = Set(self.calls.map(\.handle))
        let new = Set(calls.map(\.handle))
        self.calls = calls
        self.hasWork = hasWork
        for call in old.subtracting(new).sorted() {
            self.reportedStatus[call] = nil
            self.reportedOutputs[call] = nil
            self.tellScreenShare(.callEnded(call), at: now, &effects)
        }
        self.taps.keep(new)
        let isCapturing = calls.contains(where: \.isCapturing)
        self.watch.captureChanged(isCapturing: isCapturing, at: now)
        if calls.isEmpty, !old.isEmpty {
            // What was chosen for these calls does not stick to the next (F54).
            self.isSwitchedOn = self.options.start == .automatic
            self.chosenOutput = nil
        }
        guard !new.subtracting(old).isEmpty else { return }
        if self.options.start == .automatic { self.isSwitchedOn = true }
        // Whoever begins a call runs.
        if self.toldAppState == .suspending { self.tellBackground(.woken, at: now, &effects) }
        self.tellAudio(.chance, &effects)
        self.tellService(.chance(.callBegan), at: now, &effects)
    }

    private mutating func appStateChanged(
        _ state: AppState,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard state != self.appState else { return }
        self.appState = state
        switch state {
        case .foreground:
            self.tellBackground(.shown, at: now, &effects)
            self.tellService(.chance(.visible), at: now, &effects)
            self.tellAudio(.chance, &effects)
        case .background:
            self.tellBackground(.hidden, at: now, &effects)
        case .suspending:
            self.tellBackground(.suspended, at: now, &effects)
        }
    }

    private mutating func launched(
        _ request: RequestID,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard self.profile.service != nil else {
            return effects.append(.answer(request, .notNeeded))
        }
        guard !self.calls.isEmpty else {
            // The retry is the next call.
            self.isSwitchedOn = true
            return effects.append(.answer(request, .refused(.noCall)))
        }
        guard self.launches.count < Self.launchCountMax else {
            let reason = "Too many launches wait."
            return effects.append(.answer(request, .refused(.unavailable(reason))))
        }
        self.isSwitchedOn = true
        self.launches.append(request)
        self.tellService(.chance(.launched), at: now, &effects)
    }

    private mutating func choseOutput(_ output: AudioOutput, _ effects: inout [Effect]) {
        guard self.profile.hasAudioSession, !self.calls.isEmpty else { return }
        self.chosenOutput = output
        guard self.audio.state == .active else { return }
        effects.append(.platform(.audio(.setOutput(output))))
    }

    private mutating func deadlineReached(at now: MonotonicInstant, _ effects: inout [Effect]) {
        self.tellBackground(.deadlineReached, at: now, &effects)
        self.tellService(.deadlineReached, at: now, &effects)
        self.tellScreenShare(.deadlineReached, at: now, &effects)
        self.watch.deadlineReached(at: now)
        for tap in self.taps.due(at: now) { self.perform(tap, at: now, &effects) }
    }
}
