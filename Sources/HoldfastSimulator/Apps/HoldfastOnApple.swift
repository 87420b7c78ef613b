package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// An app on the SDK: the shipped engine decides, and what carries it out on an iPhone translates. The audio
/// session is CallKit's: it is asked for by an outgoing call and is there with `didActivate`, in the
/// background too.
package struct HoldfastOnApple: ComparedApp {
    package typealias Device = AppleDevice

    package static let setUp = AppleDevice.InfoPlist()
    package static let returnsToCall = true

    private static let systemCall: AppleDevice.SystemCallID = 1

    private var engine: EngineInApp
    private let isVideo: Bool
    private var granted: Set<PlatformPermission>
    /// Names of background tasks are not used twice.
    private var lastTask = 0
    private var isTaskHeld = false

    package init(_ history: History, granted: Set<PlatformPermission>) {
        self.engine = EngineInApp(profile: .apple(hasPictureInPictureCamera: true))
        self.isVideo = history.hasVideo
        self.granted = granted
    }

    package var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    package mutating func handle(
        _ event: AppEvent<AppleDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AppleDevice.AppCall>] {
        var actions: [AppAction<AppleDevice.AppCall>] = []
        switch event {
        case .started: actions.append(.call(.process(.finishLaunching)))
        case .device(.perform(let action)): actions.append(.call(.call(.fulfil(action))))
        default: break
        }
        for order in self.orders(for: event, at: now) { actions += self.carryOut(order) }
        return actions
    }

    private mutating func orders(
        for event: AppEvent<AppleDevice.Effect>,
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
            return []
        case .lifeCycle(.didEnterBackground, _):
            return self.engine.handle(.appStateChanged(.background), at: now)
        case .lifeCycle(.willEnterForeground, _), .lifeCycle(.didBecomeActive, _):
            return self.engine.handle(.appStateChanged(.foreground), at: now)
        case .didActivate: return self.engine.handle(.platform(.audio(.activated)), at: now)
        case .didDeactivate: return self.engine.handle(.platform(.audio(.deactivated)), at: now)
        case .error(.audio): return self.engine.handle(.platform(.audio(.refused)), at: now)
        case .interruptionBegan:
            let fact = PlatformFact.AudioFact.interrupted(canDuck: false)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .interruptionEnded(let shouldResume):
            let fact = PlatformFact.AudioFact.interruptionEnded(shouldResume: shouldResume)
            return self.engine.handle(.platform(.audio(fact)), at: now)
        case .expirationHandler:
            return self.engine.handle(.platform(.backgroundTask(.expiring)), at: now)
        case .backgroundTaskRefused:
            return self.engine.handle(.platform(.backgroundTask(.refused)), at: now)
        case .cameraInterrupted:
            let end = VideoEnd(track: .camera, reason: .system, message: "")
            return self.engine.handle(.media(EngineInApp.first, .videoEnded(end)), at: now)
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
            return [
                .audio(.configure(.playAndRecord, isMixable: false)),
                .call(.requestOutgoing(Self.systemCall)),
            ]
        case .audio(.deactivate):
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
        case .setVideo(.camera, .live):
            [.picture(.setMultitaskingCamera(true)), .picture(.startCamera(.video))]
        case .setVideo(.camera, .paused), .setVideo(.camera, .off): [.picture(.stopCamera)]
        case .stop: [.picture(.stopCamera), .audio(.stop)]
        // Muted is silence on the wire; the input goes on, and keeps the app running.
        case .setMicrophone, .setVideo(.screen, _), .connect, .disconnect, .receive, .restartICE,
            .setICEServers, .setInput, .setOutput, .setOutputGain:
            []
        }
    }
}
