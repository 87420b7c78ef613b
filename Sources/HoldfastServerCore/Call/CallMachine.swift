package import HoldfastWire

/// One call, or one user's channel: its log, its members, their sessions and connections. The unit of
/// sharding.
///
/// Every change goes through ``commit``: it is written to the store first, and what others are told
/// of it waits until the store says so (HF-29). A failed commit takes the machine back to what the
/// store holds. Composes ``CallLog``, ``CallView``, ``IdleMachine`` and, for each session,
/// ``PresenceMachine`` and ``CommandLedger``; its parts live in `CallMachine+Topic.swift`. What only a
/// channel has is its ``UserChannel``.
package struct CallMachine: Sendable {
    /// What the call's timers are for.
    enum TimerKey: Hashable, Sendable {
        case presence(SessionID)
        case liveness(ConnectionID)
        case authorization(SessionID)
        case tombstones
        case idle
        case channel
        case userPresence
    }

    /// What the outside is told once a commit is durable.
    enum Consequence: Hashable, Sendable {
        case publish(LogOffset, CallEvent)
        case start(ConnectionID, Start)
        case release(ConnectionID)
        case result(SessionID, CommandResult)
        case bye(ConnectionID, Bye)
        case refuse(ConnectionID, Welcome?, Bye)
        case administered(AdministrationID, AdministrationOutcome)
        /// A letter may go out.
        case letter(LetterNumber, to: CallID)
        /// A letter was taken.
        case acknowledge(LetterReceipt)
        /// A device may be woken.
        case push(PushRequest)
    }

    /// How a connection's delivery begins.
    struct Start: Hashable, Sendable {
        var mode: Welcome.Mode
        var plan: Delivery.Plan
        /// Results behind this are repeated.
        var lastResult: CommandNumber
    }

    /// A session in memory.
    struct Session: Sendable {
        var record: SessionRecord
        var presence: PresenceMachine
        var ledger: CommandLedger
        var connection: ConnectionID?
        /// While a snapshot is awaited: a client that has processed this has processed it. Nil until
        /// the snapshot goes out.
        var caughtUpFrom: LogOffset?
        /// How many missed messages the last snapshot has told of, and its offset, until a client has
        /// processed that. A client that only got the message before it, at the same offset, is taken
        /// for one that has: it is better told too little than twice.
        var missedTold: (count: UInt32, at: LogOffset)?
        /// The cursor of another log with which the client came, while nothing shows that it has been
        /// led back from there.
        var foreignCursor: LogOffset?
        var commands: TokenBucket
        /// For frames that are no commands and have an answer or cost more than one (HF-61).
        var controls: TokenBucket
        var signals: TokenBucket
    }

    let id: CallID
    let configuration: ServerConfiguration
    /// When this process started: deadlines that passed before are moved (HF-59).
    let startedAt: MonotonicInstant

    var record: CallRecord
    /// Whether the call exists: somebody joined it, and it has not ended.
    var isOpen: Bool
    var log: CallLog
    var draft: CallView
    var published: CallView
    /// The last durable offset.
    var publishedTop: LogOffset { self.log.durableTop }
    var idle: IdleMachine
    /// Nil in a call.
    var channel: UserChannel?
    /// Nil in a call.
    var push: PushMachine?
    /// Nil in a call.
    var userPresence: UserPresenceMachine?
    /// Whom connections want to watch, until the engine takes it.
    var watches: [(connection: ConnectionID, users: [UserID])] = []
    var sessions: [SessionID: Session] = [:]
    /// The live session of each participant.
    var sessionOf: [ParticipantID: SessionID] = [:]
    var tombstones: Tombstones
    var deliveries: [ConnectionID: Delivery] = [:]
    var timers = DeadlineQueue<TimerKey>()
    /// The reconnect spread that a welcome names (HF-58); the engine knows how many there are.
    var reconnectSpread: Duration = .milliseconds(500)

    var lastCommit: CommitNumber
    var writes: [StoreWrite] = []
    var consequences: [Consequence] = []
    var pending = RingBuffer<(number: CommitNumber, consequences: [Consequence])>()
    /// When the last connection went away; nil while there is one.
    var quietSince: MonotonicInstant?

    /// Builds a call from what the store holds, with nobody connected. `lostAt` is when the
    /// connections went away that the store still believes in: with the last process, or with a
    /// failed commit.
    package init(
        id: CallID,
        stored: StoredCall,
        era: Era,
        configuration: ServerConfiguration,
        startedAt: MonotonicInstant,
        lostAt: MonotonicInstant,
        lastCommit: CommitNumber = CommitNumber(0),
        seed: UInt64 = 0,
        at now: MonotonicInstant
    ) {
        self.id = id
        self.configuration = configuration
        self.startedAt = startedAt
        self.lastCommit = lastCommit
        let record =
            stored.record
            ?? CallRecord(
                id: id,
                title: "",
                kind: .audio,
                idleTimeout: configuration.idleTimeout,
                createdAt: now
            )
        self.record = record
        self.isOpen = stored.record != nil && record.end == nil
        let owner = id.channelOwner
        self.log = CallLog(
            era: era,
            configuration: configuration,
            stored: stored,
            isChannel: owner != nil
        )
        self.channel = owner.map { owner in
            UserChannel(
                owner: owner,
                stored: stored.channel,
                letterTop: record.letterTop,
                configuration: configuration,
                at: now
            )
        }
        if let owner {
            self.push = PushMachine(of: owner, stored.channel, configuration, seed: seed, at: now)
            self.userPresence = Self.storedPresence(
                stored.sessions,
                window: configuration.channelWindow,
                lostAt: lostAt,
                at: now
            )
        }
        self.draft = CallView(
            title: record.title,
            kind: record.kind,
            participants: stored.participants,
            idleEndsAtMilliseconds: Self.warnedEnd(in: stored.recent),
            rings: stored.channel.rings.map(\.ring)
        )
        self.published = self.draft
        self.idle = IdleMachine(timeout: record.idleTimeout, lead: configuration.idleWarningLead)
        self.tombstones = Tombstones(countMax: configuration.tombstoneCountMax)
        self.quietSince = now
        self.restoreSessions(stored, lostAt: lostAt, at: now)
        self.restoreIdle(at: now)
        self.scheduleChannel()
        self.scheduleUserPresence()
    }

    /// When the engine must next say that a deadline was reached.
    package var nextDeadline: MonotonicInstant? {
        let unload =
            self.isIdleInMemory
            ? self.quietSince?.advanced(by: self.configuration.unloadAfter) : nil
        guard let timer = self.timers.next else { return unload }
        return min(timer, unload ?? timer)
    }

    /// Whether the call may leave memory: nobody is connected, nothing is being written, and it has
    /// been so for a while (HF-61).
    package func isUnloadable(at now: MonotonicInstant) -> Bool {
        guard let quietSince, self.isIdleInMemory else { return false }
        return now >= quietSince.advanced(by: self.configuration.unloadAfter)
    }

    /// Whether nothing but time keeps the call in memory. Otherwise what keeps it has a deadline of its
    /// own, or an answer to come.
    private var isIdleInMemory: Bool {
        self.pending.isEmpty && self.deliveries.isEmpty && self.channel?.outbox.isEmpty != false
            && (self.push?.wakeCount ?? 0) == 0 && self.userPresence?.nextDeadline == nil
    }

    /// When something happens to the call although nobody is connected; nil when nothing does.
    package var dormantDeadline: MonotonicInstant? {
        guard self.isOpen else { return nil }
        var earliest = [self.idle.nextDeadline, self.channelDeadline].compactMap { $0 }.min()
        for session in self.sessions.values {
            guard let deadline = session.presence.nextDeadline else { continue }
            earliest = min(earliest ?? deadline, deadline)
        }
        return earliest
    }

    /// A call as an operator sees it.
    package var summary: CallSummary {
        CallSummary(
            id: self.id,
            title: self.published.title,
            kind: self.published.kind,
            participants: self.published.participants.values.sorted { $0.id < $1.id },
            attachedCount: self.deliveries.count,
            eventBytes: self.log.byteCount
        )
    }

    private mutating func restoreSessions(
        _ stored: StoredCall,
        lostAt: MonotonicInstant,
        at now: MonotonicInstant
    ) {
        let limits = PresenceMachine.Configuration(self.configuration)
        for var record in stored.sessions {
            guard let state = self.restoredPresence(of: record, lostAt: lostAt, at: now) else {
                self.tombstones.insert(record)
                continue
            }
            if record.state == .attached, case .detached(_, let isExpected, _, let until) = state {
                // Or the window would begin anew with every load.
                record.state = .detached(isExpected: isExpected, until: until)
                self.writes.append(.session(record))
            }
            self.sessions[record.id] = Session(
                record: record,
                presence: PresenceMachine(state: state, configuration: limits),
                ledger: CommandLedger(
                    last: record.lastCommand,
                    results: stored.results[record.id] ?? [],
                    resultCountMax: self.configuration.resultCountMax
                ),
                connection: nil,
                commands: self.commandBucket,
                controls: self.commandBucket,
                signals: self.signalBucket
            )
            self.sessionOf[record.participant] = record.id
            self.schedulePresence(record.id)
        }
    }

    /// Where a stored session stands now that its connection is gone; nil when it is over.
    private func restoredPresence(
        of record: SessionRecord,
        lostAt: MonotonicInstant,
        at now: MonotonicInstant
    ) -> PresenceMachine.State? {
        let floor = self.startedAt.advanced(by: self.configuration.restartGrace)
        let known = self.draft.participants[record.participant]?.reachability ?? .online
        switch record.state {
        case .over:
            return nil
        case .attached:
            return .detached(
                announced: known,
                isExpected: false,
                announceAt: lostAt.advanced(by: self.configuration.announceAfterRestart),
                until: max(lostAt.advanced(by: self.configuration.detachWindow), floor)
            )
        case .detached(let isExpected, let until):
            // A wall clock that was set back must not keep a session for ever.
            let window =
                isExpected
                ? self.configuration.backgroundWindowMax : self.configuration.detachWindow
            let ceiling = max(now.advanced(by: window), floor)
            let announceAt = max(self.startedAt, now).advanced(by: self.configuration.announceAfter)
            return .detached(
                announced: known,
                isExpected: isExpected,
                announceAt: isExpected || known != .online ? nil : announceAt,
                until: min(max(until, floor), ceiling)
            )
        }
    }

    private mutating func restoreIdle(at now: MonotonicInstant) {
        guard self.isOpen, self.record.idleTimeout > .zero else { return }
        let floor = self.startedAt.advanced(by: self.configuration.restartGrace)
        let ceiling = now.advanced(by: self.record.idleTimeout + self.configuration.restartGrace)
        let told = self.draft.idleEndsAtMilliseconds
        var state = IdleMachine.State.occupied
        if self.draft.participants.count == 1 {
            let stored = self.record.idleEndsAt ?? now.advanced(by: self.record.idleTimeout)
            let endsAt = min(max(stored, floor), ceiling)
            state = told == 0 ? .alone(endsAt: endsAt) : .warned(endsAt: endsAt)
            if told != 0, told != endsAt.offset.milliseconds {
                self.append(.idleWarning(endsAtMilliseconds: endsAt.offset.milliseconds), at: now)
            }
        }
        self.idle = IdleMachine(
            state: state,
            timeout: self.record.idleTimeout,
            lead: self.configuration.idleWarningLead
        )
        self.scheduleIdle()
    }

    /// The end that the log has warned of and not taken back; zero when there is none. Nothing else
    /// is kept of a warning, and only its taking back shows that it is over.
    private static func warnedEnd(in recent: [LogEntry]) -> Int64 {
        for entry in recent.reversed() {
            switch entry.event {
            case .idleWarning(let endsAtMilliseconds): return endsAtMilliseconds
            case .idleCleared, .ended: return 0
            case .participantJoined, .participantUpdated, .participantLeft, .message, .ring,
                .ringEnded, .userMessage, .unknown:
                continue
            }
        }
        return 0
    }

    var commandBucket: TokenBucket {
        TokenBucket(
            ratePerSecond: self.configuration.commandRate,
            burst: self.configuration.commandBurst
        )
    }

    var signalBucket: TokenBucket {
        TokenBucket(
            ratePerSecond: self.configuration.signalRate,
            burst: self.configuration.signalBurst
        )
    }
}

/// A call as an operator sees it.
package struct CallSummary: Hashable, Sendable {
    package var id: CallID
    package var title: String
    package var kind: CallKind
    package var participants: [Participant]
    package var attachedCount: Int
    package var eventBytes: Int

    package init(
        id: CallID,
        title: String,
        kind: CallKind,
        participants: [Participant],
        attachedCount: Int,
        eventBytes: Int
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.participants = participants
        self.attachedCount = attachedCount
        self.eventBytes = eventBytes
    }
}
