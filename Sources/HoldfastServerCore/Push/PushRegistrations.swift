package import HoldfastWire

/// How the devices of one user are woken (HF-74).
package struct PushRegistrations: Hashable, Sendable {
    /// Devices of a channel (HF-64).
    package static let deviceCountMax = 8

    /// No entry is empty.
    package private(set) var ofDevice: [ParticipantID: [PushRegistration]]

    package init(_ ofDevice: [ParticipantID: [PushRegistration]] = [:]) {
        self.ofDevice = ofDevice.filter { !$0.value.isEmpty }
    }

    /// The devices that can be woken, in a fixed order.
    package var devices: [ParticipantID] { self.ofDevice.keys.sorted() }

    /// Takes what a device named, instead of what it named before; false when that changes nothing, or
    /// when there are more devices than a channel has.
    package mutating func replace(
        _ device: ParticipantID,
        with registrations: [PushRegistration]
    ) -> Bool {
        let kept = Array(registrations.prefix(Limits.pushRegistrationCountMax))
        guard self.ofDevice[device, default: []] != kept else { return false }
        if self.ofDevice[device] == nil, self.ofDevice.count >= Self.deviceCountMax { return false }
        self.ofDevice[device] = kept.isEmpty ? nil : kept
        return true
    }

    /// Takes out a token that is none any more; the devices whose registrations changed.
    package mutating func remove(_ registration: PushRegistration) -> [ParticipantID] {
        let devices = self.devices.filter { self.ofDevice[$0]?.contains(registration) == true }
        for device in devices {
            let rest = self.ofDevice[device, default: []].filter { $0 != registration }
            self.ofDevice[device] = rest.isEmpty ? nil : rest
        }
        return devices
    }

    /// What wakes a device for an event of this kind; nil when nothing does.
    package func choice(for device: ParticipantID, _ kind: WakeMachine.Kind) -> PushRegistration? {
        let registrations = self.ofDevice[device, default: []]
        let ranked = registrations.enumerated().min { left, right in
            let ranks = (Self.rank(left.element, kind), Self.rank(right.element, kind))
            return ranks.0 == ranks.1 ? left.offset < right.offset : ranks.0 < ranks.1
        }
        guard let ranked, Self.rank(ranked.element, kind) < Self.never else { return nil }
        return ranked.element
    }

    private static let never = 9

    private static func rank(_ registration: PushRegistration, _ kind: WakeMachine.Kind) -> Int {
        switch (registration.kind, kind) {
        case (.apnsVoIP, .ring): 0
        // A system kills an app that shows no call for such a push (I-PK-01).
        case (.apnsVoIP, .message): Self.never
        case (.fcm, _): 1
        case (.apnsAlert, _): 2
        default: 3
        }
    }
}
