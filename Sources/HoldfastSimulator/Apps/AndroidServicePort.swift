import HoldfastCore
import HoldfastDeviceModel

/// The service of the SDK on Android: carries out a promotion or a stop, and says what came of it.
///
/// A start is two steps: `startForegroundService`, and in `onStartCommand`, before anything else,
/// `startForeground`. Whatever is decided meanwhile waits for it.
struct AndroidServicePort: Hashable, Sendable {
    /// The notification of a call.
    static let notification = AndroidDevice.Notification()
    /// The service of calls.
    static let call = AndroidServicePort("call", Self.notification)
    /// The service that showing the screen needs.
    static let screen = AndroidServicePort(
        "screen",
        AndroidDevice.Notification(2, isOngoingCall: false)
    )

    private enum State: Hashable, Sendable {
        case off
        /// Asked for; `onStartCommand` has not run.
        case starting(CallServiceTypes)
        /// Running, with a promotion under way.
        case promoting(CallServiceTypes)
        /// Running.
        case created
        case stopping
    }

    let name: AndroidDevice.ServiceName
    private let notification: AndroidDevice.Notification
    private var state = State.off

    init(_ name: AndroidDevice.ServiceName, _ notification: AndroidDevice.Notification) {
        self.name = name
        self.notification = notification
    }

    mutating func promote(_ types: CallServiceTypes) -> [AndroidDevice.AppCall] {
        switch self.state {
        case .off, .stopping:
            self.state = .starting(types)
            return [.startForegroundService(self.name)]
        case .starting:
            self.state = .starting(types)
            return []
        case .created, .promoting:
            self.state = .promoting(types)
            return [self.call(types)]
        }
    }

    mutating func stop() -> [AndroidDevice.AppCall] {
        switch self.state {
        case .off, .starting, .stopping: return []
        case .created, .promoting:
            self.state = .stopping
            return [.stopForeground(self.name), .stopService(self.name)]
        }
    }

    /// Calls that a step of the start needs.
    mutating func goOn(_ effect: AndroidDevice.Effect) -> [AndroidDevice.AppCall] {
        guard case .startCommand(self.name, let hasIntent) = effect else { return [] }
        guard hasIntent, case .starting(let types) = self.state else {
            // Restarted without a call: there is nothing to keep alive.
            return [self.call(.phoneCall), .stopForeground(self.name), .stopService(self.name)]
        }
        self.state = .promoting(types)
        return [self.call(types), .returnFromStartCommand(self.name, .notSticky)]
    }

    /// What an effect says of the service; nil when it says nothing of it.
    mutating func answer(
        _ effect: AndroidDevice.Effect,
        granted: Set<PlatformPermission>
    ) -> PlatformFact.ServiceFact? {
        switch effect {
        case .promoted(self.name, let types):
            self.state = .created
            return .running(CallServiceTypes(types))
        case .startIgnored(self.name):
            self.state = .off
            return .refused(.restrictedByUser)
        case .promotionIgnored(self.name):
            self.state = .created
            return .refused(.restrictedByUser)
        case .serviceDestroyed(self.name):
            defer { self.state = .off }
            return .stopped(self.state == .stopping ? .asked : .system)
        case .timedOut(self.name): return .stopped(.timeLimit)
        case .threw(let exception): return self.refusal(exception, granted)
        default: return nil
        }
    }

    private mutating func refusal(
        _ exception: AndroidDevice.Exception,
        _ granted: Set<PlatformPermission>
    ) -> PlatformFact.ServiceFact? {
        let asked: CallServiceTypes
        switch self.state {
        case .off, .stopping, .created: return nil
        case .starting:
            self.state = .off
            return .refused(.background)
        case .promoting(let types):
            asked = types
            self.state = .created
        }
        switch exception {
        case .security:
            var missing: Set<PlatformPermission> = []
            if asked.contains(.microphone), !granted.contains(.microphone) {
                missing.insert(.microphone)
            }
            if asked.contains(.camera), !granted.contains(.camera) { missing.insert(.camera) }
            return .refused(missing.isEmpty ? .background : .missingPermission(missing))
        case .foregroundServiceStartNotAllowed, .backgroundServiceStartNotAllowed:
            return .refused(.background)
        case .missingForegroundServiceType, .invalidForegroundServiceType, .illegalArgument:
            return .refused(.missingType)
        case .startForegroundCalledOnStoppedService: return .refused(.unavailable("stopped"))
        // Of other calls.
        case .illegalState, .cameraDisabled: return nil
        }
    }

    private func call(_ types: CallServiceTypes) -> AndroidDevice.AppCall {
        .startForeground(self.name, AndroidDevice.ServiceTypes(types), self.notification)
    }
}

extension AndroidDevice.ServiceTypes {
    /// With the bits of the platform.
    init(_ types: CallServiceTypes) {
        self = []
        for (own, theirs) in Self.pairs where types.contains(own) { self.insert(theirs) }
    }

    fileprivate static let pairs: [(CallServiceTypes, AndroidDevice.ServiceTypes)] = [
        (.phoneCall, .phoneCall), (.microphone, .microphone), (.camera, .camera),
        (.mediaPlayback, .mediaPlayback), (.connectedDevice, .connectedDevice),
        (.mediaProjection, .mediaProjection),
    ]
}

extension CallServiceTypes {
    /// Of the bits of the platform.
    init(_ types: AndroidDevice.ServiceTypes) {
        self = []
        for (own, theirs) in AndroidDevice.ServiceTypes.pairs where types.contains(theirs) {
            self.insert(own)
        }
    }
}
