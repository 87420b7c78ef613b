/// Names a ring: 1 to 64 characters of the alphabet of a ``CallID``. Chosen at random by the device that
/// rings, so that it knows the ring before the server does.
public struct RingID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The identifier as it travels.
    public let rawValue: String

    /// Takes the identifier as it is; ``isValid`` says whether a server would accept it.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Whether the identifier keeps to the documented length and alphabet.
    public var isValid: Bool {
        (1...Limits.ringIDCharacterCountMax).contains(self.rawValue.utf8.count)
            && CallID(self.rawValue).isValid
    }

    /// The identifier as it travels.
    public var description: String { self.rawValue }

    /// Orders by the text of the identifier, so that lists come out the same everywhere.
    public static func < (left: RingID, right: RingID) -> Bool { left.rawValue < right.rawValue }
}

/// One user's wish to have others in a call, as a user's channel tells of it.
///
/// Each callee has a leg of its own, which ends in exactly one way, whatever happens at the same time.
/// A callee's channel shows its own leg alone.
public struct Ring: Hashable, Sendable, Identifiable {
    /// Which ring.
    public let id: RingID
    /// The call to be joined.
    public let call: CallID
    /// Who rings.
    public let from: UserID
    /// The name to show; empty when none was given. At most 256 bytes.
    public let fromName: String
    /// What the call is meant for.
    public let kind: CallKind
    /// The app's own, at most 1 KiB.
    public let payload: [UInt8]
    /// When it began, in milliseconds since the Unix epoch, by the server's clock.
    public let startedAtMilliseconds: Int64
    /// When it ends unless it was answered, by the server's clock.
    public let expiresAtMilliseconds: Int64
    /// One for each callee, in the order in which they were named.
    public var legs: [Leg]

    /// One callee.
    public struct Leg: Hashable, Sendable {
        /// Who is rung.
        public let user: UserID
        /// Where it stands.
        public var state: RingState
        /// Why it was rejected; empty otherwise.
        public var reason: RejectReason
        /// The device of the callee that answered; nil in the caller's channel, and while it rings.
        public var device: ParticipantID?

        /// Creates a leg.
        public init(
            user: UserID,
            state: RingState = .ringing,
            reason: RejectReason = .none,
            device: ParticipantID? = nil
        ) {
            self.user = user
            self.state = state
            self.reason = reason
            self.device = device
        }
    }

    /// Creates a ring, as tests and previews need it.
    public init(
        id: RingID,
        call: CallID,
        from: UserID,
        fromName: String = "",
        kind: CallKind = .audio,
        payload: [UInt8] = [],
        startedAtMilliseconds: Int64 = 0,
        expiresAtMilliseconds: Int64 = 0,
        legs: [Leg]
    ) {
        self.id = id
        self.call = call
        self.from = from
        self.fromName = fromName
        self.kind = kind
        self.payload = payload
        self.startedAtMilliseconds = startedAtMilliseconds
        self.expiresAtMilliseconds = expiresAtMilliseconds
        self.legs = legs
    }

    /// Whether any leg still rings.
    public var isRinging: Bool { self.legs.contains { $0.state == .ringing } }
}

/// Where one leg of a ring stands.
public struct RingState: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value; one this version does not know is an end.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nobody has answered yet.
    public static let ringing = RingState(rawValue: "ringing")
    /// A device of the callee accepted.
    public static let accepted = RingState(rawValue: "accepted")
    /// A device of the callee rejected, or the callee's channel did: too many rings at once.
    public static let rejected = RingState(rawValue: "rejected")
    /// The caller took it back.
    public static let cancelled = RingState(rawValue: "cancelled")
    /// Nobody answered in time.
    public static let timedOut = RingState(rawValue: "timed_out")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// Why a ring was rejected.
public struct RejectReason: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set, at most 32 bytes.
    public let rawValue: String

    /// Takes any value.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nothing was rejected.
    public static let none = RejectReason(rawValue: "")
    /// The user does not want to.
    public static let declined = RejectReason(rawValue: "declined")
    /// The user is in another call, or too many rings at once.
    public static let busy = RejectReason(rawValue: "busy")
    /// The user agreed and thought better of it.
    public static let cancelled = RejectReason(rawValue: "cancelled")
    /// The device gave up waiting for its user.
    public static let timeout = RejectReason(rawValue: "timeout")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// What a device asks for when it rings. The rest of a ``Ring`` is the server's.
package struct RingRequest: Hashable, Sendable {
    package var id: RingID
    package var call: CallID
    /// 1 to ``Limits/calleeCountMax``, all different, none of them the caller.
    package var to: [UserID]
    package var kind: CallKind
    package var payload: [UInt8]
    /// Nil: the server's default, 60 s. Brought within its bounds, 5 s to 600 s.
    package var timeout: Duration?

    package init(
        id: RingID,
        call: CallID,
        to: [UserID],
        kind: CallKind = .audio,
        payload: [UInt8] = [],
        timeout: Duration? = nil
    ) {
        self.id = id
        self.call = call
        self.to = to
        self.kind = kind
        self.payload = payload
        self.timeout = timeout
    }
}
