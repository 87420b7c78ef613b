/// Which way sound goes through a device.
public enum AudioDirection: Hashable, Sendable {
    /// A microphone.
    case input
    /// A speaker or headphones.
    case output
}

/// Which device is used.
public enum AudioRoute: Hashable, Sendable {
    /// What the system calls its standard.
    case system
    /// One device, as ``MediaEvent/devices(_:)`` names it. While it is not there, the system's
    /// standard takes its place, and it is taken again when it comes back.
    case device(AudioDeviceID)
}

/// Names a sound device on this machine, for as long as it is plugged in and beyond.
public struct AudioDeviceID: Hashable, Sendable, CustomStringConvertible {
    /// The sound server's own name of it.
    public let rawValue: String

    /// Takes any value.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// The name itself.
    public var description: String { self.rawValue }
}

/// A sound device of this machine.
public struct AudioDevice: Hashable, Sendable, Identifiable {
    /// Names it.
    public var id: AudioDeviceID
    /// Which way sound goes through it.
    public var direction: AudioDirection
    /// For people.
    public var name: String

    /// Creates a description.
    public init(id: AudioDeviceID, direction: AudioDirection, name: String) {
        self.id = id
        self.direction = direction
        self.name = name
    }
}

/// Sound goes another way than it did.
public struct RouteChange: Hashable, Sendable {
    /// Input or output.
    public var direction: AudioDirection
    /// What was asked for.
    public var wanted: AudioRoute
    /// What is used now; nil while there is no device at all.
    public var used: AudioRoute?
    /// For people.
    public var reason: String

    /// Creates a report.
    public init(
        direction: AudioDirection,
        wanted: AudioRoute,
        used: AudioRoute?,
        reason: String
    ) {
        self.direction = direction
        self.wanted = wanted
        self.used = used
        self.reason = reason
    }
}
