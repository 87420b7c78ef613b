import HoldfastWire

/// Who is in the call besides this participant, as of the last event received.
struct Roster: Hashable, Sendable {
    /// What an event or a snapshot changed.
    enum Change: Hashable, Sendable {
        case joined(Participant)
        case updated(Participant)
        case left(Participant, LeaveReason)
    }

    /// A departure that only a snapshot tells of has no reason.
    static let reasonUnknown = LeaveReason(rawValue: "unknown")

    /// Beyond this nobody is shown; no call is that large.
    static let countMax = 4096

    /// This participant; it is not shown.
    var me: ParticipantID?
    private(set) var mine: Participant?
    private(set) var others: [ParticipantID: Participant] = [:]

    /// Everybody else, in a fixed order.
    var sorted: [Participant] { self.others.values.sorted { $0.id < $1.id } }

    /// Adds or renews a participant; nil when nothing is different.
    mutating func put(_ participant: Participant) -> Change? {
        guard participant.id != self.me else {
            self.mine = participant
            return nil
        }
        guard self.others[participant.id] != nil || self.others.count < Self.countMax else {
            return nil
        }
        let known = self.others.updateValue(participant, forKey: participant.id)
        guard let known else { return .joined(participant) }
        return known == participant ? nil : .updated(participant)
    }

    /// Removes a participant; nil when it was not there.
    mutating func remove(_ id: ParticipantID, reason: LeaveReason) -> Change? {
        self.others.removeValue(forKey: id).map { .left($0, reason) }
    }

    /// Follows an event of the log; nil when nothing is different.
    mutating func apply(_ event: CallEvent) -> Change? {
        switch event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.put(participant)
        case .participantLeft(let id, let reason):
            self.remove(id, reason: reason)
        case .message, .idleWarning, .idleCleared, .ended, .ring, .ringEnded, .userMessage,
            .unknown:
            nil
        }
    }

    /// Becomes what a snapshot says, departures first (HF-36).
    mutating func replace(with participants: [Participant]) -> [Change] {
        let present = Set(participants.map(\.id))
        var changes: [Change] = []
        for known in self.sorted where !present.contains(known.id) {
            if let change = self.remove(known.id, reason: Self.reasonUnknown) {
                changes.append(change)
            }
        }
        let ordered = participants.sorted { $0.id < $1.id }
        let additions = ordered.compactMap { self.put($0) }
        changes += additions.filter { if case .joined = $0 { true } else { false } }
        changes += additions.filter { if case .updated = $0 { true } else { false } }
        return changes
    }
}

extension Roster.Change {
    /// As the app is told.
    var sessionEvent: SessionEvent {
        switch self {
        case .joined(let participant): .participantJoined(participant)
        case .updated(let participant): .participantUpdated(participant)
        case .left(let participant, let reason): .participantLeft(participant, reason)
        }
    }
}
