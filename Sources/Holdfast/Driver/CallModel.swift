internal import HoldfastCore
internal import HoldfastWire

/// What the events of a call add up to, for properties and for readers that come later.
struct CallModel: RecordModel {
    var microphone: MicrophoneState
    private(set) var joined: HoldfastCall.Joined?
    private(set) var connection: HoldfastCall.ConnectionState = .connecting
    /// The last event of the call.
    private(set) var end: HoldfastCall.Event?
    private(set) var keepAlive = KeepAliveModel()
    private var loss: HoldfastCall.LossReason?
    private var members: [ParticipantID: Participant] = [:]

    init(microphone: MicrophoneState) { self.microphone = microphone }

    /// In the order in which they joined.
    var participants: [Participant] {
        self.members.values.sorted {
            ($0.joinedAtMilliseconds, $0.id) < ($1.joinedAtMilliseconds, $1.id)
        }
    }

    var prelude: [HoldfastCall.Event] {
        guard let joined else { return [] }
        return [.joined(joined)] + (self.loss.map { [.lost($0)] } ?? [])
            + self.participants.map { .participantJoined($0) }
            + self.keepAlive.reports.map { .keepAlive($0) }
    }

    mutating func take(
        _ event: SessionEvent,
        followUps: inout [Resumption]
    ) -> HoldfastCall.Event? {
        let event = HoldfastCall.Event(event)
        if let event { self.apply(event) }
        return event
    }

    mutating func stop() -> [Resumption] { [] }

    static func isKept(_ event: HoldfastCall.Event) -> Bool {
        if case .message = event { true } else { false }
    }

    static func missed(_ count: Int) -> HoldfastCall.Event { .missedMessages(count: count) }

    static var fellBehind: HoldfastCall.Event { .fellBehind }

    private mutating func apply(_ event: HoldfastCall.Event) {
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
        case .keepAlive(let report):
            self.keepAlive.take(report)
            if case .microphoneToggled(let microphone) = report { self.microphone = microphone }
        case .message, .idleWarning, .idleCleared, .missedMessages, .media, .fellBehind:
            break
        }
    }
}
