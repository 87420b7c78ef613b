package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// An app on the SDK: the shipped engine decides, and what carries it out on Android does nothing else than
/// to translate. The manifest is the one that the SDK merges in.
package struct HoldfastOnAndroid: ComparedApp {
    package typealias Device = AndroidDevice

    package static let setUp = AndroidDevice.Manifest.call
    package static let returnsToCall = true

    private(set) var engine: EngineInApp
    private var service = AndroidServicePort.call
    private var screen = AndroidServicePort.screen
    private var granted: Set<PlatformPermission>
    private var isRestricted = false
    private var isCapturing = false

    package init(_ history: History, granted: Set<PlatformPermission>) {
        var api = 34
        if case .android(let historyAPI, _) = history.phone { api = historyAPI }
        self.engine = EngineInApp(profile: .android(api: api))
        self.granted = granted
    }

    package var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    package mutating func handle(
        _ event: AppEvent<AndroidDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AndroidDevice.AppCall>] {
        var actions: [AppAction<AndroidDevice.AppCall>] = []
        if case .device(let effect) = event {
            let calls = self.service.goOn(effect) + self.screen.goOn(effect)
            actions += calls.map { .call($0) }
            actions += Self.goOnShowing(effect).map { .call($0) }
        }
        for order in self.orders(for: event, at: now) { actions += self.carryOut(order) }
        return actions
    }

    private mutating func orders(
        for event: AppEvent<AndroidDevice.Effect>,
        at now: MonotonicInstant
    ) -> [EngineInApp.Order] {
        switch event {
        case .started: return self.tellPermissions(at: now)
        case .tappedJoin, .joined, .returnedToCall, .secondCallJoined, .firstCallEnded, .callEnded,
            .muted, .deadlineReached:
            return self.engine.follow(event, at: now)
        case .user(let action): return self.done(action, at: now)
        case .permissionsChanged(let granted):
            self.granted = granted
            return self.tellPermissions(at: now)
        case .device(let effect): return self.told(effect, at: now)
        // No screen of the app's has anything to do with it.
        case .callScreenDisposed, .settled: return []
        }
    }

    private mutating func done(
        _ action: UserAction,
        at now: MonotonicInstant
    ) -> [EngineInApp.Order] {
        switch action {
        case .unmuted: return self.engine.setMuted(false, at: now)
        case .turnedCamera(let isOn): return self.engine.setCamera(isOn, at: now)
        case .sharedScreen: return self.engine.shareScreen(at: now)
        case .answeredConsent(let isGiven):
            return self.engine.handle(.platform(.screenShare(.consent(isGiven: isGiven))), at: now)
        case .tapped(let action): return self.engine.tap(action, at: now)
        case .restricted(let isRestricted):
            self.isRestricted = isRestricted
            return self.tellPermissions(at: now)
        case .systemCall(let isOngoing):
            return self.engine.handle(.platform(.systemCall(isOngoing ? .began : .ended)), at: now)
        }
    }

    private mutating func tellPermissions(at now: MonotonicInstant) -> [EngineInApp.Order] {
        func state(_ permission: PlatformPermission) -> PermissionState {
            self.granted.contains(permission) ? .granted : .denied
        }
        let permissions = PlatformFact.Permissions(
            microphone: state(.microphone),
            camera: state(.camera),
            notifications: state(.notifications),
            bluetooth: state(.bluetooth),
            isRestrictedByUser: self.isRestricted
        )
        return self.engine.handle(.platform(.permissions(permissions)), at: now)
    }

    // MARK: From the device

    private mutating func told(
        _ effect: AndroidDevice.Effect,
        at now: MonotonicInstant
    ) -> [EngineInApp.Order] {
        if let answer = self.service.answer(effect, granted: self.granted) {
            return self.engine.handle(.platform(.service(answer)), at: now)
        }
        if let answer = self.screen.answer(effect, granted: self.granted) {
            return self.engine.handle(.platform(.screenShare(.service(answer))), at: now)
        }
        switch effect {
        case .visibilityChanged(let isVisible):
            return self.engine.handle(
                .appStateChanged(isVisible ? .foreground : .background),
                at: now
            )
        case .taskRemoved: return self.engine.handle(.platform(.taskRemoved), at: now)
        case .microphoneSilenced:
            return self.engine.handle(.platform(.microphone(.silenced(.system))), at: now)
        case .microphoneHeard: return self.engine.handle(.platform(.microphone(.heard)), at: now)
        case .cameraLost, .threw(.cameraDisabled): return self.engine.loseCamera(at: now)
        case .projectionStarted:
            return self.engine.handle(.platform(.screenShare(.captureStarted)), at: now)
        case .projectionStopped:
            return self.engine.handle(.platform(.screenShare(.captureStopped)), at: now)
        case .audioFocusGranted: return self.engine.handle(.platform(.audio(.activated)), at: now)
        case .audioFocusRefused: return self.engine.handle(.platform(.audio(.refused)), at: now)
        case .audioFocusLost(let isTransient):
            let fact = PlatformFact.AudioFact.interrupted(canDuck: isTransient)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .audioFocusReturned:
            let fact = PlatformFact.AudioFact.interruptionEnded(shouldResume: true)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .pictureInPictureChanged(let isActive):
            return self.engine.handle(.platform(.pictureInPicture(isActive: isActive)), at: now)
        case .socketsDestroyed: return self.engine.loseConnections(at: now)
        case .networkBlocked: return self.engine.loseNetwork(at: now)
        case .networkUnblocked: return self.engine.regainNetwork(at: now)
        case .thawed: return self.engine.handle(.clockGap(.seconds(4)), at: now)
        default: return []
        }
    }

    // MARK: To the device

    private mutating func carryOut(
        _ order: EngineInApp.Order
    ) -> [AppAction<AndroidDevice.AppCall>] {
        switch order {
        case .platform(let command): self.calls(for: command).map { .call($0) }
        case .media(let call, let command): self.calls(for: command, of: call).map { .call($0) }
        case .ended: []
        }
    }

    private mutating func calls(for command: PlatformCommand) -> [AndroidDevice.AppCall] {
        switch command {
        case .startService(let types, _), .updateService(let types, _):
            self.service.promote(types)
        case .stopService: self.service.stop()
        case .showNotification: [.notify(AndroidServicePort.notification)]
        case .removeNotification: [.cancel(AndroidServicePort.notification.id)]
        case .audio(.activate): [.setCommunicationMode(true), .requestAudioFocus]
        case .audio(.deactivate): [.abandonAudioFocus, .setCommunicationMode(false)]
        case .holdAwake: [.acquireWakeLock]
        case .releaseAwake: [.releaseWakeLock]
        case .pictureInPicture(.arm): [.setAutoEnterPictureInPicture(true)]
        case .pictureInPicture(.disarm), .pictureInPicture(.end):
            [.setAutoEnterPictureInPicture(false)]
        case .present: [.startActivity]
        case .screenShare(let command): self.calls(for: command)
        // None of the histories chooses an output; there are no background tasks, and the device sleeps
        // when it likes.
        case .audio(.setOutput), .beginBackgroundTask, .endBackgroundTask, .allowSleep: []
        }
    }

    private mutating func calls(
        for command: PlatformCommand.ScreenShareCommand
    ) -> [AndroidDevice.AppCall] {
        switch command {
        case .askConsent: [.askProjectionConsent]
        case .startService: self.screen.promote(.mediaProjection)
        case .startCapture: [.getMediaProjection]
        case .stopCapture: [.stopProjection]
        case .stopService: self.screen.stop()
        }
    }

    /// The steps between the consent's use and the first picture.
    private static func goOnShowing(_ effect: AndroidDevice.Effect) -> [AndroidDevice.AppCall] {
        effect == .projectionReady ? [.createVirtualDisplay(hasCallback: true)] : []
    }

    /// Devices that several calls share are open while one of them uses them.
    private mutating func calls(
        for command: MediaCommand,
        of call: CallHandle
    ) -> [AndroidDevice.AppCall] {
        switch command {
        case .start: [.startPlayback] + self.capture()
        case .setMicrophone: self.capture()
        case .setVideo(.camera, .live): [.openCamera]
        case .setVideo(.camera, .paused), .setVideo(.camera, .off): self.closeCamera()
        case .stop:
            self.capture() + self.closeCamera()
                + (self.engine.media.isEmpty ? [.stopPlayback] : [])
        case .setVideo(.screen, _), .connect, .disconnect, .receive, .restartICE, .setICEServers,
            .setInput, .setOutput, .setOutputGain:
            []
        }
    }

    /// Muted is silence on the wire; the capture goes on.
    private mutating func capture() -> [AndroidDevice.AppCall] {
        let isWanted =
            self.granted.contains(.microphone)
            && self.engine.media.values.contains(where: \.hasCaptured)
        guard isWanted != self.isCapturing else { return [] }
        self.isCapturing = isWanted
        return [isWanted ? .startCapture(.voiceCommunication) : .stopCapture]
    }

    private func closeCamera() -> [AndroidDevice.AppCall] {
        self.engine.media.values.contains(where: \.isCameraLive) ? [] : [.closeCamera]
    }
}
