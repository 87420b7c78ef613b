import HoldfastWire

/// Who connects to whom, who offers, and when ICE restarts.
///
/// The first four participants with media form the mesh: everybody sees the same list, so both ends
/// of a pair agree on whether there is one. A pair lives as long as both participants do; lost
/// signalling alone never disturbs it, because packets flow without a server.
struct MeshMachine: Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The engine was started. `isRestored`: an earlier process was in this call, and the
        /// others may still hold its connections.
        case started(isRestored: Bool)
        /// A connection to the server is there. `isNew`: with a session that has no past.
        case attached(isNew: Bool)
        /// No connection to the server.
        case detached
        /// The network is another one: candidates of the old one are dead. Or there is none.
        case pathChanged(PathStatus)
        /// Somebody came, went or changed.
        case changed(Roster.Change)
        /// Signalling from a participant.
        case signalled(Signal)
        /// A report of the media engine.
        case media(MediaEvent)
        /// ``MeshMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Command the media engine.
        case media(MediaCommand)
        /// Send signalling, if there is a connection.
        case signal(Signal)
        /// Tell the app.
        case report(MediaReport)
    }

    /// This participant and three others.
    static let memberCountMax = MediaEngineLimits.peerCountMax + 1
    /// How long a new connection to the server may take after a path change before the old one
    /// carries the restart.
    static let pathChangePatience: Duration = .seconds(1)

    private(set) var me: Participant
    private(set) var pairs: [ParticipantID: MeshPair] = [:]
    private var present: [ParticipantID: Participant] = [:]
    private var excluded: Set<ParticipantID> = []
    private var isAttached = true
    /// Whether candidates are dead since the last restart of everything.
    private var pathChangedAt: MonotonicInstant?
    /// The last usable network, nil while none is known.
    private var path: PathStatus?
    /// Whether there was no network at all since the last restart of everything.
    private var hasLostPath = false
    /// Whether pairs that are made now replace older ones that the others may still hold.
    private var isReplacing = false

    /// Creates a mesh without pairs, on a network that is perhaps known.
    init(me: Participant, path: PathStatus? = nil) {
        self.me = me
        self.path = path == .unsatisfied ? nil : path
    }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        guard self.isAttached else { return nil }
        var next = self.pathChangedAt?.advanced(by: Self.pathChangePatience)
        for (id, pair) in self.pairs where self.isOnline(id) {
            next = earliest(next, pair.restartAt)
        }
        return next
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .started(let isRestored):
            self.isReplacing = isRestored
        case .attached(let isNew):
            self.isAttached = true
            if isNew { self.rebuild(at: now, &effects) } else { self.repair(at: now, &effects) }
        case .detached:
            self.isAttached = false
        case .pathChanged(.unsatisfied):
            self.hasLostPath = true
        case .pathChanged(let path):
            self.path = path
            self.pathChangedAt = now
        case .changed(let change):
            self.changed(change, at: now, &effects)
        case .signalled(let signal):
            self.relay(signal, at: now, &effects)
        case .media(let event):
            self.reported(event, at: now, &effects)
        case .deadlineReached:
            self.restartDue(at: now, &effects)
        }
        return effects
    }

    // MARK: Who

    private mutating func changed(
        _ change: Roster.Change,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        switch change {
        case .joined(let participant):
            self.present[participant.id] = participant
        case .updated(let participant):
            let known = self.present.updateValue(participant, forKey: participant.id)
            if let known, known.joinedAtMilliseconds != participant.joinedAtMilliseconds {
                // Another device took over: nothing of the old connection is of use.
                self.disconnect(participant.id, &effects)
            } else if known?.reachability != .online, participant.reachability == .online {
                self.pairs[participant.id]?.becameReachable(at: now)
            }
        case .left(let participant, _):
            self.present[participant.id] = nil
            self.excluded.remove(participant.id)
            self.disconnect(participant.id, &effects)
        }
        self.connectMembers(at: now, &effects)
    }

    private mutating func connectMembers(at now: MonotonicInstant, _ effects: inout [Effect]) {
        // Whoever has no track at all has no media engine either, and would never answer.
        let talkers = self.present.values.filter(\.media.hasTracks)
        let everybody = ([self.me] + talkers).sorted {
            ($0.joinedAtMilliseconds, $0.id.bytes) < ($1.joinedAtMilliseconds, $1.id.bytes)
        }
        for id in self.sortedPairs where self.present[id]?.media.hasTracks != true {
            self.disconnect(id, &effects)
        }
        let members = Set(everybody.prefix(Self.memberCountMax).map(\.id))
        let isMember = members.contains(self.me.id)
        for participant in everybody where participant.id != self.me.id {
            if isMember, members.contains(participant.id) {
                self.excluded.remove(participant.id)
                self.connect(participant.id, at: now, &effects)
            } else if self.excluded.insert(participant.id).inserted {
                self.disconnect(participant.id, &effects)
                effects.append(.report(.failed(.meshFull)))
            }
        }
    }

    private mutating func connect(
        _ id: ParticipantID,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard self.pairs[id] == nil else { return }
        // HF-57: bytewise, whatever a language thinks of letters.
        let role: PeerRole = self.me.id.bytes < id.bytes ? .offerer : .answerer
        self.pairs[id] = MeshPair(role: role, path: self.path, at: now)
        effects.append(.media(.connect(id, role: role)))
        if self.isReplacing, role == .answerer { self.askForOffer(id, &effects) }
    }

    private mutating func disconnect(_ id: ParticipantID, _ effects: inout [Effect]) {
        guard self.pairs.removeValue(forKey: id) != nil else { return }
        effects.append(.media(.disconnect(id)))
    }

    /// The session is another one, so the others have left our old connections or will.
    private mutating func rebuild(at now: MonotonicInstant, _ effects: inout [Effect]) {
        for id in self.sortedPairs { self.disconnect(id, &effects) }
        self.isReplacing = true
        self.pathChangedAt = nil
        self.hasLostPath = false
        self.connectMembers(at: now, &effects)
    }

    // MARK: When

    /// After a resume. What was signalled before is void (HF-56), but packets that flow on a path
    /// that did not change need no signalling.
    private mutating func repair(at now: MonotonicInstant, _ effects: inout [Effect]) {
        let hasMoved = self.pathChangedAt != nil
        self.pathChangedAt = nil
        for id in self.sortedPairs {
            guard let pair = self.pairs[id], hasMoved || !pair.isHealthy else { continue }
            self.restart(id, at: now, &effects)
        }
        if hasMoved { self.hasLostPath = false }
    }

    private mutating func restartDue(at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard self.isAttached else { return }
        if let changedAt = self.pathChangedAt,
            now >= changedAt.advanced(by: Self.pathChangePatience)
        {
            self.repair(at: now, &effects)
        }
        for id in self.sortedPairs where self.isOnline(id) {
            guard let dueAt = self.pairs[id]?.restartAt, now >= dueAt else { continue }
            self.restart(id, at: now, &effects)
        }
    }

    private mutating func restart(
        _ id: ParticipantID,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard let pair = self.pairs[id] else { return }
        guard !self.isStranded(pair) else { return self.replace(id, pair, at: now, &effects) }
        self.pairs[id]?.restarted(at: now)
        switch pair.role {
        case .offerer where pair.isRestartUseless(at: now): self.beginAnew(id, &effects)
        case .offerer: effects.append(.media(.restartICE(id)))
        case .answerer: self.askForOffer(id, &effects)
        }
    }

    /// A new connection, with what can be gathered now; the other end notices and does the same. How
    /// often was tried is kept.
    private mutating func beginAnew(_ id: ParticipantID, _ effects: inout [Effect]) {
        self.pairs[id]?.path = self.path
        effects += [.media(.disconnect(id)), .media(.connect(id, role: .offerer))]
    }

    /// Whether ICE of this connection has no address in the network of now. An engine learns the
    /// device's addresses when it makes a connection, and a restart does not ask again. When one
    /// network followed another without a pause the connection may know both: restarting is quicker
    /// and is tried first.
    private func isStranded(_ pair: MeshPair) -> Bool {
        guard let path, let known = pair.path, known != path else { return false }
        return self.hasLostPath || pair.hasRestartedInVain
    }

    private mutating func replace(
        _ id: ParticipantID,
        _ pair: MeshPair,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        self.pairs[id] = MeshPair(role: pair.role, path: self.path, at: now)
        effects += [.media(.disconnect(id)), .media(.connect(id, role: pair.role))]
        if pair.role == .answerer { self.askForOffer(id, &effects) }
    }

    private func askForOffer(_ id: ParticipantID, _ effects: inout [Effect]) {
        effects.append(.signal(Signal(peer: id, content: .offerRequest(restart: true))))
    }

    private func isOnline(_ id: ParticipantID) -> Bool {
        switch self.present[id]?.reachability {
        case .reconnecting?, .background?, nil: false
        // Values of a newer server read as online.
        default: true
        }
    }

    private var sortedPairs: [ParticipantID] { self.pairs.keys.sorted() }

    // MARK: What

    private mutating func relay(
        _ signal: Signal,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard let pair = self.pairs[signal.peer], let content = MediaSignal(signal.content) else {
            return
        }
        if content == .offerRequest(restart: true) {
            self.pairs[signal.peer]?.restarted(at: now)
            if pair.role == .offerer, pair.isRestartUseless(at: now) {
                return self.beginAnew(signal.peer, &effects)
            }
        }
        if case .answer = content { self.pairs[signal.peer]?.answered(at: now) }
        effects.append(.media(.receive(content, from: signal.peer)))
    }

    private mutating func reported(
        _ event: MediaEvent,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        switch event {
        case .signal(let signal, let id):
            guard self.pairs[id] != nil, signal.byteCount <= Limits.signalBytesMax else { return }
            effects.append(.signal(Signal(peer: id, content: Signal.Content(signal))))
        case .peer(let id, let state):
            self.pairs[id]?.peerChanged(state, at: now)
            effects.append(.report(.peer(id, state)))
        case .reception(let id, let reception):
            self.pairs[id]?.receptionChanged(reception, at: now)
            effects.append(.report(.reception(id, reception)))
        case .statistics(let statistics):
            effects.append(.report(.statistics(statistics)))
        case .sourceReplaced(let replacement):
            effects.append(.report(.sourceReplaced(replacement)))
        case .videoReplaced(let replacement):
            effects.append(.report(.videoReplaced(replacement)))
        case .videoEnded(let end):
            effects.append(.report(.videoEnded(end)))
        case .devices(let devices):
            effects.append(.report(.devices(devices)))
        case .routeChanged(let change):
            effects.append(.report(.routeChanged(change)))
        case .failed(let failure):
            effects.append(.report(.failed(failure)))
        }
    }
}

extension ParticipantID {
    /// For an order that is the same in every language (HF-57).
    fileprivate var bytes: BytewiseOrder { BytewiseOrder(self.rawValue) }
}

/// A text in the order of its UTF-8 bytes.
private struct BytewiseOrder: Comparable {
    private let bytes: String.UTF8View

    init(_ text: String) { self.bytes = text.utf8 }

    static func == (left: BytewiseOrder, right: BytewiseOrder) -> Bool {
        left.bytes.elementsEqual(right.bytes)
    }

    static func < (left: BytewiseOrder, right: BytewiseOrder) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension MediaFailure {
    /// More participants than a mesh can carry.
    static let meshFull = MediaFailure(
        code: .limit,
        message: "Media connects four participants at most; this one is heard by nobody."
    )
}
