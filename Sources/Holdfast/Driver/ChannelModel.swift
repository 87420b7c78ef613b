internal import HoldfastCore
internal import HoldfastWire

/// One session of a user's channel as the app sees it.
typealias ChannelRecord = Record<ChannelModel>

/// What the events of a user's channel add up to: where it is, what rings.
struct ChannelModel: RecordModel {
    typealias Event = HoldfastClient.ChannelEvent

    let user: UserID
    /// Rings answer by it. Weak: it owns this.
    weak var channel: Channel?
    /// Whether the app wants it connected.
    var isWanted: Bool
    /// Whether the engine has been told of it.
    var isOpen = false
    /// The app disconnected, and the engine has not said so yet.
    var isDisconnecting = false
    private(set) var connection: HoldfastClient.ConnectionState = .disconnected
    /// How often everything that was missed had been told.
    private(set) var catchUpCount = 0
    private(set) var end: Event?
    private var isCaughtUp = false
    private var device: ParticipantID?
    private var incoming: [RingID: IncomingRing] = [:]
    private var outgoing: [RingID: OutgoingRing] = [:]
    private var presences: [UserID: UserPresence] = [:]

    init(user: UserID, isWanted: Bool) {
        self.user = user
        self.isWanted = isWanted
    }

    var isConnected: Bool {
        guard !self.isDisconnecting else { return false }
        return self.connection == .connected || self.connection == .keptInBackground
    }

    /// Connected, and nothing that was missed is still to come.
    var isCurrent: Bool { self.isConnected && self.isCaughtUp }

    /// What rings here, oldest first.
    var rings: [IncomingRing] {
        self.incoming.values.filter { $0.state == .ringing }.sorted {
            ($0.startedAtMilliseconds, $0.id) < ($1.startedAtMilliseconds, $1.id)
        }
    }

    /// What this user rings, oldest first.
    var outgoingRings: [OutgoingRing] {
        self.outgoing.values.sorted {
            ($0.ring.startedAtMilliseconds, $0.id) < ($1.ring.startedAtMilliseconds, $1.id)
        }
    }

    var prelude: [Event] {
        let state: [Event] =
            self.connection == .disconnected || self.end != nil
            ? [] : [.stateChanged(self.connection)]
        return state + self.rings.map { .incomingRing($0) }
            + self.outgoingRings.map { .outgoingRing($0) }
            + self.presences.sorted { $0.key < $1.key }.map { .presence($0.key, $0.value) }
    }

    // MARK: - Changes by this device

    /// This device rings: known before the server has said so.
    mutating func begin(_ ring: OutgoingRing) { self.outgoing[ring.id] = ring }

    /// A ring that the server did not take.
    mutating func withdraw(_ id: RingID) -> [Resumption] {
        self.outgoing.removeValue(forKey: id)?.finish() ?? []
    }

    /// Whose presence is wanted from now on.
    mutating func watch(_ users: [UserID]) {
        self.presences = self.presences.filter { users.contains($0.key) }
    }

    // MARK: - Events

    mutating func take(_ event: SessionEvent, followUps: inout [Resumption]) -> Event? {
        switch event {
        case .joined(let description):
            self.device = description.participant
            return nil
        case .lost: return self.isConnected ? self.move(to: .connecting) : nil
        case .restored: return self.connection == .connecting ? self.move(to: .connected) : nil
        case .left: return self.finish(.signedOut, &followUps)
        case .timedOut: return self.finish(.closed(.expired), &followUps)
        case .closed(let reason):
            return self.finish(.closed(HoldfastCall.EndReason(reason)), &followUps)
        case .missedMessages(let count): return .missedMessages(count: count)
        case .channel(let event): return self.take(event, &followUps)
        // The other devices of the user, and what belongs to calls.
        case .participantJoined, .participantUpdated, .participantLeft, .message, .idleWarning,
            .idleCleared, .media, .keepAlive:
            return nil
        }
    }

    private mutating func take(
        _ event: HoldfastCore.ChannelEvent,
        _ followUps: inout [Resumption]
    ) -> Event? {
        switch event {
        case .ring(let ring): return self.take(ring, isOver: false, &followUps)
        case .ringEnded(let ring): return self.take(ring, isOver: true, &followUps)
        case .message(let id, let message, let milliseconds):
            return .message(HoldfastClient.UserMessage(id: id, message, at: milliseconds))
        case .presence(let user, let presence):
            self.presences[user] = presence
            return .presence(user, presence)
        case .state(let state):
            if state == .disconnected { self.isDisconnecting = false }
            return self.move(to: HoldfastClient.ConnectionState(state))
        case .caughtUp:
            self.catchUpCount += 1
            self.isCaughtUp = true
            return .caughtUp
        }
    }

    private mutating func take(
        _ ring: Ring,
        isOver: Bool,
        _ followUps: inout [Resumption]
    ) -> Event? {
        guard let channel else { return nil }
        guard ring.from != self.user else {
            let known = self.outgoing[ring.id] ?? OutgoingRing(ring, channel: channel)
            followUps += known.update(ring, isOver: isOver)
            self.outgoing[ring.id] = isOver ? nil : known
            return isOver ? .outgoingRingEnded(known) : .outgoingRing(known)
        }
        let state = IncomingRing.State(ring.leg(of: self.user), device: self.device)
        let known = self.incoming[ring.id]
        let incoming = known ?? IncomingRing(ring, state: state, channel: channel)
        followUps += incoming.set(state)
        self.incoming[ring.id] = isOver ? nil : incoming
        if isOver { return .incomingRingEnded(incoming) }
        return known == nil ? .incomingRing(incoming) : nil
    }

    /// Nil when it is there already.
    private mutating func move(to state: HoldfastClient.ConnectionState) -> Event? {
        guard state != self.connection else { return nil }
        self.connection = state
        if !self.isConnected { self.isCaughtUp = false }
        return .stateChanged(state)
    }

    private mutating func finish(_ end: Event, _ followUps: inout [Resumption]) -> Event {
        self.connection = .disconnected
        self.isDisconnecting = false
        self.isWanted = false
        self.end = end
        followUps += self.stop()
        return end
    }

    /// Rings of a channel that tells nothing any more ring no more here.
    mutating func stop() -> [Resumption] {
        let resumptions =
            self.incoming.values.flatMap { $0.finish() }
            + self.outgoing.values.flatMap { $0.finish() }
        self.incoming = [:]
        self.outgoing = [:]
        self.presences = [:]
        return resumptions
    }

    static func isKept(_ event: Event) -> Bool {
        switch event {
        case .message, .incomingRingEnded, .outgoingRingEnded: true
        default: false
        }
    }

    static func missed(_ count: Int) -> Event { .missedMessages(count: count) }

    static var fellBehind: Event { .fellBehind }
}

extension Ring {
    /// A callee's channel shows its own leg alone, so another one is better than none.
    fileprivate func leg(of user: UserID) -> Leg? {
        self.legs.first { $0.user == user } ?? self.legs.first
    }
}
