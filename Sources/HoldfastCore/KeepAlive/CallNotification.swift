package import HoldfastWire

/// What an ongoing-call notification says. Made by the app for each call, or by default.
public struct NotificationContent: Hashable, Sendable {
    /// At most ``KeepAliveLimits/titleBytesMax``.
    public var title: String
    /// At most ``KeepAliveLimits/textBytesMax``.
    public var text: String
    /// A picture of whom the call is with. It is loaded beside the notification and never delays it.
    public var avatar: NotificationAvatar?
    /// Whether the time since the join is shown. Default: yes.
    public var showsDuration: Bool
    /// The buttons, in order; at most ``KeepAliveLimits/actionCountMax``. Tapping the notification
    /// itself is ``NotificationAction/show`` and needs no button.
    public var actions: [NotificationAction]

    /// Creates content.
    public init(
        title: String,
        text: String,
        avatar: NotificationAvatar? = nil,
        showsDuration: Bool = true,
        actions: [NotificationAction] = [.mute, .hangUp]
    ) {
        self.title = title
        self.text = text
        self.avatar = avatar
        self.showsDuration = showsDuration
        self.actions = actions
    }
}

/// Where the picture of a notification comes from.
public enum NotificationAvatar: Hashable, Sendable {
    /// An image file's bytes, at most ``KeepAliveLimits/avatarBytesMax``.
    case image([UInt8])
    /// An address from which it is loaded, in at most ``KeepAliveLimits/avatarPatience``.
    case url(String, headers: [String: String])
}

/// Something that can be done from a notification. An open set.
public struct NotificationAction: Hashable, Sendable {
    /// Names it.
    public let rawValue: String
    /// What its button says; nil: the system's or the SDK's own word for it.
    public let title: String?

    /// An action of the app's own: it does what the app's handler does, and nothing by itself.
    public init(rawValue: String, title: String? = nil) {
        self.rawValue = rawValue
        self.title = title
    }

    /// Back to the call's screen. By default the app is shown.
    public static let show = NotificationAction(rawValue: "show")
    /// Mutes and unmutes.
    public static let mute = NotificationAction(rawValue: "mute")
    /// Leaves the call.
    public static let hangUp = NotificationAction(rawValue: "hang_up")
    /// Pauses the camera and starts it again.
    public static let camera = NotificationAction(rawValue: "camera")
    /// Changes between speaker and earpiece.
    public static let speaker = NotificationAction(rawValue: "speaker")
    /// Rejects a ring.
    public static let decline = NotificationAction(rawValue: "decline")
    /// Ends showing the screen.
    public static let stopSharing = NotificationAction(rawValue: "stop_sharing")

    /// Two actions are the same when their names are: a title is decoration.
    public static func == (left: NotificationAction, right: NotificationAction) -> Bool {
        left.rawValue == right.rawValue
    }

    /// By name.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.rawValue) }
}

/// A notification as the platform is to show it, complete: it replaces the one before.
package struct OngoingNotification: Hashable, Sendable {
    /// Which of the two a process can have.
    package enum Kind: Hashable, Sendable {
        case call
        case screenShare
    }

    /// A button and, for those that switch something, how it is switched.
    package struct Button: Hashable, Sendable {
        package var action: NotificationAction
        /// Whether it is on: muted, camera running, speaker in use. Nil: it switches nothing.
        package var isOn: Bool?

        package init(_ action: NotificationAction, isOn: Bool? = nil) {
            self.action = action
            self.isOn = isOn
        }
    }

    package var kind: Kind
    /// The call that it shows.
    package var call: CallHandle
    package var title: String
    package var text: String
    /// Loaded already; nil: none, or not yet.
    package var avatar: [UInt8]?
    /// Since when the call lasts, to be counted on; nil: not shown.
    package var since: MonotonicInstant?
    package var buttons: [Button]

    package init(
        kind: Kind,
        call: CallHandle,
        title: String,
        text: String,
        avatar: [UInt8]? = nil,
        since: MonotonicInstant? = nil,
        buttons: [Button] = []
    ) {
        self.kind = kind
        self.call = call
        self.title = title
        self.text = text
        self.avatar = avatar
        self.since = since
        self.buttons = buttons
    }
}
