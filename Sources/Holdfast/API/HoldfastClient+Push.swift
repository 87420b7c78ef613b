// How a device is woken (HF-74).
extension HoldfastClient {
    /// The key of a push's data by which it is known as Holdfast's; its value is `resume`.
    public static let pushKey = "holdfast"

    /// Says how this device is woken when it is not connected, instead of what it said before. The
    /// server keeps it until ``signOut()``. Call it whenever the push service gives a token.
    ///
    /// Returns when the server has made it durable; while the connection is lost it waits. Cancelling
    /// the task ends the waiting. A second call replaces the first.
    ///
    /// - Parameter tokens: At most 4; empty: this device is not woken.
    /// - Throws: `invalid_argument`; `invalid_configuration` without ``Configuration/user``;
    ///   `not_connected` when the app has disconnected; `busy`; `unavailable`; `cancelled`;
    ///   `not_running`.
    public func registerPush(_ tokens: [PushToken]) async throws(HoldfastError) {
        guard let channel else { throw .noUser }
        guard tokens.count <= Limits.pushRegistrationCountMax else {
            throw .argument("A device has at most 4 push tokens.")
        }
        for registration in tokens.map(\.registration) {
            guard (1...Limits.pushTokenBytesMax).contains(registration.token.value.utf8.count),
                (1...Limits.wordBytesMax).contains(registration.kind.rawValue.utf8.count)
            else { throw .argument("A push token has 1 to 2048 bytes, its kind 1 to 32.") }
        }
        _ = try await channel.submit(.setPush(tokens.map(\.registration)))
    }

    /// Wakes the channel for a push and says what rings. Call it when a push comes, whatever it is for:
    /// one that is not Holdfast's costs nothing.
    ///
    /// A push says only that something waits. Returns when the channel has caught up, in the background
    /// too, or at the limit. A connection that was there already counts as caught up after 5 s without
    /// news: a dead one is found out by then. Push and socket may both tell of a ring; it is the same
    /// ``IncomingRing``, told once. Calling it twice at once changes nothing. After
    /// ``disconnect()`` a push changes nothing.
    ///
    /// An iPhone must report a call for *every* VoIP push before its handler returns, also when
    /// ``PushOutcome/nothing`` comes of it: report first, then ask, then end it again (I-PK-01).
    ///
    /// - Parameters:
    ///   - payload: The data of the push.
    ///   - limit: How long it may take, by clock; noticed within a second. Default: 25 s, for a system
    ///     that gives 30 s.
    /// - Returns: What rings, or why nothing does. Cancelling the task ends the waiting.
    public func handlePush(
        _ payload: [String: String],
        within limit: Duration = .seconds(25)
    ) async -> PushOutcome {
        guard let channel, payload[Self.pushKey] != nil else { return .notOurs }
        return await channel.handlePush(within: limit)
    }
}
