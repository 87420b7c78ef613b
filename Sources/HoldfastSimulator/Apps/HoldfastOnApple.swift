package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// An app on the SDK: the shipped engine decides, and what carries it out on an iPhone translates. The audio
/// session is CallKit's: it is asked for by an outgoing call and is there with `didActivate`, in the
/// background too. While that call is shown the session is asked for by itself, after an interruption.
package struct HoldfastOnApple: ComparedApp {
    package typealias Device = AppleDevice

    package static let setUp = AppleDevice.InfoPlist()
    package static let returnsToCall = true

    static let systemCall: AppleDevice.SystemCallID = 1

    private(set) var engine: EngineInApp
    /// Whether the system shows a call of ours.
    private var isCallShown = false
    /// Whether the session was asked for without CallKit, and nobody has said no yet.
    private var isActivating = false
    private var granted: Set<PlatformPermission>
    /// Names of background tasks are not used twice.
    private var lastTask = 0
    private var isTaskHeld = false

    package init(_ history: History, granted: Set<PlatformPermission>) {
        self.engine = EngineInApp(profile: .apple(hasPictureInPictureCamera: true))
        self.granted = granted
    }

    package var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    package mutating func handle(
        _ event: AppEvent<AppleDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AppleDevice.AppCall>] {
        var actions: [AppAction<AppleDevice.AppCall>] = []
        switch event {
        case .started:
            actions.append(.call(.process(.finishLaunching)))
            // Of a process that died.
            actions.append(.call(.call(.reportEnded(Self.systemCall))))
        case .device(.perform(let action)): actions.append(.call(.call(.fulfil(action))))
        case .device(.callRemoved), .device(.providerDidReset): self.isCallShown = false
        default: break
        }
        for order in self.orders(for: event, at: now) { actions += self.carryOut(order) }
        return actions + self.restartSound(after: event)
    }

    /// What an interruption stopped runs again with the session.
    private mutating func restartSound(
        after event: AppEvent<AppleDevice.Effect>
    ) -> [AppAction<AppleDevice.AppCall>] {
        switch event {
        case .device(.didActivate): break
        case .settled where self.isActivating: self.isActivating = false
        default: return []
        }
        return self.engine.media.isEmpty ? [] : [.call(.audio(.start))]
    }

    private mutating func orders(
        for event: AppEvent<AppleDevice.Effect>,
        at now: MonotonicInstant
    ) -> [EngineInApp.Order] {
        switch event {
        case .started: return self.tellPermissions(at: now)
        case .tappedJoin, .joined, .returnedToCall, .secondCallJoined, .firstCallEnded, .callEnded,
            .muted, .deadlineReached:
            return self.engine.follow(event, at: now)
        case .user(let action): return self.done(action, at: now)
        case .settled:
            return self.isActivating
                ? self.engine.handle(.platform(.audio(.activated)), at: now) : []
        case .permissionsChanged(let granted):
            self.granted = granted
            return self.tellPermissions(at: now)
        case .device(let effect): return self.told(effect, at: now)
        // No screen of the app's has anything to do with it.
        case .callScreenDisposed: return []
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
        case .systemCall(let isOngoing):
            return self.engine.handle(.platform(.systemCall(isOngoing ? .began : .ended)), at: now)
        // There is no notification of ours and no such restriction, and the system asks by itself.
        case .answeredConsent, .tapped, .restricted: return []
        }
    }

    private mutating func tellPermissions(at now: MonotonicInstant) -> [EngineInApp.Order] {
        let permissions = PlatformFact.Permissions(
            microphone: self.granted.contains(.microphone) ? .granted : .denied,
            camera: self.granted.contains(.camera) ? .granted : .denied
        )
        return self.engine.handle(.platform(.permissions(permissions)), at: now)
    }

    // MARK: From the device

    private mutating func told(
        _ effect: AppleDevice.Effect,
        at now: MonotonicInstant
    ) -> [EngineInApp.Order] {
        switch effect {
        case .lifeCycle(.willResignActive, _):
            // The screen may be covered for a moment only; leaving it comes with didEnterBackground.
            return self.engine.handle(.platform(.screenCovered(true)), at: now)
        case .lifeCycle(.didEnterBackground, _):
            return self.engine.handle(.appStateChanged(.background), at: now)
        case .lifeCycle(.willEnterForeground, _):
            return self.engine.handle(.appStateChanged(.foreground), at: now)
                + self.engine.handle(.platform(.screenCovered(true)), at: now)
        case .lifeCycle(.didBecomeActive, _):
            return self.engine.handle(.platform(.screenCovered(false)), at: now)
        case .didActivate: return self.engine.handle(.platform(.audio(.activated)), at: now)
        case .didDeactivate: return self.engine.handle(.platform(.audio(.deactivated)), at: now)
        case .error(.audio):
            self.isActivating = false
            return self.engine.handle(.platform(.audio(.refused)), at: now)
        case .interruptionBegan(wasSuspended: true):
            return self.engine.handle(.platform(.audio(.deactivated)), at: now)
        case .interruptionBegan(wasSuspended: false):
            let fact = PlatformFact.AudioFact.interrupted(canDuck: false)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .interruptionEnded(let shouldResume):
            let fact = PlatformFact.AudioFact.interruptionEnded(shouldResume: shouldResume)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .expirationHandler:
            return self.engine.handle(.platform(.backgroundTask(.expiring)), at: now)
        case .backgroundTaskRefused:
            return self.engine.handle(.platform(.backgroundTask(.refused)), at: now)
        case .cameraInterrupted: return self.engine.loseCamera(at: now)
        case .pictureInPictureChanged(let isActive):
            return self.engine.handle(.platform(.pictureInPicture(isActive: isActive)), at: now)
        case .resumed: return self.engine.handle(.clockGap(.seconds(4)), at: now)
        case .socketsReclaimed: return self.engine.loseConnections(at: now)
        default: return []
        }
    }

    // MARK: To the device

    private mutating func carryOut(
        _ order: EngineInApp.Order
    ) -> [AppAction<AppleDevice.AppCall>] {
        switch order {
        case .platform(let command): self.calls(for: command).map { .call($0) }
        case .media(_, let command): self.calls(for: command).map { .call($0) }
        case .ended: []
        }
    }

    private mutating func calls(for command: PlatformCommand) -> [AppleDevice.AppCall] {
        switch command {
        case .audio(.activate):
            let configure = AppleDevice.AppCall.audio(.configure(.playAndRecord, isMixable: false))
            self.isActivating = self.isCallShown
            guard !self.isCallShown else { return [configure, .audio(.activate)] }
            self.isCallShown = true
            return [configure, .call(.requestOutgoing(Self.systemCall))]
        case .audio(.deactivate):
            self.isCallShown = false
            self.isActivating = false
            return [.audio(.stop), .call(.reportEnded(Self.systemCall)), .audio(.deactivate)]
        case .beginBackgroundTask:
            guard !self.isTaskHeld else { return [] }
            self.isTaskHeld = true
            self.lastTask += 1
            return [.process(.beginBackgroundTask(AppleDevice.BackgroundTaskID(self.lastTask)))]
        case .endBackgroundTask:
            guard self.isTaskHeld else { return [] }
            self.isTaskHeld = false
            return [.process(.endBackgroundTask(AppleDevice.BackgroundTaskID(self.lastTask)))]
        case .pictureInPicture(.arm):
            return [.picture(.setMultitaskingCamera(true)), .picture(.arm)]
        case .pictureInPicture(.disarm): return [.picture(.release)]
        case .pictureInPicture(.end): return [.picture(.stop), .picture(.release)]
        // There is no service and no notification of ours; the rest is in none of the histories.
        case .startService, .updateService, .stopService, .showNotification, .removeNotification,
            .audio(.setOutput), .screenShare, .holdAwake, .releaseAwake, .allowSleep, .present:
            return []
        }
    }

    private func calls(for command: MediaCommand) -> [AppleDevice.AppCall] {
        switch command {
        case .start: [.audio(.start)]
        case .setVideo(.screen, .live): [.picture(.startScreenCapture)]
        case .setVideo(.screen, .paused), .setVideo(.screen, .off): [.picture(.stopScreenCapture)]
        case .setVideo(.camera, .live):
            [.picture(.setMultitaskingCamera(true)), .picture(.startCamera(.video))]
        case .setVideo(.camera, .paused), .setVideo(.camera, .off): self.closeCamera()
        case .stop:
            self.closeCamera() + (self.engine.media.isEmpty ? [.audio(.stop)] : [])
        // Muted is silence on the wire; the input goes on, and keeps the app running.
        case .setMicrophone, .connect, .disconnect, .receive, .restartICE,
            .setICEServers, .setInput, .setOutput, .setOutputGain:
            []
        }
    }

    /// Two calls share one camera.
    private func closeCamera() -> [AppleDevice.AppCall] {
        self.engine.media.values.contains(where: \.isCameraLive) ? [] : [.picture(.stopCamera)]
    }
}
