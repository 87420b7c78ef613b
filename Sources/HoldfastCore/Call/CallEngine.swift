import HoldfastWire

/// One call of one device: composes the connections, the session, the media mesh and the times at
/// which something is tried.
///
/// A connection is replaced, never repaired: a new one is opened beside the old one, and the
/// generation in its welcome decides (HF-55).
struct CallEngine: Sendable {
    /// Where the call is between `join` and the last effect.
    enum Phase: Hashable, Sendable {
        /// No session yet. Given up at `until`; a channel's, with nil, never.
        case joining(until: MonotonicInstant?)
        /// There is a session, attached or not.
        case inSession
        /// The server was told that we leave; its answer is awaited until then.
        case leaving(until: MonotonicInstant)
        /// The app was told that we left; the server is still being told.
        case farewell(until: MonotonicInstant)
        /// Nothing is tried; what the app was told may still wait for its listeners.
        case over
    }

    /// How long a join is tried.
    static let joinPeriod: Duration = .seconds(60)
    /// How long `leave` waits for the server.
    static let leavePeriod: Duration = .seconds(2)
    /// How long the server is being told of a `leave` after the app was.
    static let farewellPeriod: Duration = .seconds(10)
    /// Between two stores that only move the cursor.
    static let storeInterval: Duration = .seconds(5)
    /// How long a change of the network explains a loss.
    static let disturbancePeriod: Duration = .seconds(5)

    let handle: CallHandle
    var phase: Phase
    /// Kept current, so that joining anew gives the state of now.
    var request: JoinRequest
    var membership: Membership?
    /// Oldest first. At most ``ReconnectMachine/attemptCountMax`` attempts beside the one in use.
    var links: [CallLink] = []
    /// The connection in use.
    var attached: ConnectionID?
    var session: SessionMachine
    var reconnect: ReconnectMachine
    var tokens = TokenKeeper()
    var mesh: MeshMachine?
    var policy: MediaPolicyMachine
    /// When the app was told that it joined, or an earlier process was brought back.
    var joinedAt: MonotonicInstant?
    /// What of it a notification may show.
    var told = CallCircumstances.Told()
    var outage: Outage?
    /// In a user's channel: whether it is connected. Nil in a call.
    var channel: ChannelMachine?
    /// Whose presence the app wants to know; at most ``Limits/watchedUserCountMax``.
    var watched: [UserID] = []
    /// Whether the session of this channel is gone, so that it is joined anew.
    var isRejoining = false
    /// The last thing that happened to network or process.
    var disturbance: (reason: LossReason, at: MonotonicInstant)?
    var roundTrip: Duration?
    /// As the server named them last (HF-62).
    var iceServers: [MediaICEServer] = []
    /// Whether an earlier process was in this call.
    var isRestored = false
    /// Whether a server refused our resume as such; a second time the session is given up.
    var refusedResumeCount = 0
    /// Whether a counter was refused and raised, once.
    var hasRaisedCounter = false
    var storedCursor: LogOffset = .zero
    var storeDueAt: MonotonicInstant?

    init(handle: CallHandle, request: JoinRequest, seed: UInt64, turn: Turn) {
        self.handle = handle
        self.request = request
        let isChannel = request.options.call.channelOwner != nil
        self.phase = .joining(until: isChannel ? nil : turn.instant.advanced(by: Self.joinPeriod))
        self.session = SessionMachine(call: request.options.call)
        self.policy = MediaPolicyMachine(request)
        self.reconnect = ReconnectMachine(
            seed: seed,
            isForeground: turn.environment.isForeground
        )
        self.reconnect.setPath(isUsable: turn.environment.hasPath)
        guard isChannel else { return }
        self.channel = ChannelMachine(isForeground: turn.environment.isForeground)
        // Nobody speaks in a channel.
        self.request.media = nil
        self.request.options.media = MediaState()
    }

    /// Whether the engine may forget the call.
    var isDone: Bool { self.phase == .over && self.session.isDrained }

    /// Whether the server knows this device, as far as we know.
    var isInSession: Bool { self.phase == .inSession }

    /// Whether nothing more is told to the app behind what waits.
    var isConcluded: Bool {
        switch self.phase {
        case .farewell, .over: true
        case .joining, .inSession, .leaving: false
        }
    }

    /// Whether the server is to be told that we leave, and nothing else.
    var isLeaving: Bool {
        switch self.phase {
        case .leaving, .farewell, .over: true
        case .joining, .inSession: false
        }
    }

    func owns(_ id: ConnectionID) -> Bool { self.links.contains { $0.id == id } }

    var attemptCount: Int { self.links.count { $0.isAttempt } }

    /// When ``deadlineReached(_:)`` is due next.
    var nextDeadline: MonotonicInstant? {
        // Asked for after every event, so nothing is collected.
        var next = earliest(self.reconnect.nextDeadline, self.session.nextDeadline)
        for index in self.links.indices {
            next = earliest(next, self.links[index].machine.nextDeadline)
        }
        next = earliest(next, earliest(self.mesh?.nextDeadline, self.channel?.nextDeadline))
        next = earliest(next, earliest(self.tokenDueAt, self.storeDueAt))
        next = earliest(next, self.outage?.nextDeadline)
        switch self.phase {
        case .joining(let until): return earliest(next, until)
        case .leaving(let until), .farewell(let until): return earliest(next, until)
        case .inSession, .over: return next
        }
    }

    /// When the app is asked for a token; not while a channel is to have no connection.
    private var tokenDueAt: MonotonicInstant? {
        switch self.channel?.state {
        case .disconnected, .suspended: nil
        case .connecting, .connected, .waking, .kept, nil: self.tokens.dueAt
        }
    }

    mutating func deadlineReached(_ turn: inout Turn) {
        // First, so that nothing below begins a connection that may not be.
        self.tellChannel(.deadlineReached, &turn)
        for id in self.links.map(\.id) { self.tellLink(id, .deadlineReached, &turn) }
        self.checkPhase(&turn)
        self.checkOutage(&turn)
        self.tellReconnect(.deadlineReached, &turn)
        self.tellSession(.deadlineReached, &turn)
        self.tellMesh(.deadlineReached, &turn)
        if let dueAt = self.tokenDueAt, turn.instant >= dueAt { self.requestToken(&turn) }
        if let dueAt = self.storeDueAt, turn.instant >= dueAt { self.store(&turn) }
    }

    private mutating func checkPhase(_ turn: inout Turn) {
        switch self.phase {
        case .joining(let until?) where turn.instant >= until:
            let reason = "No server answered in time."
            self.conclude(.closed(.refused(.unavailable, message: reason)), &turn)
        case .leaving(let until) where turn.instant >= until:
            self.conclude(.left, &turn)
        case .farewell(let until) where turn.instant >= until:
            self.finish(&turn)
        case .joining, .inSession, .leaving, .farewell, .over:
            break
        }
    }

    // MARK: Machines

    /// Tells one connection's machine, and obeys it.
    mutating func tellLink(_ id: ConnectionID, _ event: LinkMachine.Event, _ turn: inout Turn) {
        guard let index = self.links.firstIndex(where: { $0.id == id }) else { return }
        for effect in self.links[index].machine.handle(event, at: turn.instant) {
            switch effect {
            case .ping(let number):
                self.tellSession(.acknowledging, &turn)
                let acknowledged = self.session.acknowledgeable
                turn.effects.append(.send(id, .ping(id: number, acknowledged: acknowledged)))
            case .reportSuspicion:
                self.note("a ping is late; trying another connection", &turn)
                self.tellReconnect(.triggered, &turn)
            case .reportRecovery:
                self.tellReconnect(.recovered, &turn)
            case .reportTimeout:
                self.drop(id, .normal, &turn)
                self.tellReconnect(.attemptFailed(.timedOut), &turn)
            case .reportDeath:
                self.linkDied(id, &turn)
            }
        }
    }

    mutating func tellReconnect(_ event: ReconnectMachine.Event, _ turn: inout Turn) {
        let effects = self.reconnect.handle(
            event,
            attemptCount: self.attemptCount,
            at: turn.instant
        )
        for case .attempt in effects { self.attempt(&turn) }
    }

    mutating func tellSession(_ event: SessionMachine.Event, _ turn: inout Turn) {
        var effects: [SessionMachine.Effect] = []
        self.session.handle(event, at: turn.instant, effects: &effects)
        for effect in effects { self.perform(effect, &turn) }
        self.noteProgress(&turn)
    }

    mutating func perform(_ effect: SessionMachine.Effect, _ turn: inout Turn) {
        switch effect {
        case .send(let message):
            self.send(message, &turn)
        case .deliver(let number, let event):
            self.told.take(event)
            turn.effects.append(.deliver(self.handle, number, event))
        case .finish(let request, let outcome):
            turn.effects.append(.finish(request, outcome))
        case .change(let change):
            self.tellMesh(.changed(change), &turn)
        case .begin:
            self.joined(&turn)
        case .reconnect:
            self.abandonConnection(&turn)
        case .end(let reason):
            self.conclude(Self.terminal(of: reason), &turn)
        }
    }

    /// Sends on the connection in use; without one the frame is void.
    mutating func send(_ message: ClientMessage, _ turn: inout Turn) {
        guard let attached, let index = self.links.firstIndex(where: { $0.id == attached }) else {
            return
        }
        self.links[index].machine.sent(at: turn.instant)
        turn.effects.append(.send(attached, message))
    }

    func note(_ text: String, _ turn: inout Turn) {
        turn.effects.append(.note(self.handle, text))
    }

    /// A belief of ours is wrong. It ends this call alone (style rule 27).
    mutating func fault(_ belief: String, _ turn: inout Turn) {
        assertionFailure(belief)
        self.conclude(.closed(.internalFault(belief)), &turn)
    }

    /// Keeps the connection's view of what is owed and the stored cursor up to date.
    private mutating func noteProgress(_ turn: inout Turn) {
        if let index = self.links.firstIndex(where: { $0.id == self.attached }) {
            self.links[index].machine.setOwing(self.session.isOwing)
            let isAwaiting = self.session.commands.isAwaitingResult
            self.links[index].machine.setAwaiting(isAwaiting, at: turn.instant)
        }
        guard self.isInSession, self.storeDueAt == nil,
            self.session.deliveries.processed != self.storedCursor
        else { return }
        self.storeDueAt = turn.instant.advanced(by: Self.storeInterval)
    }
}
