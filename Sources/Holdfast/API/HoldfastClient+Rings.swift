internal import HoldfastCore
public import HoldfastWire

/// How others are rung.
public struct RingSettings: Hashable, Sendable {
    /// What the call is meant for. Default: sound alone.
    public var kind: CallKind
    /// The app's own, for the callees; at most 1024 bytes. Default: empty.
    public var payload: [UInt8]
    /// After how long it ends unless it was answered. Default: nil, the server's, which is 60 s. The
    /// server brings it within its bounds, 5 s to 600 s (HF-67).
    public var timeout: Duration?

    /// Creates settings; every parameter has the default documented on its property.
    public init(kind: CallKind = .audio, payload: [UInt8] = [], timeout: Duration? = nil) {
        self.kind = kind
        self.payload = payload
        self.timeout = timeout
    }
}

extension HoldfastClient {
    /// What rings here now, oldest first.
    public var rings: [IncomingRing] { self.channel?.record.model.rings ?? [] }

    /// Whom this user rings now, on whatever device, oldest first.
    public var outgoingRings: [OutgoingRing] { self.channel?.record.model.outgoingRings ?? [] }

    /// Rings users on all their devices, so that they join a call. Returns when the server has made it
    /// durable; then ``OutgoingRing/states`` tells how each of them answers. While the connection is
    /// lost it waits. Ringing joins nobody: join the call as well.
    ///
    /// Cancelling the task takes the ring back.
    ///
    /// - Parameters:
    ///   - users: 1 to 16, none twice, not this user.
    ///   - call: The call they are to join.
    ///   - settings: How they are rung.
    /// - Returns: The ring.
    /// - Throws: `invalid_argument`; `invalid_configuration` without ``Configuration/user``;
    ///   `not_connected` when the app has disconnected; `forbidden` without the grant `ring`; `busy`
    ///   while 8 rings of this user go out; `cancelled`; `not_running`; `unavailable` when nobody knows
    ///   whether it rings.
    public func ring(
        _ users: [UserID],
        call: CallID,
        settings: RingSettings = RingSettings()
    ) async throws(HoldfastError) -> OutgoingRing {
        guard let channel else { throw .noUser }
        let request = try channel.request(users, call: call, settings)
        let ring = OutgoingRing(
            Ring(
                id: request.id,
                call: call,
                from: channel.user,
                fromName: channel.driver.configuration.displayName,
                kind: settings.kind,
                payload: settings.payload,
                legs: users.map { Ring.Leg(user: $0) }
            ),
            channel: channel
        )
        let record = channel.record
        record.update { model, _ in model.begin(ring) }
        do {
            _ = try await channel.submit(.ring(request))
        } catch {
            record.update { model, followUps in followUps += model.withdraw(ring.id) }
            if error.code == .cancelled {
                // It may ring already, or be in the queue: the second command undoes the first.
                channel.driver.workers.start {
                    _ = try? await channel.submit(.cancelRing(ring.id))
                }
            }
            throw error
        }
        return ring
    }
}

extension Channel {
    /// What the server is told; throws for what it would refuse (HF-67).
    fileprivate func request(
        _ users: [UserID],
        call: CallID,
        _ settings: RingSettings
    ) throws(HoldfastError) -> RingRequest {
        guard call.isValid else {
            throw .argument("A call id has 1 to 128 characters of A–Z a–z 0–9 . _ : -")
        }
        guard (1...Limits.calleeCountMax).contains(users.count), Set(users).count == users.count,
            !users.contains(self.user), users.allSatisfy(\.isValid)
        else {
            throw .argument("A ring goes to 1 to 16 users, none twice, not to the user who rings.")
        }
        guard settings.payload.count <= Limits.ringPayloadBytesMax else {
            throw .argument("A ring's payload has at most 1024 bytes.")
        }
        let random = self.driver.configuration.network.crypto.randomBytes(count: 16)
        let digits = Array("0123456789abcdef")
        let name = random.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return RingRequest(
            id: RingID(String(name)),
            call: call,
            to: users,
            kind: settings.kind,
            payload: settings.payload,
            timeout: settings.timeout
        )
    }
}
