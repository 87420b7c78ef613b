import HoldfastRules

extension AppleDevice {
    /// The app's capture session, and what others do with the camera.
    struct Camera: Hashable, Sendable {
        enum State: Hashable, Sendable {
            case off
            case running(Capture)
            /// It stands still, and goes on by itself when the reason is gone.
            case interrupted(Capture, CameraInterruption, Rule.ID)
        }

        var state = State.off
        /// Whether the app asked for it to be used beside other apps; takes effect at the next start.
        var isMultitaskingEnabled = false
        /// Whether it was enabled when the capture started.
        var isMultitasking = false
        var isInUseByOther = false
        var isUnderPressure = false
        var isSplitView = false

        var isOn: Bool { self.state != .off }

        /// No code takes its pictures; the app is not told.
        mutating func suspend() {
            guard case .running(let capture) = self.state else { return }
            self.state = .interrupted(capture, .videoDeviceNotAvailableInBackground, "I-CAM-01")
        }

        /// The process is gone; what others do goes on.
        mutating func end() {
            self.state = .off
            self.isMultitaskingEnabled = false
            self.isMultitasking = false
        }
    }

    /// The picture that floats above other apps.
    enum PictureInPicture: Hashable, Sendable {
        /// Not set up.
        case none
        /// Set up; starts when the app is left.
        case armed
        case floating
        /// At the edge, its picture hidden.
        case stashed
    }

    package var cameraAccess: CallConditions.Access {
        switch self.camera.state {
        case .off: .unused
        case .running: self.permissions[.camera] == .granted ? .open : .closed("I-PRIV-02")
        case .interrupted(_, _, let rule): .closed(rule)
        }
    }

    mutating func apply(_ event: PictureEvent) {
        switch event {
        case .splitViewEntered: self.camera.isSplitView = true
        case .splitViewLeft: self.camera.isSplitView = false
        case .stashed:
            if self.picture == .floating { self.picture = .stashed }
        case .unstashed:
            if self.picture == .stashed { self.picture = .floating }
        case .closed: self.endFloating(nil)
        case .otherAppTookCamera: self.camera.isInUseByOther = true
        case .otherAppReleasedCamera: self.camera.isInUseByOther = false
        case .systemPressureRose: self.camera.isUnderPressure = true
        case .systemPressureFell: self.camera.isUnderPressure = false
        }
    }

    mutating func apply(_ request: PictureRequest) {
        switch request {
        case .startCamera(let capture): self.startCamera(capture)
        case .stopCamera: self.camera.state = .off
        case .setMultitaskingCamera(let isEnabled):
            if isEnabled, !self.traits.contains(.multitaskingCamera) {
                self.tell(.error(.multitaskingCameraUnsupported), "I-CAM-04")
            } else {
                self.camera.isMultitaskingEnabled = isEnabled
            }
        case .arm: self.armPicture()
        case .start:
            guard self.picture == .armed, self.stage == .foreground else { return }
            self.picture = .floating
            self.tell(.pictureInPictureChanged(isActive: true), "I-PIP-01")
        case .stop: self.endFloating(nil)
        case .release:
            self.endFloating(nil)
            self.picture = .none
        case .startScreenCapture: self.isScreenCaptured = self.stage == .foreground
        case .stopScreenCapture: self.isScreenCaptured = false
        }
    }

    private mutating func startCamera(_ capture: Capture) {
        guard self.configuration.info.usageDescriptions.contains(.camera) else {
            self.kill(.crash, "I-PRIV-01")
            return
        }
        guard !self.camera.isOn else { return }
        let isFloating = self.picture == .floating && self.camera.isMultitaskingEnabled
        if self.stage == .background, !isFloating {
            self.tell(.error(.cameraNotAvailableInBackground), "I-CAM-02")
            return
        }
        self.camera.isMultitasking = self.camera.isMultitaskingEnabled
        self.camera.state = .running(capture)
    }

    private mutating func armPicture() {
        guard self.configuration.hardware.contains(.pictureInPicture) else {
            self.tell(.error(.pictureInPictureUnavailable), "I-PIP-02")
            return
        }
        guard self.configuration.info.backgroundModes.contains(.audio) else {
            self.tell(.error(.pictureInPictureUnavailable), "I-PIP-03")
            return
        }
        if self.picture == .none { self.picture = .armed }
    }

    /// The picture stops floating; it is still set up.
    mutating func endFloating(_ rule: Rule.ID?) {
        switch self.picture {
        case .floating, .stashed:
            self.picture = .armed
            self.tell(.pictureInPictureChanged(isActive: false), rule)
        case .none, .armed: break
        }
    }

    /// Tells when the capture stops and when it goes on.
    mutating func settleCamera() {
        switch self.camera.state {
        case .off: break
        case .running(let capture):
            guard let (reason, rule) = self.cameraObstacle(capture) else { return }
            self.camera.state = .interrupted(capture, reason, rule)
            self.tell(.cameraInterrupted(reason), rule)
        case .interrupted(let capture, let was, let wasRule):
            // A suspended app hears nothing, and finds its capture as it left it.
            guard self.runsCode else { return }
            guard let (reason, rule) = self.cameraObstacle(capture) else {
                self.camera.state = .running(capture)
                self.tell(.cameraInterruptionEnded, wasRule)
                return
            }
            guard reason != was || rule != wasRule else { return }
            self.camera.state = .interrupted(capture, reason, rule)
            if reason != was { self.tell(.cameraInterrupted(reason), rule) }
        }
    }

    private func cameraObstacle(_ capture: Capture) -> (CameraInterruption, Rule.ID)? {
        if self.stage != .foreground {
            switch self.picture {
            case .floating where self.camera.isMultitasking: break
            case .stashed: return (.videoDeviceNotAvailableInBackground, "I-CAM-06")
            case .none, .armed, .floating:
                return (.videoDeviceNotAvailableInBackground, "I-CAM-01")
            }
        }
        if self.camera.isInUseByOther { return (.videoDeviceInUseByAnotherClient, "I-CAM-07") }
        if self.camera.isUnderPressure {
            return (.videoDeviceNotAvailableDueToSystemPressure, "I-CAM-08")
        }
        if self.camera.isSplitView, self.stage == .foreground, !self.camera.isMultitasking {
            return (.videoDeviceNotAvailableWithMultipleForegroundApps, "I-CAM-04")
        }
        if capture == .videoAndAudio, self.audio.state == .interrupted {
            return (.audioDeviceInUseByAnotherClient, "I-CAM-09")
        }
        return nil
    }
}
