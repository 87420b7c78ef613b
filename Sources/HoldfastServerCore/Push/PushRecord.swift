package import HoldfastWire

/// Names the waking of one device for one event, the same before and after a restart: a gateway that
/// sees a name twice sees a repetition.
package struct PushID: Hashable, Sendable, CustomStringConvertible {
    /// As it travels: at most 64 bytes of letters, digits, `_`, `-` and `.`; it says nothing of the user.
    package let rawValue: String

    package init(device: ParticipantID, offset: LogOffset) {
        self.rawValue = "\(device.rawValue).\(offset.rawValue)"
    }

    package var description: String { self.rawValue }
}

/// What a device is woken for.
package struct PushOccasion: Hashable, Sendable {
    /// Where the event stands in the channel's log.
    package var offset: LogOffset
    package var kind: Kind
    /// Nobody is woken for it from then on: the end of a ring, or 24 h after a message.
    package var endsAt: MonotonicInstant

    package enum Kind: Hashable, Sendable {
        case ring(RingID)
        case message
    }

    package init(offset: LogOffset, kind: Kind, endsAt: MonotonicInstant) {
        self.offset = offset
        self.kind = kind
        self.endsAt = endsAt
    }

    var wakeKind: WakeMachine.Kind {
        switch self.kind {
        case .ring: .ring
        case .message: .message
        }
    }
}

/// What is stored while a device may have to be woken for an event. Gone once that is decided, so that
/// no restart wakes anybody twice.
package struct PushRecord: Hashable, Sendable {
    package var device: ParticipantID
    package var occasion: PushOccasion

    package init(device: ParticipantID, occasion: PushOccasion) {
        self.device = device
        self.occasion = occasion
    }

    package var id: PushID { PushID(device: self.device, offset: self.occasion.offset) }
}

/// One push for the operator's webhook. It carries nothing of the event but its kind.
package struct PushRequest: Hashable, Sendable {
    package var id: PushID
    package var user: UserID
    package var device: ParticipantID
    package var registration: PushRegistration
    package var kind: WakeMachine.Kind
    package var endsAt: MonotonicInstant

    package init(
        id: PushID,
        user: UserID,
        device: ParticipantID,
        registration: PushRegistration,
        kind: WakeMachine.Kind,
        endsAt: MonotonicInstant
    ) {
        self.id = id
        self.user = user
        self.device = device
        self.registration = registration
        self.kind = kind
        self.endsAt = endsAt
    }
}

/// What became of a push that was handed to the webhook.
package enum PushOutcome: Hashable, Sendable {
    /// The gateway has it.
    case taken
    /// The push service says that this token is none any more.
    case gone
    /// Anything else: it is tried again, not before `retryAfter`.
    case failed(retryAfter: Duration?)
}
