public import HoldfastWire

// The user's channel: where it is, and what it tells.
extension HoldfastClient {
    // MARK: - Connection

    /// Connects the user's channel, and keeps it connected through lost networks and restarted servers
    /// until ``disconnect()``. Returns when it is connected; while there is no network it keeps trying.
    /// Off the screen a channel is kept for 30 s and then sleeps until the app returns or a push comes
    /// (HF-73); called there it waits for that. With ``ChannelEstablishment/automatic`` ``run()`` does it
    /// by itself.
    ///
    /// A second call waits like the first. After ``signOut()`` or the channel's end it begins a new
    /// session. Waits at most 5 s for ``run()`` to begin. Cancelling the task ends the waiting, not
    /// the connecting.
    ///
    /// - Throws: `invalid_configuration` without ``Configuration/user``; `unauthorized`, `refused`,
    ///   `untrusted`, `call_over` when the channel ended instead; `cancelled`, also by
    ///   ``disconnect()``; `not_running`.
    public func connect() async throws(HoldfastError) {
        guard let channel else { throw .noUser }
        try await channel.connect()
    }

    /// Disconnects the user's channel until ``connect()``: no rings, no messages, no presence; pushes
    /// change nothing; others see the user away. The session stays, so nothing is lost (HF-73).
    ///
    /// Returns when the connection is closed, at the latest after 5 s. Never throws; a second call, and
    /// one without a user, changes nothing.
    public func disconnect() async { await self.channel?.disconnect() }

    /// Signs this device out: its session at the server and how it is woken are gone, and nothing is
    /// kept in the session store (HF-64). Calls are not left by it.
    ///
    /// Returns when it is done, at the latest after 5 s; it goes on then, and
    /// ``ChannelEvent/signedOut`` tells of it. A second call waits like the first. Cancelling the task
    /// ends the waiting.
    ///
    /// - Throws: `invalid_configuration` without a user; `not_running`.
    public func signOut() async throws(HoldfastError) {
        guard let channel else { throw .noUser }
        try await channel.signOut()
    }

    /// Where the connection of the user's channel is; ``ConnectionState/disconnected`` without a user.
    public var connectionState: ConnectionState {
        self.channel?.record.model.connection ?? .disconnected
    }

    /// Whether the channel's connection is kept although the app is off the screen. While it is, what
    /// the app shows is up to date; afterwards it is again with the next ``ChannelEvent/caughtUp``.
    public var isBackgroundTaskRunning: Bool { self.connectionState == .keptInBackground }

    /// The events of the user's channel, for one more reader; see ``HoldfastEvents`` for what that
    /// promises. Each use makes a reader of its own, which must read or be released. A reader made
    /// before ``run()`` misses nothing. Without a user the sequence ends at once.
    public var channelEvents: HoldfastEvents<ChannelEvent> {
        guard let channel else { return HoldfastEvents(record: NoEvents()) }
        return HoldfastEvents(record: channel.record)
    }

    // MARK: - Messages

    /// Sends text to a user, whether in a call or not. Returns when the server has made it durable; it
    /// comes back as ``ChannelEvent/message(_:)``, to every device of both users. While the connection
    /// is lost it waits, and is sent once and only once.
    ///
    /// Cancelling the task ends the waiting, not the sending.
    ///
    /// - Parameters:
    ///   - text: At most 7168 bytes of UTF-8; less when it is made of quotes or control characters,
    ///     which take more on the wire.
    ///   - user: The addressee; another one than this user.
    /// - Returns: The message's id, as the event will show it.
    /// - Throws: `invalid_argument`; `not_connected` when the app has disconnected; `forbidden` without
    ///   the grant `message`; `busy` when 256 messages or 256 KiB wait; `cancelled`; `not_running`;
    ///   `unavailable` when nobody knows whether it arrived.
    @discardableResult
    public func send(
        text: String,
        to user: UserID
    ) async throws(HoldfastError) -> HoldfastCall.MessageID {
        try await self.send(.text(text), to: user)
    }

    /// Sends bytes under a topic of the app's own. As ``send(text:to:)``.
    ///
    /// - Parameters:
    ///   - data: At most 7168 bytes.
    ///   - topic: At most 128 bytes of UTF-8.
    ///   - user: The addressee.
    /// - Returns: The message's id, as the event will show it.
    /// - Throws: As ``send(text:to:)``.
    @discardableResult
    public func send(
        data: [UInt8],
        topic: String,
        to user: UserID
    ) async throws(HoldfastError) -> HoldfastCall.MessageID {
        guard topic.utf8.count <= Limits.topicBytesMax else {
            throw .argument("A topic has at most 128 bytes.")
        }
        return try await self.send(.data(topic: topic, bytes: data), to: user)
    }

    private func send(
        _ body: CallMessage.Body,
        to user: UserID
    ) async throws(HoldfastError) -> HoldfastCall.MessageID {
        guard let channel else { throw .noUser }
        guard body.fits else { throw .argument("A message has at most 7168 bytes.") }
        guard user.isValid, user != channel.user else {
            throw .argument("A message goes to another user: 1 to 128 of A–Z a–z 0–9 . _ : -")
        }
        let offset = try await channel.submit(.messageUser(user, body: body))
        return HoldfastCall.MessageID(rawValue: offset.rawValue)
    }

    // MARK: - Presence

    /// Asks where users are, instead of those named before; ``ChannelEvent/presence(_:_:)`` tells it at
    /// once and with each change, again after each reconnect (HF-72). Holds until the next call, also
    /// over ``disconnect()``. Needs the grant `presence`: without it the server refuses the channel,
    /// which then is ``ChannelEvent/closed(_:)``.
    ///
    /// - Parameter users: At most 64; empty: nobody.
    /// - Throws: `invalid_argument`; `invalid_configuration` without a user.
    public func watch(_ users: [UserID]) throws(HoldfastError) {
        guard let channel else { throw .noUser }
        guard users.count <= Limits.watchedUserCountMax, users.allSatisfy(\.isValid) else {
            throw .argument("At most 64 users are watched, of 1 to 128 of A–Z a–z 0–9 . _ : -")
        }
        channel.watch(users)
    }
}

/// The events of a channel that is not there.
private struct NoEvents: ReadableRecord {
    func addReader() -> ReaderID { ReaderID(rawValue: 0) }
    func removeReader(_ id: ReaderID) {}
    func next(_ id: ReaderID) async -> HoldfastClient.ChannelEvent? { nil }
}
