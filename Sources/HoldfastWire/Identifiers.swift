/// Names a call. Given by the app, 1 to 128 characters of `A–Z a–z 0–9 . _ : -`.
public struct CallID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The identifier as it travels.
    public let rawValue: String

    /// Takes the identifier as it is; ``isValid`` says whether a server would accept it.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Whether the identifier keeps to the documented length and alphabet.
    public var isValid: Bool {
        (1...Limits.callIDCharacterCountMax).contains(self.rawValue.utf8.count)
            && self.rawValue.utf8.allSatisfy(isIdentifierByte)
    }

    /// The identifier as it travels.
    public var description: String { self.rawValue }

    /// Orders by the text of the identifier, so that lists come out the same everywhere.
    public static func < (left: CallID, right: CallID) -> Bool { left.rawValue < right.rawValue }
}

/// Names a participant of a call. Stable across reconnects, and across a rejoin while the server
/// still remembers the session (24 h).
public struct ParticipantID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The identifier as it travels: `p_` and 80 random bits.
    public let rawValue: String

    /// Takes the identifier as it is.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// The identifier as it travels.
    public var description: String { self.rawValue }

    /// Orders by the text of the identifier, so that lists come out the same everywhere.
    public static func < (left: ParticipantID, right: ParticipantID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names a user: the `sub` of the access token. 1 to 128 characters, as a ``CallID``.
public struct UserID: Hashable, Sendable, Comparable {
    /// The identifier as it travels.
    public let rawValue: String

    /// Takes the identifier as it is; ``isValid`` says whether a server would accept it.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Whether the identifier keeps to the documented length and alphabet.
    public var isValid: Bool {
        (1...Limits.callIDCharacterCountMax).contains(self.rawValue.utf8.count)
            && self.rawValue.utf8.allSatisfy(isIdentifierByte)
    }

    /// Orders by the text of the identifier, so that lists come out the same everywhere.
    public static func < (left: UserID, right: UserID) -> Bool { left.rawValue < right.rawValue }
}

/// Names a session: one device in one call. Public (it appears in URLs and logs) and never
/// sufficient to resume. 128 random bits in base64url.
package struct SessionID: Hashable, Sendable, Comparable {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static func < (left: SessionID, right: SessionID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names one of the server's master keys, so that they can be rotated.
package struct KeyID: Hashable, Sendable {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// Counts the connections a session has had; the fencing token of everything a connection does.
package struct ConnectionGeneration: Hashable, Sendable, Comparable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The generation of the next connection.
    package var next: ConnectionGeneration { ConnectionGeneration(self.rawValue &+ 1) }

    package static func < (left: ConnectionGeneration, right: ConnectionGeneration) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Numbers a client's commands: 1, 2, 3 … without a gap, for the whole life of a session.
package struct CommandNumber: Hashable, Sendable, Comparable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Before the first command.
    package static let none = CommandNumber(0)

    /// The number of the next command.
    package var next: CommandNumber { CommandNumber(self.rawValue &+ 1) }

    package static func < (left: CommandNumber, right: CommandNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Numbers a session's attempts to resume; strictly increasing, so that a captured request is
/// worthless. Below 2^53.
package struct ResumeCounter: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ResumeCounter, right: ResumeCounter) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// `A–Z a–z 0–9 . _ : -`: safe in a URL, a log line and a file name.
private func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
        true
    default:
        false
    }
}
