internal import HoldfastCore
public import HoldfastWire

/// Somebody's wish to have this user in a call, as one device sees it (HF-67 to HF-70).
///
/// Whatever the user's devices, the caller and the clock do at the same time, the ring ends once, and
/// every device learns of the same end.
public final class IncomingRing: Sendable, Identifiable, Hashable {
    /// Which ring; the same on every device.
    public let id: RingID
    /// The call to be joined.
    public let call: CallID
    /// Who rings.
    public let from: UserID
    /// The name to show; empty when the caller gave none. At most 256 bytes of UTF-8.
    public let fromName: String
    /// What the call is meant for.
    public let kind: CallKind
    /// The app's own, at most 1024 bytes.
    public let payload: [UInt8]
    /// When it began, in milliseconds since the Unix epoch, by the server's clock.
    public let startedAtMilliseconds: Int64
    /// When it ends unless it was answered, by the server's clock. ``states`` tells of it.
    public let expiresAtMilliseconds: Int64

    private let line: Changing<State>
    private let channel: Channel

    init(_ ring: Ring, state: State, channel: Channel) {
        self.id = ring.id
        self.call = ring.call
        self.from = ring.from
        self.fromName = ring.fromName
        self.kind = ring.kind
        self.payload = ring.payload
        self.startedAtMilliseconds = ring.startedAtMilliseconds
        self.expiresAtMilliseconds = ring.expiresAtMilliseconds
        self.line = Changing(state, isOver: state != .ringing)
        self.channel = channel
    }

    /// Where a ring stands, for this device.
    @nonexhaustive
    public enum State: Hashable, Sendable {
        /// Nobody has answered yet.
        case ringing
        /// This device accepted: join ``IncomingRing/call``.
        case accepted
        /// Another device of the user accepted; nil when the server does not say which.
        case answeredElsewhere(ParticipantID?)
        /// This device rejected, or the user's channel did: too many rings at once.
        case rejected(RejectReason)
        /// Another device of the user rejected.
        case rejectedElsewhere(RejectReason, ParticipantID)
        /// The caller took it back.
        case cancelled
        /// Nobody answered in time.
        case timedOut
        /// It is over in a way that this version does not know.
        case over(RingState)
    }

    /// Where it stands now.
    public var state: State { self.line.value }

    /// The present state, then every change. Ends behind the ring's end, and when
    /// ``HoldfastClient/run()`` ends. Each use is a stream of its own.
    public var states: AsyncStream<State> { self.line.changes }

    /// Answers: this device takes the call. Returns when the server has made it durable; from then on
    /// ``state`` is ``State/accepted``, no other device can answer, and the app joins ``call``. While
    /// the connection is lost the answer waits, and counts if it is the first.
    ///
    /// A second call, also at the same time, returns like the first. Cancelling the task ends the
    /// waiting, not the answering; ``state`` tells what became of it.
    ///
    /// - Throws: `too_late` when somebody else was first, and the message says who: another device, the
    ///   caller, the clock (HF-68); ``state`` says it for programs. `not_connected` after
    ///   ``HoldfastClient/disconnect()``; `not_found` for a ring that the server does not know; `busy`;
    ///   `unavailable`; `cancelled`; `not_running`.
    public func accept() async throws(HoldfastError) {
        try await self.answer(.acceptRing(self.id), as: .accepted)
    }

    /// Answers: the user does not take the call. As ``accept()``.
    ///
    /// - Parameter reason: Why, for the caller; 1 to 32 bytes of UTF-8.
    /// - Throws: As ``accept()``, and `invalid_argument`.
    public func reject(_ reason: RejectReason = .declined) async throws(HoldfastError) {
        guard (1...Limits.wordBytesMax).contains(reason.rawValue.utf8.count) else {
            throw .argument("A reason has 1 to 32 bytes.")
        }
        try await self.answer(.rejectRing(self.id, reason), as: .rejected(reason))
    }

    /// Accepts, then joins the call. A call that this client is in already is returned as it is.
    ///
    /// When the join fails after the ring was accepted, the ring is over all the same: it rings no
    /// more on any device, and the app may try ``HoldfastClient/join(_:settings:)`` again.
    ///
    /// - Parameter settings: How to join; checked before the ring is answered.
    /// - Returns: The call, joined.
    /// - Throws: What ``accept()`` and ``HoldfastClient/join(_:settings:)`` throw.
    public func acceptAndJoin(
        settings: CallSettings = CallSettings()
    ) async throws(HoldfastError) -> HoldfastCall {
        let driver = self.channel.driver
        _ = try settings.request(call: self.call, deviceID: driver.configuration.deviceID)
        try await self.accept()
        if let record = driver.calls.first(where: { $0.call == self.call }) {
            return HoldfastCall(record: record, driver: driver)
        }
        return try await driver.join(self.call, settings: settings)
    }

    private func answer(_ command: Command, as answered: State) async throws(HoldfastError) {
        if self.state == answered { return }
        if self.state != .ringing { throw self.tooLate }
        let record = self.channel.record
        do {
            _ = try await self.channel.submit(command)
            record.update { _, followUps in followUps += self.set(answered) }
        } catch  where error.code == .tooLate {
            // Who was first stands in the log. That may be this device: an answer whose result was
            // lost, or a second call at the same time.
            let deadline = self.channel.driver.clock.now().advanced(by: Channel.endTimeout)
            _ = await record.wait(until: deadline) { _ in self.state != .ringing }
            if self.state != answered { throw self.tooLate }
        }
    }

    private var tooLate: HoldfastError {
        switch self.state {
        case .accepted: .tooLate("This device accepted the ring before.")
        case .answeredElsewhere: .tooLate("Another device of the user accepted the ring before.")
        case .rejected: .tooLate("The ring was rejected before.")
        case .rejectedElsewhere: .tooLate("Another device of the user rejected the ring before.")
        case .cancelled: .tooLate("The caller took the ring back before.")
        case .timedOut: .tooLate("The ring has timed out.")
        case .ringing, .over: .tooLate("The ring was over before.")
        }
    }

    // MARK: - The channel's side

    func set(_ state: State) -> [Resumption] { self.line.set(state, isLast: state != .ringing) }

    func finish() -> [Resumption] { self.line.finish() }

    // MARK: - Identity

    /// The same ring in the same client.
    public static func == (left: IncomingRing, right: IncomingRing) -> Bool { left === right }

    /// By identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension IncomingRing.State {
    /// What the user's own leg says to the device `own`.
    init(_ leg: Ring.Leg?, device own: ParticipantID?) {
        guard let leg else {
            self = .over(RingState(rawValue: ""))
            return
        }
        let isElsewhere = leg.device != nil && leg.device != own
        switch leg.state {
        case .ringing: self = .ringing
        case .accepted: self = leg.device == own ? .accepted : .answeredElsewhere(leg.device)
        case .rejected:
            self =
                if let device = leg.device, isElsewhere {
                    .rejectedElsewhere(leg.reason, device)
                } else { .rejected(leg.reason) }
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut
        default: self = .over(leg.state)
        }
    }
}
