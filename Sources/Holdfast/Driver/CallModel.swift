internal import HoldfastCore
internal import HoldfastWire

/// What the events of a call add up to, for properties and for readers that come later.
struct CallModel {
    private(set) var joined: HoldfastCall.Joined?
    private(set) var connection: HoldfastCall.ConnectionState = .connecting
    /// The last event of the call.
    private(set) var end: HoldfastCall.Event?
    private var loss: HoldfastCall.LossReason?
    private var members: [ParticipantID: Participant] = [:]

    /// In the order in which they joined.
    var participants: [Participant] {
        self.members.values.sorted {
            ($0.joinedAtMilliseconds, $0.id) < ($1.joinedAtMilliseconds, $1.id)
        }
    }

    /// The events that bring a new reader up to date, so that the grammar holds for it too.
    var prelude: [HoldfastCall.Event] {
        guard let joined else { return [] }
        return [.joined(joined)] + (self.loss.map { [.lost($0)] } ?? [])
            + self.participants.map { .participantJoined($0) }
    }

    mutating func apply(_ event: HoldfastCall.Event) {
        switch event {
        case .joined(let joined):
            self.joined = joined
            self.connection = .connected
        case .lost(let reason):
            self.loss = reason
            self.connection = .reconnecting
        case .restored:
            self.loss = nil
            self.connection = .connected
        case .left, .timedOut, .closed:
            self.end = event
            self.connection = .ended
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.members[participant.id] = participant
        case .participantLeft(let participant, _):
            self.members[participant.id] = nil
        case .message, .idleWarning, .idleCleared, .missedMessages, .media, .fellBehind:
            break
        }
    }
}

extension HoldfastCall.Event {
    var isJoined: Bool { if case .joined = self { true } else { false } }
}
