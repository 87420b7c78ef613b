/// How a participant is reached, as the others are told.
public struct Reachability: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value; one this version does not know reads as ``online``.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Attached to the server.
    public static let online = Reachability(rawValue: "online")
    /// Lost without notice for longer than 3 s, and still within its window.
    public static let reconnecting = Reachability(rawValue: "reconnecting")
    /// Announced that its app is in the background and may be suspended.
    public static let background = Reachability(rawValue: "background")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// One participant of a call, as everybody sees it.
public struct Participant: Hashable, Sendable, Identifiable {
    /// Who it is, for the life of the call.
    public let id: ParticipantID
    /// The user of the access token.
    public let userID: UserID
    /// The name to show; empty when none was given. At most 256 bytes.
    public var displayName: String
    /// What it sends.
    public var media: MediaState
    /// How it is reached.
    public var reachability: Reachability
    /// When it joined, in milliseconds since the Unix epoch, by the server's clock.
    public let joinedAtMilliseconds: Int64

    /// Creates a participant, as tests and previews need it.
    public init(
        id: ParticipantID,
        userID: UserID,
        displayName: String = "",
        media: MediaState = MediaState(),
        reachability: Reachability = .online,
        joinedAtMilliseconds: Int64 = 0
    ) {
        self.id = id
        self.userID = userID
        self.displayName = displayName
        self.media = media
        self.reachability = reachability
        self.joinedAtMilliseconds = joinedAtMilliseconds
    }
}

/// Why a participant is no longer in a call.
public struct LeaveReason: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It left.
    public static let left = LeaveReason(rawValue: "left")
    /// Its detach window passed.
    public static let timeout = LeaveReason(rawValue: "timeout")
    /// A moderator removed it.
    public static let removed = LeaveReason(rawValue: "removed")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// Why a call is over.
public struct CallEndReason: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// One participant was alone for the idle timeout.
    public static let idleTimeout = CallEndReason(rawValue: "idle_timeout")
    /// Somebody with the grant `end`, or the server's operator, ended it.
    public static let ended = CallEndReason(rawValue: "ended")
    /// Nobody is left.
    public static let empty = CallEndReason(rawValue: "empty")
    /// The call reached the cap of its log on disk.
    public static let logFull = CallEndReason(rawValue: "log_full")
    /// The server found a fault of its own in this call.
    public static let internalFault = CallEndReason(rawValue: "internal_fault")

    /// The value as it travels.
    public var description: String { self.rawValue }
}
