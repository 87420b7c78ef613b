package import HoldfastWire

/// Decides where a user is, from where each of the user's devices is (HF-72).
package struct UserPresenceMachine: Sendable {
    /// What the machine is told of a device.
    package typealias DeviceEvent = DevicePresenceMachine.Event

    /// Where the user is. It is `away` for a channel that has no device.
    package private(set) var presence: UserPresence
    private var devices: [ParticipantID: DevicePresenceMachine]
    private let configuration: DevicePresenceMachine.Configuration

    /// Starts from what is known of the devices. After a restart, one that was attached is `lost`, one
    /// that was detached with notice is `suspended`, each until as long after as it counts.
    package init(
        devices: [ParticipantID: DevicePresenceMachine.State] = [:],
        configuration: DevicePresenceMachine.Configuration = DevicePresenceMachine.Configuration()
    ) {
        self.configuration = configuration
        self.devices = devices.mapValues {
            DevicePresenceMachine(state: $0, configuration: configuration)
        }
        self.presence = Self.presence(of: self.devices.values)
    }

    /// When the channel must next call ``deadlineReached(at:)``.
    package var nextDeadline: MonotonicInstant? {
        self.devices.values.compactMap(\.nextDeadline).min()
    }

    /// Tells an event of one device; the user's presence when that changed it.
    package mutating func handle(
        _ event: DeviceEvent,
        of device: ParticipantID,
        at now: MonotonicInstant
    ) -> UserPresence? {
        self.devices[
            device,
            default: DevicePresenceMachine(configuration: self.configuration)
        ].handle(event, at: now)
        return self.change()
    }

    /// The device is no participant of the channel any more; the presence when that changed it.
    package mutating func remove(_ device: ParticipantID) -> UserPresence? {
        self.devices[device] = nil
        return self.change()
    }

    /// The server itself did not run for this long: that time counts for nobody.
    package mutating func stalled(_ gap: Duration, at now: MonotonicInstant) {
        for device in self.devices.keys { self.devices[device]?.handle(.stalled(gap), at: now) }
    }

    /// ``nextDeadline`` has passed; the presence when that changed it.
    package mutating func deadlineReached(at now: MonotonicInstant) -> UserPresence? {
        for device in self.devices.keys { self.devices[device]?.handle(.deadlineReached, at: now) }
        return self.change()
    }

    private mutating func change() -> UserPresence? {
        let presence = Self.presence(of: self.devices.values)
        guard presence != self.presence else { return nil }
        self.presence = presence
        return presence
    }

    /// The nearest of all devices.
    private static func presence(
        of devices: some Sequence<DevicePresenceMachine>
    ) -> UserPresence {
        var nearest = UserPresence.away
        for device in devices {
            if device.presence == .attached { return .attached }
            if device.presence == .background { nearest = .background }
        }
        return nearest
    }
}
