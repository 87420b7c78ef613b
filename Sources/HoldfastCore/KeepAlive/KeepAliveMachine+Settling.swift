import HoldfastWire

/// Brings everything in line with what is known.
extension KeepAliveMachine {
    mutating func settle(at now: MonotonicInstant, _ effects: inout [Effect]) {
        for case .build(let call) in self.notification.track(self.calls, at: now) {
            effects.append(.buildContent(call))
        }
        self.tellService(.changed, at: now, &effects)
        self.tellAudio(.changed, &effects)
        let live = self.calls.map(\.handle)
        self.perform(self.picture.changed(candidate: self.pictureCandidate, live: live), &effects)
        self.refreshNotification(at: now, &effects)
        self.holdAwake(&effects)
        // The service's types and the floating picture decide about the camera.
        let conditions = self.wantedConditions
        if conditions != self.conditions {
            self.conditions = conditions
            effects.append(.setConditions(conditions))
        }
        self.tellBackground(.changed, at: now, &effects)
        self.reportStatus(&effects)
        self.reportOutputs(&effects)
        self.answerLaunches(&effects)
    }

    // MARK: The service

    mutating func tellService(
        _ event: ServiceMachine.Event,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard let profile = self.profile.service else { return }
        let given = ServiceMachine.Given(
            wish: self.serviceWish(profile),
            isVisible: self.isVisible,
            profile: profile
        )
        for effect in self.service.handle(event, given: given, at: now) {
            self.perform(effect, at: now, &effects)
        }
    }

    private func serviceWish(_ profile: PlatformProfile.Service) -> ServiceMachine.Wish {
        guard self.isSwitchedOn, !self.calls.isEmpty else { return .nothing }
        let needs = ServiceNeeds(
            needsMicrophone: self.calls.contains(where: \.needsMicrophone),
            needsCamera: self.calls.contains(where: \.wantsCamera),
            isMicrophoneGranted: self.permissions.microphone.isGranted,
            isCameraGranted: self.permissions.camera.isGranted,
            declared: profile.declared,
            held: self.service.types,
            isVisible: self.isVisible,
            isWhileInUseBound: profile.isWhileInUseBound
        )
        return needs.wish
    }

    private mutating func perform(
        _ effect: ServiceMachine.Effect,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        // A call that has just begun is not known to the notification yet.
        for case .build(let call) in self.notification.track(self.calls, at: now) {
            effects.append(.buildContent(call))
        }
        switch effect {
        case .start(let types):
            guard let notification = self.notification.wanted else { return }
            self.notification.given(notification, at: now)
            effects.append(.platform(.startService(types, notification)))
        case .update(let types):
            guard let notification = self.notification.wanted else { return }
            self.notification.given(notification, at: now)
            effects.append(.platform(.updateService(types, notification)))
        case .stop:
            effects.append(.platform(.stopService))
        }
    }

    /// As the app is to be told; nil while that is not known.
    private var status: CallServiceStatus? {
        guard self.isSwitchedOn else { return .refused(.switchedOff) }
        return self.service.status
    }

    private mutating func reportStatus(_ effects: inout [Effect]) {
        guard self.profile.service != nil, let status = self.status else { return }
        for call in self.calls where call.isActive && self.reportedStatus[call.handle] != status {
            self.reportedStatus[call.handle] = status
            effects.append(.report(call.handle, .service(status)))
        }
    }

    private mutating func reportOutputs(_ effects: inout [Effect]) {
        guard let outputs = self.outputs else { return }
        for call in self.calls where call.isActive && self.reportedOutputs[call.handle] != outputs {
            self.reportedOutputs[call.handle] = outputs
            let report = KeepAliveReport.outputs(outputs.all, current: outputs.current)
            effects.append(.report(call.handle, report))
        }
    }

    private mutating func answerLaunches(_ effects: inout [Effect]) {
        guard !self.launches.isEmpty else { return }
        let status = self.calls.isEmpty ? .refused(.noCall) : self.status
        guard let status else { return }
        for request in self.launches { effects.append(.answer(request, status)) }
        self.launches = []
    }

    // MARK: Notification, processor, picture

    private mutating func refreshNotification(
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        let carrier: NotificationMachine.Carrier =
            if !self.profile.hasNotification {
                .nobody
            } else if self.profile.service != nil {
                .service(isRunning: self.service.isRunning)
            } else {
                .itself
            }
        let changes = self.notification.refresh(
            carrier: carrier,
            isSpeaker: self.outputs?.current == .speaker,
            at: now
        )
        for change in changes {
            switch change {
            case .build(let call): effects.append(.buildContent(call))
            case .show(let notification):
                effects.append(.platform(.showNotification(notification)))
            case .remove: effects.append(.platform(.removeNotification(.call)))
            }
        }
    }

    private mutating func holdAwake(_ effects: inout [Effect]) {
        let isNeeded = self.profile.needsAwake && !self.calls.isEmpty
        guard isNeeded != self.isHoldingAwake else { return }
        self.isHoldingAwake = isNeeded
        effects.append(.platform(isNeeded ? .holdAwake : .releaseAwake))
    }

    /// The call whose picture floats when the app is left. Not while the screen is shown: the others
    /// would see it twice.
    private var pictureCandidate: CallHandle? {
        guard self.profile.hasPictureInPicture, self.options.pictureInPicture == .automatic,
            !self.calls.contains(where: \.isSharingScreen), self.screenShare.call == nil
        else { return nil }
        // The camera pauses as the app is left and goes on when its picture floats, which may be said
        // a moment later: what was armed stays so.
        let waiting = self.isVisible ? nil : self.picture.call
        return self.calls.first {
            $0.isActive && ($0.hasPicture || $0.wantsCamera && $0.handle == waiting)
        }?.handle
    }

    mutating func perform(_ changes: [FloatingPicture.Effect], _ effects: inout [Effect]) {
        for change in changes {
            switch change {
            case .command(let command): effects.append(.platform(.pictureInPicture(command)))
            case .report(let call, let isActive):
                effects.append(.report(call, .pictureInPicture(isActive: isActive)))
            }
        }
    }

    mutating func tellScreenShare(
        _ event: ScreenShareMachine.Event,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        for effect in self.screenShare.handle(event, at: now) {
            switch effect {
            case .askConsent(let call):
                effects.append(.platform(.screenShare(.askConsent(call))))
            case .startService(let call):
                let notification = self.notification.screenShare(of: call)
                effects.append(.platform(.screenShare(.startService(notification))))
            case .startCapture(let call):
                effects.append(.platform(.screenShare(.startCapture(call))))
            case .stopCapture: effects.append(.platform(.screenShare(.stopCapture)))
            case .stopService: effects.append(.platform(.screenShare(.stopService)))
            case .setVideo(let call, let choice): effects.append(.setScreen(call, choice))
            case .report(let call, let status):
                effects.append(.report(call, .screenShare(status)))
            }
        }
    }

    // MARK: Sound and connections

    mutating func tellAudio(_ event: AudioSessionMachine.Event, _ effects: inout [Effect]) {
        guard self.profile.hasAudioSession else { return }
        // While the system has a call a session is refused; its end is a chance.
        if event == .chance, self.isInSystemCall { return }
        let given = AudioSessionMachine.Given(
            hasCall: self.calls.contains(where: \.hasSound),
            isVisible: self.isVisible
        )
        for effect in self.audio.handle(event, given: given) {
            switch effect {
            case .activate: effects.append(.platform(.audio(.activate)))
            case .deactivate: effects.append(.platform(.audio(.deactivate)))
            }
        }
    }

    mutating func tellBackground(
        _ event: BackgroundMachine.Event,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        let given = BackgroundMachine.Given(
            hasWork: self.hasWork,
            isKept: self.options.connection == .kept && self.isRunningOn,
            usesTask: self.profile.background == .needsAudio,
            grace: min(max(self.options.grace, .zero), KeepAliveLimits.graceMax)
        )
        for effect in self.background.handle(event, given: given, at: now) {
            switch effect {
            case .beginTask: effects.append(.platform(.beginBackgroundTask))
            case .endTask: effects.append(.platform(.endBackgroundTask))
            case .tell(let state): effects.append(.tell(state))
            case .allowSleep: effects.append(.platform(.allowSleep))
            }
        }
    }

    /// Whether something keeps the process running in the background.
    private var isRunningOn: Bool {
        switch self.profile.background {
        case .runs: true
        case .needsService: self.service.isRunning
        case .needsAudio: self.isSessionOurs && self.calls.contains(where: \.isPlaying)
        }
    }

    private var isSessionOurs: Bool {
        switch self.audio.state {
        case .active, .interrupted(canDuck: true): true
        case .off, .activating, .interrupted(canDuck: false), .lost: false
        }
    }

    // MARK: Media

    private var wantedConditions: MediaConditions {
        var conditions = MediaConditions()
        conditions.isVisible = self.isVisible
        conditions.isMicrophoneGranted = self.permissions.microphone.isGranted
        conditions.isMicrophoneMuted = !self.isVisible && self.options.audio == .muted
        conditions.isCameraAllowed =
            self.permissions.camera.isGranted && (self.isVisible || self.isCameraKept)
        conditions.reopensCamera = self.profile.background != .runs
        conditions.silence = self.watch.silence
        if self.isInSystemCall { conditions.hold = .systemCall }
        guard self.profile.hasAudioSession else { return conditions }
        switch (self.audio.state, self.options.audioFocus) {
        case (.active, _), (.interrupted, .ignore), (.interrupted(canDuck: true), _):
            conditions.isAudioReady = true
        case (.off, _), (.activating, _), (.lost, _), (.interrupted(canDuck: false), _):
            conditions.isAudioReady = false
        }
        switch (self.audio.state, self.options.audioFocus) {
        case (.interrupted(canDuck: true), .duck): conditions.gain = KeepAliveLimits.duckedGain
        case (.interrupted, .mute), (.interrupted(canDuck: false), .duck): conditions.gain = 0
        case (.interrupted, .hold):
            if !self.isInSystemCall { conditions.hold = .audioFocus }
        case (.interrupted, .ignore), (.off, _), (.activating, _), (.active, _), (.lost, _): break
        }
        return conditions
    }

    /// Whether the camera goes on although the app is off the screen.
    private var isCameraKept: Bool {
        switch (self.options.video, self.profile.camera) {
        case (.always, _), (_, .never): false
        // Whoever goes on without the picture is interrupted or ended, whatever the app wants.
        case (.never, .withPictureInPicture), (.whenRequired, .withPictureInPicture):
            self.picture.isActive
        case (.never, .always), (.never, .withService), (.whenRequired, .always): true
        case (.whenRequired, .withService): self.service.types.contains(.camera)
        }
    }
}
