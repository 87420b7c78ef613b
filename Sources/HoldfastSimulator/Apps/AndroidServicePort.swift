import HoldfastCore
import HoldfastDeviceModel

/// The service of the SDK on Android: carries out a promotion or a stop, and says what came of it.
///
/// A start is two steps: `startForegroundService`, and in `onStartCommand`, before anything else,
/// `startForeground`. Whatever is decided meanwhile waits for it.
struct AndroidServicePort: Hashable, Sendable {
    static let name: AndroidDevice.ServiceName = "call"
    static let notification = AndroidDevice.Notification()

    private enum State: Hashable, Sendable {
        case off
        /// Asked for; `onStartCommand` has not run.
        case starting(CallServiceTypes)
        /// Running; a promotion may be under way.
        case created(asked: CallServiceTypes)
        case stopping
    }

    private var state = State.off

    mutating func promote(_ types: CallServiceTypes) -> [AndroidDevice.AppCall] {
        switch self.state {
        case .off, .stopping:
            self.state = .starting(types)
            return [.startForegroundService(Self.name)]
        case .starting:
            self.state = .starting(types)
            return []
        case .created:
            self.state = .created(asked: types)
            return [Self.call(types)]
        }
    }

    mutating func stop() -> [AndroidDevice.AppCall] {
        switch self.state {
        case .off, .starting, .stopping: return []
        case .created:
            self.state = .stopping
            return [.stopForeground(Self.name), .stopService(Self.name)]
        }
    }

    /// Calls that a step of the start needs.
    mutating func goOn(_ effect: AndroidDevice.Effect) -> [AndroidDevice.AppCall] {
        guard case .startCommand(Self.name, let hasIntent) = effect else { return [] }
        guard hasIntent, case .starting(let types) = self.state else {
            // Restarted without a call: there is nothing to keep alive.
            return [Self.call(.phoneCall), .stopForeground(Self.name), .stopService(Self.name)]
        }
        self.state = .created(asked: types)
        return [Self.call(types), .returnFromStartCommand(Self.name, .notSticky)]
    }

    /// What an effect says of the service; nil when it says nothing of it.
    mutating func answer(
        _ effect: AndroidDevice.Effect,
        granted: Set<PlatformPermission>
    ) -> PlatformFact.ServiceFact? {
        switch effect {
        case .promoted(Self.name, let types): return .running(CallServiceTypes(types))
        case .startIgnored(Self.name), .promotionIgnored(Self.name):
            return .refused(.restrictedByUser)
        case .serviceDestroyed(Self.name):
            defer { self.state = .off }
            return .stopped(self.state == .stopping ? .asked : .system)
        case .timedOut(Self.name): return .stopped(.timeLimit)
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
        case .off, .stopping: return nil
        case .starting:
            self.state = .off
            return .refused(.background)
        case .created(let types): asked = types
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

    private static func call(_ types: CallServiceTypes) -> AndroidDevice.AppCall {
        .startForeground(Self.name, AndroidDevice.ServiceTypes(types), Self.notification)
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
