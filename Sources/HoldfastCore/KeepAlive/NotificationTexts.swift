/// The words of notifications for which the app does not say others, in English unless it translates
/// them. What a call's notification says is also up to
/// `HoldfastClient.Configuration.notification`; what is said of a screen share is up to these alone.
///
/// The bounds of ``NotificationContent`` hold: longer ones are cut.
public struct NotificationTexts: Hashable, Sendable {
    /// Of a call without a title. Default "Call".
    public var title: String
    /// The call is being joined. Default "Connecting …".
    public var connecting: String
    /// It is connected. Default "In the call".
    public var connected: String
    /// The connection is lost. Default "Reconnecting …".
    public var reconnecting: String
    /// The call is held. Default "On hold".
    public var held: String
    /// The title while the screen is shown. Default "Your screen is shown".
    public var screenTitle: String
    /// The text while the screen is shown. Default "The others in the call see it.".
    public var screenText: String
    /// The button that ends it. Default "Stop".
    public var stopSharing: String

    /// Creates texts; every default is documented on its property.
    public init(
        title: String = "Call",
        connecting: String = "Connecting …",
        connected: String = "In the call",
        reconnecting: String = "Reconnecting …",
        held: String = "On hold",
        screenTitle: String = "Your screen is shown",
        screenText: String = "The others in the call see it.",
        stopSharing: String = "Stop"
    ) {
        self.title = title
        self.connecting = connecting
        self.connected = connected
        self.reconnecting = reconnecting
        self.held = held
        self.screenTitle = screenTitle
        self.screenText = screenText
        self.stopSharing = stopSharing
    }

    /// What a call's notification says when the app does not say it: its title, and where it is.
    func content(of call: CallCircumstances) -> NotificationContent {
        let text: String
        switch call.stage {
        case .starting: text = self.connecting
        case .active where call.told.isLost: text = self.reconnecting
        case .active: text = call.told.isHeld ? self.held : self.connected
        }
        return NotificationContent(title: call.title, text: text)
    }
}
