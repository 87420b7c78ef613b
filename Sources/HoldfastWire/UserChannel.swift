/// A user's channel is the log `~` + user. `~` is in no call's alphabet, so the two never meet.
extension CallID {
    /// The channel of a user.
    package init(channelOf user: UserID) { self.init("~" + user.rawValue) }

    /// Whose channel this is; nil for a call, and for what is neither.
    package var channelOwner: UserID? {
        guard self.rawValue.utf8.first == UInt8(ascii: "~") else { return nil }
        let user = UserID(String(self.rawValue.dropFirst()))
        return user.isValid ? user : nil
    }

    /// Whether a log can have this id: a call's, or a user's channel.
    package var isLog: Bool { self.isValid || self.channelOwner != nil }
}

/// Text or data for a user, whether in a call or not.
package struct UserMessage: Hashable, Sendable {
    /// Nil: the server's operator.
    package var from: UserID?
    package var to: UserID
    package var body: CallMessage.Body

    package init(from: UserID?, to: UserID, body: CallMessage.Body) {
        self.from = from
        self.to = to
        self.body = body
    }
}

/// Where a user is, for those whose token has the grant `presence`.
public struct UserPresence: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value; one this version does not know reads as ``away``.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A device is attached, with its app on the screen.
    public static let attached = UserPresence(rawValue: "attached")
    /// Devices are attached or suspended, all with their app off the screen.
    public static let background = UserPresence(rawValue: "background")
    /// No device was there lately.
    public static let away = UserPresence(rawValue: "away")
    /// The server does not say: the token lacks the grant `presence`, too many watch this user already, or
    /// the channel cannot be read.
    public static let unknown = UserPresence(rawValue: "unknown")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// How a device is woken: the token that a push service gave it.
package struct PushRegistration: Hashable, Sendable {
    package var kind: PushKind
    package var token: Private<String>

    package init(kind: PushKind, token: String) {
        self.kind = kind
        self.token = Private(token)
    }
}

/// Which push service a token is of.
public struct PushKind: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set, at most 32 bytes.
    public let rawValue: String

    /// Takes any value; the gateway behind the server's webhook must know it.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Apple's VoIP pushes: for rings alone, since a system kills an app that shows no call for one
    /// (I-PK-01).
    public static let apnsVoIP = PushKind(rawValue: "apns_voip")
    /// Apple's alerts.
    public static let apnsAlert = PushKind(rawValue: "apns_alert")
    /// Firebase Cloud Messaging, data messages of high priority.
    public static let fcm = PushKind(rawValue: "fcm")

    /// The value as it travels.
    public var description: String { self.rawValue }
}
