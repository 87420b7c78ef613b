/// What a foreground service is for, as the system shows it and bounds it. Elsewhere than on Android
/// the types say what a call needs from the system.
public struct CallServiceTypes: OptionSet, Hashable, Sendable {
    /// One bit for each type.
    public let rawValue: UInt8

    /// Takes any bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A call. May be started by a push; gives neither microphone nor camera by itself.
    public static let phoneCall = CallServiceTypes(rawValue: 1 << 0)
    /// The microphone. Only while the app is in use.
    public static let microphone = CallServiceTypes(rawValue: 1 << 1)
    /// The camera. Only while the app is in use.
    public static let camera = CallServiceTypes(rawValue: 1 << 2)
    /// Sound is played.
    public static let mediaPlayback = CallServiceTypes(rawValue: 1 << 3)
    /// A headset or another device.
    public static let connectedDevice = CallServiceTypes(rawValue: 1 << 4)
    /// The screen is shown. Only after the user's consent, and in a service of its own.
    public static let mediaProjection = CallServiceTypes(rawValue: 1 << 5)

    /// What can be taken only while the app is in use.
    public static let whileInUse: CallServiceTypes = [.microphone, .camera]
}

extension CallServiceTypes: CustomStringConvertible {
    /// The types by name, for people.
    public var description: String {
        let all: [(CallServiceTypes, String)] = [
            (.phoneCall, "phoneCall"), (.microphone, "microphone"), (.camera, "camera"),
            (.mediaPlayback, "mediaPlayback"), (.connectedDevice, "connectedDevice"),
            (.mediaProjection, "mediaProjection"),
        ]
        let names = all.filter { self.contains($0.0) }.map(\.1)
        return names.isEmpty ? "none" : names.joined(separator: " + ")
    }
}

/// Why the service that keeps calls alive does not run.
public enum CallServiceRefusal: Hashable, Sendable {
    /// The app is in the background, where the system starts no such service. It is tried again when
    /// the app is next visible.
    case background
    /// The user has not granted these. It is tried again when that changes.
    case missingPermission(Set<PlatformPermission>)
    /// The app's manifest does not declare a type that would do; `holdfastctl doctor` says which.
    case missingType
    /// The user has restricted what the app may do in the background.
    case restrictedByUser
    /// The system's time for starting it, or for running it, has passed.
    case timedOut
    /// The user stopped it. It is tried again when the user opens the app.
    case stoppedByUser
    /// The system did not take the notification.
    case badNotification
    /// There is no call to keep alive.
    case noCall
    /// ``KeepAliveOptions/Start/manual``, and nobody has called `launch()`; or `abort()` was called.
    case switchedOff
    /// The system gave another reason, for people.
    case unavailable(String)
}

/// The answer to every attempt to start what keeps calls alive.
public enum CallServiceStatus: Hashable, Sendable {
    /// It runs, with these types. The types may be fewer than the call could use; they are completed
    /// when the app is next visible.
    case running(CallServiceTypes)
    /// This system needs none.
    case notNeeded
    /// It does not run, and why. A retry is armed for the next chance.
    case refused(CallServiceRefusal)
}

/// What a user can grant.
public enum PlatformPermission: Hashable, Sendable, CaseIterable {
    /// Capturing sound.
    case microphone
    /// Capturing pictures.
    case camera
    /// Showing notifications. Its absence never keeps a service from running.
    case notifications
    /// Using Bluetooth headsets.
    case bluetooth
}

/// How a permission stands.
public enum PermissionState: Hashable, Sendable {
    /// Nobody has asked the user.
    case undetermined
    /// Granted.
    case granted
    /// Granted until the app is left for long.
    case onlyThisTime
    /// Refused or withdrawn.
    case denied

    /// Whether it may be used now.
    public var isGranted: Bool {
        switch self {
        case .granted, .onlyThisTime: true
        case .undetermined, .denied: false
        }
    }
}
