package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// A model of a device, as far as comparing apps on it needs to know its kind.
package protocol ComparedDevice: Sendable {
    associatedtype Event: Hashable & Sendable
    associatedtype Effect: Hashable & Sendable
    /// What an app on it can call.
    associatedtype Call: Hashable & Sendable
    /// What an app on it declares: a manifest, an Info.plist.
    associatedtype SetUp: Hashable & Sendable

    /// The device of a history, with the app of this set-up on it.
    init(_ history: History, _ setUp: SetUp, granted: Set<PlatformPermission>)

    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Outcome<Effect>]
    var nextDeadline: MonotonicInstant? { get }
    var conditions: CallConditions { get }

    static var deadline: Event { get }
    /// The app calls something.
    static func event(of call: Call) -> Event
    /// What a step is on this device; empty for steps of the call's.
    static func events(of step: Step) -> [Event]
    /// Whether an effect is the beginning or the end of a process.
    static func turn(of effect: Effect) -> ProcessTurn?
    /// Whether an effect is an exception that a call of the app threw.
    static func isException(_ effect: Effect) -> Bool
}

/// A process begins or ends.
package enum ProcessTurn: Hashable, Sendable {
    case began
    /// `isFault`: by an exception, a time-out or a watchdog, and not by the user or for memory.
    case ended(isFault: Bool)
}

/// The code of an app, as far as it keeps a call alive: told what happens, it says what it does. An instance
/// lives as long as its process.
package protocol ComparedApp: Sendable {
    associatedtype Device: ComparedDevice

    /// What the app declares.
    static var setUp: Device.SetUp { get }
    /// Whether a process that starts anew returns to the call of the one before it.
    static var returnsToCall: Bool { get }

    /// Creates the app's code in a new process. Permissions are what the user has granted by then.
    init(_ history: History, granted: Set<PlatformPermission>)

    /// When ``handle(_:at:)`` with ``AppEvent/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? { get }

    /// What the app does about it, in order.
    mutating func handle(
        _ event: AppEvent<Device.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<Device.Call>]
}

/// What happens to an app's code.
package enum AppEvent<Effect: Hashable & Sendable>: Hashable, Sendable {
    /// The app's first screen is there.
    case started
    case tappedJoin(isVideo: Bool)
    case joined
    /// The process is new, and the call of the one before it is there again.
    /// With what the user had chosen.
    case returnedToCall(isMuted: Bool, isVideo: Bool)
    case callScreenDisposed
    case callEnded(CallEnd)
    case secondCallJoined
    case firstCallEnded
    /// The user mutes the microphone.
    case muted
    case permissionsChanged(Set<PlatformPermission>)
    /// The user does something else.
    case user(UserAction)
    /// The device tells the app something, or answers it.
    case device(Effect)
    /// The device has nothing more to say about what the app called.
    case settled
    case deadlineReached
}

/// What a user does that no page of the vendors' says anything of.
package enum UserAction: Hashable, Sendable {
    case unmuted
    case turnedCamera(isOn: Bool)
    case sharedScreen
    case answeredConsent(isGiven: Bool)
    case tapped(NotificationAction)
    /// Restricts what the app may do in the background, or no longer.
    case restricted(Bool)
    /// Takes a call of the telephone's, or ends it.
    case systemCall(isOngoing: Bool)
}

/// How a call ended.
package enum CallEnd: Hashable, Sendable {
    /// Left, by this user or because the others did.
    case left
    /// Ended by the idle timeout.
    case timedOut
}

/// What an app does.
package enum AppAction<Call: Hashable & Sendable>: Hashable, Sendable {
    /// Calls the system.
    case call(Call)
    /// Leaves the call.
    case leave
}
