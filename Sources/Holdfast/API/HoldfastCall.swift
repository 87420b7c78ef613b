public import HoldfastCore
public import HoldfastWire

/// A call that this device is in, until its end event. It lives with its ``HoldfastClient``, not with
/// this object and not with any screen: releasing this object does not leave the call.
public final class HoldfastCall: Sendable {
    /// The call.
    public let id: CallID

    let record: CallRecord
    let driver: Driver

    init(record: CallRecord, driver: Driver) {
        self.id = record.call
        self.record = record
        self.driver = driver
    }

    // MARK: - What happens

    /// The events of the call, for one more reader; see ``Events`` for what that promises. Each use
    /// makes a reader of its own, which must read or be released.
    public var events: Events { Events(record: self.record) }

    /// Calls `handler` with every event, one after another, until the token is released, the call
    /// ends, or ``HoldfastClient/run()`` ends. The rules of ``Events`` hold: an event is processed
    /// when the handler returns. A handler runs in a task of the client's; it may `await`.
    public func observe(
        _ handler: @escaping @Sendable (Event) async -> Void
    ) -> ObservationToken {
        let events = self.events
        let workers = self.driver.workers
        let worker = workers.start { for await event in events { await handler(event) } }
        return ObservationToken { if let worker { workers.cancel(worker) } }
    }

    /// Everybody else in the call, as far as delivered events say, in the order in which they joined.
    /// After the end: as it was then.
    public var participants: [Participant] { self.record.participants }

    /// This device's participant; nil until the call is joined.
    public var localParticipant: ParticipantID? { self.record.joined?.participant }

    /// Where the connection is.
    public var connectionState: ConnectionState { self.record.connection }

    // MARK: - Microphone

    /// What the user chose last, here or by a button of the notification, of which
    /// ``KeepAliveReport/microphoneToggled(_:)`` tells; the SDK never changes it by itself.
    public var microphone: MicrophoneState { self.record.microphone }

    /// Closes the microphone: silence is sent, and the others see it. A second call, and one
    /// after the end, changes nothing.
    public func mute() { self.record.microphone = .muted }

    /// Opens the microphone.
    public func unmute() { self.record.microphone = .live }

    // MARK: - Messages

    /// Sends text. Returns when the server has made it durable; the message then comes back as an
    /// event, to this device too. While the connection is lost the message waits, and is sent once
    /// and only once.
    ///
    /// Cancelling the task ends the waiting, not the sending.
    ///
    /// - Parameters:
    ///   - text: At most 7168 bytes of UTF-8; less when it is made of quotes or control characters,
    ///     which take more on the wire.
    ///   - recipients: At most 64 participants; empty: everybody.
    /// - Returns: The message's id, as the event will show it.
    /// - Throws: `invalid_argument`; `busy` when 256 messages or 256 KiB wait; `forbidden` without the
    ///   grant `publish`; `not_found` for a recipient who is not there; `call_over`; `cancelled`;
    ///   `unavailable` when nobody knows whether it arrived.
    @discardableResult
    public func send(
        text: String,
        to recipients: [ParticipantID] = []
    ) async throws(HoldfastError) -> MessageID {
        try await self.send(.text(text), to: recipients)
    }

    /// Sends bytes under a topic of the app's own. As ``send(text:to:)``.
    ///
    /// - Parameters:
    ///   - data: At most 7168 bytes.
    ///   - topic: At most 128 bytes of UTF-8.
    ///   - recipients: At most 64 participants; empty: everybody.
    /// - Returns: The message's id, as the event will show it.
    /// - Throws: As ``send(text:to:)``.
    @discardableResult
    public func send(
        data: [UInt8],
        topic: String,
        to recipients: [ParticipantID] = []
    ) async throws(HoldfastError) -> MessageID {
        guard topic.utf8.count <= Limits.topicBytesMax else {
            throw .argument("A topic has at most 128 bytes.")
        }
        return try await self.send(.data(topic: topic, bytes: data), to: recipients)
    }

    private func send(
        _ body: CallMessage.Body,
        to recipients: [ParticipantID]
    ) async throws(HoldfastError) -> MessageID {
        guard body.fits else { throw .argument("A message has at most 7168 bytes.") }
        guard recipients.count <= Limits.recipientCountMax else {
            throw .argument("A message names at most 64 participants.")
        }
        let offset = try await self.submit(.sendMessage(to: recipients, body: body))
        return MessageID(rawValue: offset.rawValue)
    }

    // MARK: - Moderation

    /// Removes a participant from the call; it cannot resume. Needs the grant `remove`.
    ///
    /// - Throws: `forbidden`, `not_found`, and what ``send(text:to:)`` throws.
    public func remove(_ participant: ParticipantID) async throws(HoldfastError) {
        _ = try await self.submit(.removeParticipant(participant))
    }

    /// Ends the call for everybody. Needs the grant `end`. A call that is over already is no error.
    ///
    /// - Throws: `forbidden`, and what ``send(text:to:)`` throws, without `call_over`.
    public func end() async throws(HoldfastError) {
        do {
            _ = try await self.submit(.endCall)
        } catch  where error.code == .callOver {
            return
        }
    }

    private func submit(_ command: Command) async throws(HoldfastError) -> LogOffset {
        guard self.connectionState != .ended else { throw .callOver }
        return try await self.driver.submit(command, in: self.record.handle).offset()
    }

    // MARK: - Connection

    /// Leaves the call. Returns when it is over for this device, at the latest after 5 s; the leaving
    /// goes on then, and ``Event/left`` tells of it. Never throws: a call that is over stays so, and
    /// a second call waits like the first. Cancelling the task ends the waiting, not the leaving.
    public func leave() async {
        await self.driver.leave(self.record)
    }

    /// Tries to connect now instead of waiting for the next attempt. Nothing happens while connected,
    /// and more than a few calls in ten seconds have no effect. Rarely needed: the SDK sees
    /// changes of the network by itself.
    public func reconnectNow() {
        self.driver.reconnect(self.record.handle)
    }
}
