import HoldfastWire

/// What of the user's choice is in force in one call: microphone, camera and screen.
///
/// A capture runs only if the user wants it, the system allows it and nothing of the app's options
/// speaks against it. The user's choice itself is changed by the user alone: whatever held a track
/// back, afterwards it is as it was last chosen. The others are told `muted` of what the user chose
/// and `interrupted` of everything else.
struct MediaPolicyMachine: Hashable, Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The user's choice.
        case choseMicrophone(MicrophoneState)
        case choseVideo(VideoTrack, VideoChoice)
        /// The user tapped the button of the microphone, or of the camera, outside the app.
        case toggledMicrophone
        case toggledCamera
        /// The user holds the call, or lets it go on.
        case held(Bool)
        /// The world is different.
        case conditionsChanged(MediaConditions)
        /// The app was told that it joined; before, it is told nothing.
        case joined
        /// The media engine was started with ``MediaPolicyMachine/microphone``.
        case started
        /// The engine says that a picture ended by itself.
        case videoEnded(VideoTrack)
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Tell the media engine, if it runs.
        case command(MediaCommand)
        /// Tell the others what is sent now, if the call knows the track.
        case announce(VideoTrack?, TrackState)
        /// Tell the app.
        case report(KeepAliveReport)
    }

    /// One picture: what the user chose, and what became of it.
    private struct Picture: Hashable, Sendable {
        var machine: VideoMachine
        var choice: VideoChoice
        /// What the machine was last told to do.
        var inForce: VideoChoice
        /// As the others were last told.
        var announced: TrackState

        init(_ track: VideoTrack, _ choice: VideoChoice) {
            self.machine = VideoMachine(track: track, choice: choice)
            self.choice = choice
            self.inForce = choice
            self.announced = self.machine.trackState
        }

        /// As the others are to see it.
        var trackState: TrackState {
            switch self.choice {
            case .off: .absent
            case .paused: self.machine.state == .interrupted ? .interrupted : .muted
            case .live: self.inForce == self.choice ? self.machine.trackState : .interrupted
            }
        }
    }

    /// Why a picture is not sent although its user wants it.
    fileprivate enum Block: Hashable {
        /// It is kept open for a quick return.
        case paused
        /// The camera is let go: the system takes it in the background, and others may want it.
        case closed
    }

    /// What the user chose.
    private(set) var chosenMicrophone: MicrophoneState
    /// Whether the others know of a microphone.
    private var isMicrophonePresent: Bool
    /// Whether it is the system's microphone, which the user must grant.
    private let needsMicrophone: Bool
    private var camera: Picture
    private var screen: Picture
    /// The source to start the camera with when a notification's button says no more.
    private var cameraSource: VideoSource = .camera
    private(set) var isHeldByUser = false
    private var conditions = MediaConditions()
    /// What the engine was last told.
    private(set) var microphone: MicrophoneState
    private var announcedMicrophone: TrackState
    private var gain = 1.0
    private var isJoined = false
    private var toldHold: HoldReason?
    private var isSilenceTold = false
    /// What the app believes of choices that were made outside of it; nil until there was one.
    private var toldMicrophone: MicrophoneState?
    private var isCameraTold: Bool?

    /// Begins with what a call is joined with, in a world that allows everything.
    init(_ request: JoinRequest) {
        let track = request.options.media.microphone
        let chosen = request.media?.microphone ?? (track == .live ? .live : .muted)
        self.chosenMicrophone = chosen
        self.microphone = chosen
        self.isMicrophonePresent = track != .absent
        self.announcedMicrophone = track
        self.needsMicrophone = request.media?.source == .microphone
        self.camera = Picture(.camera, request.camera)
        self.screen = Picture(.screen, .off)
        if case .live(let source) = request.camera { self.cameraSource = source }
    }

    /// Whether the user wants the camera.
    var wantsCamera: Bool { if case .live = self.camera.choice { true } else { false } }

    /// Whether the camera is seen.
    var isCameraLive: Bool { self.camera.machine.trackState == .live }

    /// Whether the screen is shown, or would be if the call were not held.
    var wantsScreen: Bool { self.screen.choice != .off }

    /// Applies one event.
    mutating func handle(_ event: Event) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .choseMicrophone(let microphone):
            self.chosenMicrophone = microphone
            self.isMicrophonePresent = true
        case .choseVideo(let track, let choice):
            self.choose(track, choice, &effects)
        case .toggledMicrophone:
            self.toldMicrophone = self.toldMicrophone ?? self.chosenMicrophone
            self.chosenMicrophone = self.chosenMicrophone == .live ? .muted : .live
            self.isMicrophonePresent = true
        case .toggledCamera:
            self.isCameraTold = self.isCameraTold ?? self.wantsCamera
            let choice = self.wantsCamera ? VideoChoice.paused : .live(self.cameraSource)
            self.choose(.camera, choice, &effects)
        case .held(let isHeld):
            self.isHeldByUser = isHeld
        case .conditionsChanged(let conditions):
            let returned = !self.conditions.isVisible && conditions.isVisible
            self.conditions = conditions
            if returned, conditions.reopensCamera, self.camera.machine.state == .interrupted {
                // The system took it while the app was away; it is as it was chosen (F50).
                Self.tell(&self.camera, .camera, .chosen(self.camera.inForce), &effects)
            }
        case .joined:
            self.isJoined = true
        case .started:
            Self.tell(&self.camera, .camera, .started, &effects)
            Self.tell(&self.screen, .screen, .started, &effects)
            if self.gain != 1 { effects.append(.command(.setOutputGain(self.gain))) }
        case .videoEnded(let track):
            self.end(track, &effects)
        }
        self.settle(&effects)
        return effects
    }

    // MARK: The user's choice

    private mutating func choose(
        _ track: VideoTrack,
        _ choice: VideoChoice,
        _ effects: inout [Effect]
    ) {
        switch track {
        case .camera:
            if case .live(let source) = choice { self.cameraSource = source }
            Self.choose(&self.camera, track, choice, self.block(of: track), &effects)
        case .screen:
            Self.choose(&self.screen, track, choice, self.block(of: track), &effects)
        }
    }

    private static func choose(
        _ picture: inout Picture,
        _ track: VideoTrack,
        _ choice: VideoChoice,
        _ block: Block?,
        _ effects: inout [Effect]
    ) {
        // A pause opens nothing, so there is nothing to pause.
        guard choice != .paused || picture.choice != .off else { return }
        picture.choice = choice
        picture.inForce = choice.under(block)
        Self.tell(&picture, track, .chosen(picture.inForce), &effects)
    }

    private mutating func end(_ track: VideoTrack, _ effects: inout [Effect]) {
        switch track {
        case .camera:
            Self.tell(&self.camera, track, .ended, &effects)
        case .screen:
            // What was shown is closed and does not come back by itself.
            Self.tell(&self.screen, track, .ended, &effects)
            self.screen.choice = .off
            self.screen.inForce = .off
        }
    }

    // MARK: What is in force

    private var isHeld: Bool { self.isHeldByUser || self.conditions.hold != nil }

    private var mayCapture: Bool {
        !self.isHeld && self.conditions.isAudioReady && !self.conditions.isMicrophoneMuted
            && (self.conditions.isMicrophoneGranted || !self.needsMicrophone)
    }

    private func block(of track: VideoTrack) -> Block? {
        switch track {
        case .camera where !self.conditions.isCameraAllowed: .closed
        case .camera, .screen: self.isHeld ? .paused : nil
        }
    }

    private var microphoneState: TrackState {
        guard self.isMicrophonePresent else { return .absent }
        switch self.chosenMicrophone {
        case .muted: return .muted
        case .live:
            return self.mayCapture && self.conditions.silence == nil ? .live : .interrupted
        }
    }

    /// Tells everybody what is different.
    private mutating func settle(_ effects: inout [Effect]) {
        let microphone: MicrophoneState =
            self.chosenMicrophone == .live && self.mayCapture ? .live : .muted
        if microphone != self.microphone {
            self.microphone = microphone
            effects.append(.command(.setMicrophone(microphone)))
        }
        Self.settle(&self.camera, .camera, self.block(of: .camera), &effects)
        Self.settle(&self.screen, .screen, self.block(of: .screen), &effects)
        let gain = self.isHeld ? 0 : self.conditions.gain
        if gain != self.gain {
            self.gain = gain
            effects.append(.command(.setOutputGain(gain)))
        }
        if self.microphoneState != self.announcedMicrophone {
            self.announcedMicrophone = self.microphoneState
            effects.append(.announce(nil, self.microphoneState))
        }
        guard self.isJoined else { return }
        self.reportChoices(&effects)
        self.reportHold(&effects)
        self.reportSilence(&effects)
    }

    private static func settle(
        _ picture: inout Picture,
        _ track: VideoTrack,
        _ block: Block?,
        _ effects: inout [Effect]
    ) {
        let wanted = picture.choice.under(block)
        if wanted != picture.inForce {
            picture.inForce = wanted
            Self.tell(&picture, track, .chosen(wanted), &effects)
        }
        guard picture.trackState != picture.announced else { return }
        picture.announced = picture.trackState
        effects.append(.announce(track, picture.trackState))
    }

    /// What the picture's machine says to the others is said in ``settle(_:_:_:_:)``, which knows
    /// why it is so.
    private static func tell(
        _ picture: inout Picture,
        _ track: VideoTrack,
        _ event: VideoMachine.Event,
        _ effects: inout [Effect]
    ) {
        for case .command(let choice) in picture.machine.handle(event) {
            effects.append(.command(.setVideo(track, choice)))
        }
    }

    // MARK: What the app is told

    /// The app knows its own choices. Once one was made outside of it every change is told: a choice
    /// of the app's that crosses the report of a tap is the newer one, and must be the last it hears.
    private mutating func reportChoices(_ effects: inout [Effect]) {
        if let told = self.toldMicrophone, told != self.chosenMicrophone {
            self.toldMicrophone = self.chosenMicrophone
            effects.append(.report(.microphoneToggled(self.chosenMicrophone)))
        }
        if let wasOn = self.isCameraTold, wasOn != self.wantsCamera {
            self.isCameraTold = self.wantsCamera
            effects.append(.report(.cameraToggled(isOn: self.wantsCamera)))
        }
    }

    /// The user's own hold first: it outlasts the others.
    private mutating func reportHold(_ effects: inout [Effect]) {
        let reason = self.isHeldByUser ? .user : self.conditions.hold
        guard reason != self.toldHold else { return }
        self.toldHold = reason
        effects.append(.report(reason.map { .held($0) } ?? .resumed))
    }

    /// Once in a spell, and only when somebody expects to be heard.
    private mutating func reportSilence(_ effects: inout [Effect]) {
        switch (self.isSilenceTold, self.conditions.silence) {
        case (false, let reason?) where self.microphone == .live:
            self.isSilenceTold = true
            effects.append(.report(.microphoneSilenced(reason)))
        case (true, nil):
            self.isSilenceTold = false
            effects.append(.report(.microphoneHeard))
        case (false, _), (true, _?):
            break
        }
    }
}

extension VideoChoice {
    /// What is left of the choice.
    fileprivate func under(_ block: MediaPolicyMachine.Block?) -> VideoChoice {
        switch (self, block) {
        case (.live, .paused?): .paused
        case (.live, .closed?): .off
        case (.live, nil), (.paused, _), (.off, _): self
        }
    }
}
