public import HoldfastWire

/// This user's wish to have others in a call: made by ``HoldfastClient/ring(_:call:settings:)`` on this
/// device, or seen from another device of the user.
public final class OutgoingRing: Sendable, Identifiable, Hashable {
    /// Which ring; the same on every device.
    public let id: RingID
    /// The call to be joined.
    public let call: CallID

    private let line: Changing<Ring>
    private let channel: Channel

    init(_ ring: Ring, channel: Channel) {
        self.id = ring.id
        self.call = ring.call
        self.line = Changing(ring)
        self.channel = channel
    }

    /// The ring as it is now. Before the server has told of it, it has no times.
    public var ring: Ring { self.line.value }

    /// One for each callee, in the order in which they were named: `ringing`, or how it ended.
    public var legs: [Ring.Leg] { self.ring.legs }

    /// Whether any leg still rings.
    public var isRinging: Bool { self.ring.isRinging }

    /// The ring now and after each change of a leg. Ends when no leg rings any more, and when
    /// ``HoldfastClient/run()`` ends. Each use is a stream of its own.
    public var states: AsyncStream<Ring> { self.line.changes }

    /// Takes the ring back from everybody who has not answered. Returns when the server has made that
    /// durable; which callees were faster, ``legs`` says once ``states`` has ended (HF-69). A ring that
    /// is over stays as it is: that is no error, and neither is a second call. Cancelling the task ends
    /// the waiting, not the taking back.
    ///
    /// - Throws: `not_connected` after ``HoldfastClient/disconnect()``; `busy`; `unavailable`;
    ///   `cancelled`; `not_running`.
    public func cancel() async throws(HoldfastError) {
        guard self.isRinging else { return }
        do {
            _ = try await self.channel.submit(.cancelRing(self.id))
        } catch  where error.code == .tooLate || error.code == .notFound {
            return
        }
    }

    // MARK: - The channel's side

    func update(_ ring: Ring, isOver: Bool) -> [Resumption] {
        self.line.set(ring, isLast: isOver)
    }

    func finish() -> [Resumption] { self.line.finish() }

    // MARK: - Identity

    /// The same ring in the same client.
    public static func == (left: OutgoingRing, right: OutgoingRing) -> Bool { left === right }

    /// By identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
