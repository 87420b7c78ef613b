internal import HoldfastCore
public import HoldfastWire

extension HoldfastClient {
    /// What an app is told about its user's channel.
    @nonexhaustive
    public enum ChannelEvent: Hashable, Sendable {
        /// The connection is somewhere else.
        case stateChanged(ConnectionState)
        /// Somebody rings. Once for each ring; ``IncomingRing/states`` tells the rest.
        case incomingRing(IncomingRing)
        /// A ring is over; its ``IncomingRing/state`` says how. Also of a ring that began and ended
        /// while this device was away: the call that was missed, once (HF-70).
        case incomingRingEnded(IncomingRing)
        /// This user rings, on this device or another; again with each leg that ends while others
        /// ring.
        case outgoingRing(OutgoingRing)
        /// Nobody is rung any more.
        case outgoingRingEnded(OutgoingRing)
        /// A message to this user, or its own.
        case message(UserMessage)
        /// Where a watched user is (``HoldfastClient/watch(_:)``).
        case presence(UserID, UserPresence)
        /// Messages and ends of rings that nobody keeps any more (HF-66), or that came while this
        /// process read no events.
        case missedMessages(count: Int)
        /// Whatever was missed while the connection was away has been told.
        case caughtUp
        /// This device was signed out, as ``HoldfastClient/signOut()`` asked. The end.
        case signedOut
        /// The channel is over for this device for another reason; ``HoldfastClient/connect()``
        /// begins a new session, after which ``HoldfastClient/channelEvents`` gives its events.
        /// The end.
        case closed(HoldfastCall.EndReason)
        /// This reader did not take its events for ``HoldfastCall/readerPatience`` and held up the
        /// channel. It gets nothing after this; the channel goes on.
        case fellBehind
    }

    /// Where the connection of the user's channel is.
    @nonexhaustive
    public enum ConnectionState: Hashable, Sendable {
        /// Not wanted: not connected yet, disconnected, signed out or over.
        case disconnected
        /// Lost or not there yet, and the SDK is at work on it.
        case connecting
        /// Connected.
        case connected
        /// Connected although the app is off the screen, for at most 30 s (HF-73).
        case keptInBackground
        /// Closed because the app is off the screen. Opened on return and by a push.
        case suspended
    }

    /// Text or data for a user, whether in a call or not (HF-71).
    public struct UserMessage: Hashable, Sendable, Identifiable {
        /// Unique within this user's channel, and growing; on every device the same.
        public var id: HoldfastCall.MessageID
        /// The sender; nil for the server's operator.
        public var from: UserID?
        /// The addressee.
        public var to: UserID
        /// What was sent.
        public var content: HoldfastCall.Message.Content
        /// When this user's channel took it, in milliseconds since the Unix epoch, by the server's clock.
        public var sentAtMilliseconds: Int64

        init(id: LogOffset, _ message: HoldfastWire.UserMessage, at milliseconds: Int64) {
            self.id = HoldfastCall.MessageID(rawValue: id.rawValue)
            self.from = message.from
            self.to = message.to
            self.content = HoldfastCall.Message.Content(message.body)
            self.sentAtMilliseconds = milliseconds
        }
    }

    /// What a push was about.
    @nonexhaustive
    public enum PushOutcome: Hashable, Sendable {
        /// These ring now, oldest first.
        case ringing([IncomingRing])
        /// Everything was over already, or it was a message, which ``HoldfastClient/channelEvents``
        /// told.
        case nothing
        /// The server was not reached in time, the channel is over, or the app disconnected it. What
        /// waits comes with the next connection.
        case offline
        /// The push is not Holdfast's.
        case notOurs
    }

    /// How this device can be woken: a token that a push service gave it. Prints as `<private>`.
    public struct PushToken: Hashable, Sendable {
        let registration: PushRegistration

        /// Takes a token of 1 to 2048 bytes as the push service gave it; Apple's as hexadecimal digits.
        public init(kind: PushKind, token: String) {
            self.registration = PushRegistration(kind: kind, token: token)
        }
    }
}

extension HoldfastClient.ConnectionState {
    init(_ state: ChannelState) {
        self =
            switch state {
            case .disconnected: .disconnected
            case .connecting: .connecting
            case .connected: .connected
            case .keptInBackground: .keptInBackground
            case .suspended: .suspended
            }
    }
}
