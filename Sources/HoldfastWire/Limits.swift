/// Every bound of the protocol that both ends must agree on. Bounds of one end alone stand in that
/// end's configuration.
package enum Limits {
    /// The version both ends speak.
    package static let protocolVersion: UInt32 = 1

    /// Subprotocol of binary frames.
    package static let subprotocolBinary = "holdfast.v1"
    /// Subprotocol of protobuf-JSON frames.
    package static let subprotocolJSON = "holdfast.v1.json"

    /// Bytes in one WebSocket message, either direction. Behind the `101`, a welcome with its
    /// first page of replay still fits the first TCP flight.
    package static let frameBytesMax = 12 * 1024
    /// Events in one page.
    package static let pageEventCountMax = 64
    /// Bytes of text or data in one message of a call. In base64, with 64 recipients, it still fits a
    /// frame. Text may take a quarter more as a JSON string.
    package static let messageBytesMax = 7 * 1024
    /// Bytes of the topic of a data message.
    package static let topicBytesMax = 128
    /// Bytes of one relayed WebRTC description or candidate.
    package static let signalBytesMax = 10 * 1024
    /// Characters of a call identifier or user identifier.
    package static let callIDCharacterCountMax = 128
    /// Bytes of a display name or a call title, in UTF-8.
    package static let nameBytesMax = 256
    /// Bytes of a device identifier.
    package static let deviceIDBytesMax = 128
    /// Bytes of an access token.
    package static let tokenBytesMax = 4 * 1024
    /// Commands a client may have sent without a result.
    package static let commandsUnansweredMax = 32
    /// Participants named in one private message.
    package static let recipientCountMax = 64
    /// Characters of a ring's identifier.
    package static let ringIDCharacterCountMax = 64
    /// Users that one ring may go to.
    package static let calleeCountMax = 16
    /// Bytes of the app's own in a ring.
    package static let ringPayloadBytesMax = 1024
    /// Bytes of a reason, or of a state, of an open set.
    package static let wordBytesMax = 32
    /// Push registrations of one device.
    package static let pushRegistrationCountMax = 4
    /// Bytes of a push token.
    package static let pushTokenBytesMax = 2 * 1024
    /// Users whose presence one connection watches.
    package static let watchedUserCountMax = 64
    /// Bytes of a resume secret, exactly (HF-18).
    package static let resumeSecretBytes = 32
    /// Bytes of the reason in a WebSocket close frame (RFC 6455 §5.5).
    package static let closeReasonBytesMax = 123
    /// The longest duration that travels; a longer one is read as this, so that deadlines cannot
    /// overflow in whatever unit a platform counts.
    package static let durationMax: Duration = .seconds(365 * 24 * 60 * 60)
}
