package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// An app on the SDK: the shipped engine decides, and what carries it out on Android does nothing else than
/// to translate. The manifest is the one that the SDK merges in.
package struct HoldfastOnAndroid: ComparedApp {
    package typealias Device = AndroidDevice

    package static let setUp = AndroidDevice.Manifest.call
    package static let returnsToCall = true

    private var engine: EngineInApp
    private var service = AndroidServicePort()
    private let isVideo: Bool
    private var granted: Set<PlatformPermission>

    package init(_ history: History, granted: Set<PlatformPermission>) {
        var api = 34
        if case .android(let historyAPI, _) = history.phone { api = historyAPI }
        self.engine = EngineInApp(profile: .android(api: api))
        self.isVideo = history.hasVideo
        self.granted = granted
    }

    package var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    package mutating func handle(
        _ event: AppEvent<AndroidDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AndroidDevice.AppCall>] {
        var actions: [AppAction<AndroidDevice.AppCall>] = []
        if case .device(let effect) = event {
            actions += self.service.goOn(effect).map { .call($0) }
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
        case .tappedJoin(let isVideo):
            return self.engine.join(EngineInApp.first, isVideo: isVideo, at: now)
        case .joined: return self.engine.answer(at: now)
        case .returnedToCall:
            return self.engine.restore(EngineInApp.first, isVideo: self.isVideo, at: now)
        case .secondCallJoined:
            return self.engine.join(EngineInApp.second, isVideo: false, at: now)
        case .firstCallEnded: return self.engine.handle(.leave(EngineInApp.first), at: now)
        case .callEnded(.left):
            return [EngineInApp.first, EngineInApp.second].flatMap {
                self.engine.handle(.leave($0), at: now)
            }
        case .callEnded(.timedOut): return self.engine.timeOut(at: now)
        case .muted:
            return self.engine.handle(.setMicrophone(EngineInApp.first, .muted), at: now)
        case .permissionsChanged(let granted):
            self.granted = granted
            return self.tellPermissions(at: now)
        case .device(let effect): return self.told(effect, at: now)
        case .deadlineReached: return self.engine.handle(.deadlineReached, at: now)
        // No screen of the app's has anything to do with it.
        case .callScreenDisposed: return []
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
            bluetooth: state(.bluetooth)
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
        case .cameraLost:
            let end = VideoEnd(track: .camera, reason: .system, message: "")
            return self.engine.handle(.media(EngineInApp.first, .videoEnded(end)), at: now)
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
        case .socketsDestroyed, .networkBlocked: return self.engine.loseConnections(at: now)
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
        case .media(_, let command): self.calls(for: command).map { .call($0) }
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
        // None of the histories shows the screen or chooses an output; there are no background tasks, and
        // the device sleeps when it likes.
        case .audio(.setOutput), .screenShare, .beginBackgroundTask, .endBackgroundTask,
            .allowSleep:
            []
        }
    }

    private func calls(for command: MediaCommand) -> [AndroidDevice.AppCall] {
        switch command {
        case .start(let settings):
            [.startPlayback]
                + (settings.microphone == .live && self.granted.contains(.microphone)
                    ? [.startCapture(.voiceCommunication)] : [])
        case .setMicrophone(.live):
            self.granted.contains(.microphone) ? [.startCapture(.voiceCommunication)] : []
        case .setVideo(.camera, .live): [.openCamera]
        case .setVideo(.camera, .paused), .setVideo(.camera, .off): [.closeCamera]
        case .stop: [.stopCapture, .stopPlayback, .closeCamera]
        // Muted is silence on the wire; the capture goes on.
        case .setMicrophone(.muted), .setVideo(.screen, _), .connect, .disconnect, .receive,
            .restartICE, .setICEServers, .setInput, .setOutput, .setOutputGain:
            []
        }
    }
}
