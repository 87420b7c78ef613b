import HoldfastWire

/// The sessions of a call that are over, so that a late client gets a definite answer (HF-45).
///
/// All live equally long, so they go in the order in which they came.
struct Tombstones: Sendable {
    /// A device of a user.
    private struct Identity: Hashable, Sendable {
        var user: UserID
        var deviceID: String
    }

    /// A tombstone that still stands.
    struct Found: Hashable, Sendable {
        var record: SessionRecord
        var ending: SessionRecord.Ending
    }

    private var records: [SessionID: SessionRecord] = [:]
    private var newest: [Identity: SessionID] = [:]
    private var order = RingBuffer<(session: SessionID, forgetAt: MonotonicInstant)>()
    private let countMax: Int

    init(countMax: Int) { self.countMax = max(1, countMax) }

    var count: Int { self.records.count }

    /// When the oldest is forgotten.
    var nextDeadline: MonotonicInstant? { self.order.first?.forgetAt }

    /// Takes a session that is over. Any other is ignored.
    mutating func insert(_ record: SessionRecord) {
        guard case .over(_, let forgetAt) = record.state, self.records[record.id] == nil else {
            return
        }
        self.records[record.id] = record
        let identity = Identity(user: record.user, deviceID: record.deviceID)
        let rival = self.newest[identity].flatMap { self.records[$0] }
        if rival.map({ $0.joinedAt <= record.joinedAt }) ?? true {
            self.newest[identity] = record.id
        }
        self.order.append((record.id, forgetAt))
        if self.records.count > self.countMax { self.removeFirst() }
    }

    /// Lets go of those whose time has come.
    mutating func forget(at now: MonotonicInstant) {
        while let first = self.order.first, first.forgetAt <= now { self.removeFirst() }
    }

    func find(_ session: SessionID, at now: MonotonicInstant) -> Found? {
        guard let record = self.records[session],
            case .over(let ending, let forgetAt) = record.state, now < forgetAt
        else { return nil }
        return Found(record: record, ending: ending)
    }

    /// The participant that a user's device was last (HF-16).
    func participant(
        of user: UserID,
        deviceID: String,
        at now: MonotonicInstant
    ) -> ParticipantID? {
        self.newest[Identity(user: user, deviceID: deviceID)]
            .flatMap { self.find($0, at: now) }?.record.participant
    }

    /// The last event that any of them is known to have processed.
    var acknowledgedTop: LogOffset { self.records.values.map(\.acknowledged).max() ?? .zero }

    private mutating func removeFirst() {
        guard let first = self.order.popFirst(),
            let record = self.records.removeValue(forKey: first.session)
        else { return }
        let identity = Identity(user: record.user, deviceID: record.deviceID)
        if self.newest[identity] == record.id { self.newest[identity] = nil }
    }
}
