import HoldfastWire

@testable import HoldfastCore

/// A process with calls, on a platform that answers late, twice or never, in virtual time.
///
/// It keeps its own account of what the user chose and of what the platform said, and compares it
/// after every step with what the engine does.
struct KeepAliveWorld {
    /// What the world knows of one call.
    struct Call {
        var connection: ConnectionID?
        var generation: UInt32 = 0
        var isJoined = false
        var endedAt: MonotonicInstant?
        var microphone: MicrophoneState = .live
        var camera: VideoChoice = .off
        var isHeld = false
        var isMediaRunning = false
        var isMicrophoneOpen = false
        var video: [VideoTrack: VideoChoice] = [:]
        var reports: [KeepAliveReport] = []
    }

    /// The platform's service.
    enum Port: Equatable {
        case stopped
        case starting(MonotonicInstant)
        case running(MonotonicInstant)
        case updating(MonotonicInstant, since: MonotonicInstant)
        case stopping(MonotonicInstant)
    }

    let profile: PlatformProfile
    let options: KeepAliveOptions
    let seed: UInt64
    var engine: ClientEngine
    var now: MonotonicInstant = .zero
    var random: SeededRandom
    var calls: [CallHandle: Call] = [:]
    var problems: [String] = []
    /// What the platform will say, and when.
    var answers: [(at: MonotonicInstant, fact: PlatformFact)] = []
    var port = Port.stopped
    var notification: OngoingNotification?
    var launches: [RequestID: Int] = [:]
    var nextCall: UInt32 = 1
    var nextRequest: UInt64 = 1
    // What the platform said last.
    var appState: AppState = .foreground
    var permissions = PlatformFact.Permissions()
    var isInSystemCall = false
    var isAudioOurs = false
    var isDucked = false
    // What the engine holds.
    var isAwake = false
    var hasTask = false
    var hasSession = false
    var picture: CallHandle?
    var isCapturingScreen = false

    init(seed: UInt64, profile: PlatformProfile) {
        var random = SeededRandom(seed: seed &* 31 &+ 7)
        self.profile = profile
        self.seed = seed
        self.options = KeepAliveOptions(
            start: Int.random(in: 0..<4, using: &random) == 0 ? .manual : .automatic,
            connection: Int.random(in: 0..<4, using: &random) == 0 ? .released : .kept,
            audio: Bool.random(using: &random) ? .muted : .unchanged,
            video: [.never, .whenRequired, .always][Int.random(in: 0..<3, using: &random)],
            audioFocus: [.ignore, .duck, .mute, .hold][Int.random(in: 0..<4, using: &random)]
        )
        self.random = random
        self.engine = ClientEngine(
            configuration: .init(
                seed: seed,
                wallOriginMilliseconds: EngineHarness.wall,
                keepAlive: self.options,
                profile: profile
            )
        )
    }

    mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self.random) }

    var live: [CallHandle] {
        self.calls.filter { $0.value.endedAt == nil }.keys.sorted()
    }

    // MARK: Driving

    mutating func send(_ event: ClientEvent) {
        if case .platform(let fact) = event { self.said(fact) }
        if case .appStateChanged(let state) = event { self.appState = state }
        var queue = [event]
        while !queue.isEmpty {
            var effects: [ClientEffect] = []
            self.engine.handle(queue.removeFirst(), at: self.now, effects: &effects)
            for effect in effects { queue += self.perform(effect) }
        }
        self.check()
    }

    mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        for step in 0... {
            let due = [self.engine.nextDeadline, self.answers.map(\.at).min()].compactMap { $0 }
            guard let next = due.min(), next <= end else { break }
            self.now = max(self.now, next)
            if let index = self.answers.firstIndex(where: { $0.at <= self.now }) {
                self.send(.platform(self.answers.remove(at: index).fact))
            } else {
                self.send(.deadlineReached)
            }
            guard step < 2_000 else { return self.fail("deadlines are stuck") }
        }
        self.now = end
        self.check()
    }

    mutating func fail(_ text: String) {
        guard self.problems.count < 5 else { return }
        self.problems.append("seed \(self.seed), at \(self.now.offset): \(text)")
    }

    // MARK: What happens

    mutating func happen() {
        let call = self.live.isEmpty ? CallHandle(0) : self.live[self.pick(0..<self.live.count)]
        // Every other history is one of short calls.
        if self.seed.isMultiple(of: 2), self.pick(0..<5) < 3 {
            return self.pick(0..<2) == 0 ? self.join() : self.send(.leave(call))
        }
        switch self.pick(0..<27) {
        case 0, 1, 2: self.join()
        case 3: self.send(.leave(call))
        case 4, 5:
            let microphone: MicrophoneState = self.pick(0..<2) == 0 ? .live : .muted
            self.calls[call]?.microphone = microphone
            self.send(.setMicrophone(call, microphone))
        case 6, 7:
            let choices: [VideoChoice] = [.live(.camera), .off, .paused]
            let choice = choices[self.pick(0..<3)]
            if choice != .paused || self.calls[call]?.camera != .off {
                self.calls[call]?.camera = choice
            }
            self.send(.setVideo(call, .camera, choice))
        case 8, 9, 10, 11:
            let states: [AppState] = [
                .foreground, .foreground, .background, .background, .suspending,
            ]
            self.send(.appStateChanged(states[self.pick(0..<states.count)]))
        case 12: self.grant()
        case 13: self.send(.platform(.lockChanged(isLocked: self.pick(0..<2) == 0)))
        case 14:
            let isHeld = self.pick(0..<2) == 0
            self.calls[call]?.isHeld = isHeld
            self.send(.setHold(call, isHeld: isHeld))
        case 15: self.send(.platform(.systemCall(self.pick(0..<2) == 0 ? .began : .ended)))
        case 16:
            let facts: [PlatformFact.AudioFact] = [
                .interrupted(canDuck: true), .interrupted(canDuck: false),
                .interruptionEnded(shouldResume: true), .interruptionEnded(shouldResume: false),
                .deactivated, .outputs([.earpiece, .speaker], current: .speaker),
            ]
            self.send(.platform(.audio(facts[self.pick(0..<facts.count)])))
        case 17:
            let facts: [PlatformFact.MicrophoneFact] = [.silenced(.system), .heard, .zeros, .sound]
            self.send(.platform(.microphone(facts[self.pick(0..<facts.count)])))
        case 18:
            guard case .running = self.port else { return }
            self.port = .stopped
            self.notification = nil
            let reasons: [PlatformFact.ServiceFact.StopReason] = [.user, .system, .timeLimit]
            self.send(.platform(.service(.stopped(reasons[self.pick(0..<3)]))))
        case 19: self.launch()
        case 20: self.send(.abortService)
        case 21: self.tap(call)
        case 22: self.send(.setVideo(call, .screen, self.pick(0..<2) == 0 ? .live(.camera) : .off))
        case 23: self.send(.platform(.screenShare(.captureStopped)))
        case 24: self.send(.platform(.screenCovered(self.pick(0..<2) == 0)))
        case 25: self.send(.platform(.sleep(self.pick(0..<2) == 0 ? .announced : .over)))
        default: self.send(.clockGap(.seconds(20)))
        }
    }

    mutating func join() {
        guard self.live.count < 3 else { return }
        let call = CallHandle(self.nextCall)
        self.nextCall += 1
        self.calls[call] = Call()
        self.send(.join(call, EngineHarness.request(media: MediaSettings())))
    }

    mutating func grant() {
        let states: [PermissionState] = [.granted, .granted, .denied, .onlyThisTime]
        let permissions = PlatformFact.Permissions(
            microphone: states[self.pick(0..<4)],
            camera: states[self.pick(0..<4)],
            isRestrictedByUser: self.pick(0..<4) == 0
        )
        self.send(.platform(.permissions(permissions)))
    }

    mutating func launch() {
        let request = RequestID(self.nextRequest)
        self.nextRequest += 1
        self.launches[request] = 0
        self.send(.launchService(request))
    }

    /// Taps that change nothing which this world keeps account of.
    mutating func tap(_ call: CallHandle) {
        let actions: [NotificationAction] = [.show, .speaker, .hangUp, .init(rawValue: "own")]
        let action = actions[self.pick(0..<actions.count)]
        self.send(.platform(.tapped(action, call)))
        guard self.pick(0..<3) > 0 else { return }
        self.answer(.tapHandled(action, call, isReplaced: self.pick(0..<2) == 0))
    }

    // MARK: The invariants

    var mayPlay: Bool {
        self.isAudioOurs || self.isDucked || self.options.audioFocus == .ignore
    }

    mutating func check() {
        self.checkService()
        self.checkMedia()
        if case .running = self.port { self.checkNotification() }
        if self.profile.service == nil { self.checkNotification() }
        guard self.live.isEmpty else { return }
        // K8: after the last call nothing is held.
        if self.isAwake { self.fail("awake without a call") }
        if self.hasSession { self.fail("the audio session is kept without a call") }
        if self.picture != nil { self.fail("a picture without a call") }
        if self.isCapturingScreen { self.fail("the screen is captured without a call") }
        if self.hasTask, self.isLongOver { self.fail("a background task without a call") }
        if case .running(let since) = self.port, self.isLongOver,
            since.duration(to: self.now) > .seconds(3)
        {
            self.fail("a service without a call")
        }
    }

    var isLongOver: Bool {
        self.calls.values.allSatisfy {
            $0.endedAt.map { $0.duration(to: self.now) > .seconds(11) } ?? false
        }
    }

    /// K1: the service runs, or is on its way, or every call was told why not.
    mutating func checkService() {
        guard self.profile.service != nil else { return }
        for handle in self.live {
            guard let call = self.calls[handle], call.isJoined else { continue }
            let last = call.reports.last { $0.isSameKind(as: .service(.notNeeded)) }
            switch (self.port, last) {
            case (.running, _), (.updating, _): break
            case (.starting(let at), _), (.stopping(let at), _):
                if at.duration(to: self.now) > .seconds(31), last?.isRefusal != true {
                    self.fail("\(handle) waits for the service in vain")
                }
            case (.stopped, let last):
                if last?.isRefusal != true { self.fail("\(handle) has no service") }
            }
        }
    }

    /// K2, with the time that the floor of the service's life takes.
    mutating func checkNotification() {
        guard let notification, let endedAt = self.calls[notification.call]?.endedAt,
            endedAt.duration(to: self.now) > .seconds(5)
        else { return }
        if case .running(let since) = self.port, since.duration(to: self.now) <= .seconds(5) {
            return
        }
        self.fail("the notification is of \(notification.call), which is over")
    }

    /// K4 and K5.
    mutating func checkMedia() {
        let isHidden = self.appState != .foreground
        for handle in self.live {
            guard let call = self.calls[handle], call.isMediaRunning else { continue }
            let isFree = !call.isHeld && !self.isInSystemCall
            let isMuted = isHidden && self.options.audio == .muted
            let isAllowed =
                call.microphone == .live && isFree && !isMuted
                && self.permissions.microphone.isGranted
                && (!self.profile.hasAudioSession || self.mayPlay)
            if call.isMicrophoneOpen, !isAllowed { self.fail("\(handle) captures sound") }
            let isReady = !self.profile.hasAudioSession || self.isAudioOurs
            if !call.isMicrophoneOpen, isAllowed, isReady { self.fail("\(handle) is mute") }
            let isPaused =
                isHidden && (self.options.video == .always || self.profile.camera == .never)
            let mayShow = call.camera.isLive && isFree && self.permissions.camera.isGranted
            let isSeen = call.video[.camera]?.isLive == true
            if isSeen, !mayShow || isPaused { self.fail("\(handle) captures pictures") }
            if !isSeen, mayShow, !isHidden, !self.isFocusHeld { self.fail("\(handle) is not seen") }
        }
    }

    var isFocusHeld: Bool {
        self.options.audioFocus == .hold && self.profile.hasAudioSession && !self.isAudioOurs
    }

    /// At the end of a history.
    mutating func finish() {
        for call in self.live { self.send(.leave(call)) }
        for state in [AppState.foreground, .background, .foreground] {
            self.advance(by: .seconds(200))
            self.send(.appStateChanged(state))
        }
        self.advance(by: .seconds(200))
        for (request, count) in self.launches where count != 1 {
            self.fail("\(request) was answered \(count) times")
        }
        if case .running = self.port { self.fail("a service at the end") }
        if let deadline = self.engine.nextDeadline {
            self.fail("a deadline at the end: \(deadline)")
        }
    }
}
