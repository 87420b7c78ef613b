import HoldfastWire

extension CallMachine {
    /// Begins a connection's delivery: welcome, results that were not seen, then the log.
    mutating func start(
        _ connection: ConnectionID,
        _ start: Start,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let session = self.deliveries[connection]?.session,
            let state = self.sessions[session], state.connection == connection
        else { return }
        let plan = start.plan
        self.deliveries[connection]?.start(plan, isHeld: false)
        let welcome = Welcome(
            call: self.id,
            session: session,
            participant: state.record.participant,
            generation: state.record.generation,
            mode: start.mode,
            from: plan.snapshot == nil ? plan.cursor : .zero,
            top: self.publishedTop,
            snapshotFollows: plan.snapshot != nil,
            lastCommand: state.ledger.lastDurable,
            heartbeat: self.configuration.heartbeat,
            detachWindow: self.configuration.detachWindow,
            reconnectSpread: self.reconnectSpread,
            nowMilliseconds: now.offset.milliseconds,
            authExpiresAtMilliseconds: state.record.authExpiresAt.offset.milliseconds,
            idleTimeout: self.record.idleTimeout
        )
        effects.append(.welcome(connection, welcome, issuesKey: start.mode != .resumed))
        effects.append(.count(start.mode.metric))
        for result in state.ledger.results(after: start.lastResult) {
            effects.append(.send(connection, .result(result)))
        }
        switch plan.snapshot {
        case .reset? where plan.position >= self.publishedTop,
            .otherPast? where plan.position >= self.publishedTop:
            // The client would drop whatever came before: its cursor lies above the whole log.
            self.sendSnapshot(connection, isReset: true, effects: &effects)
        case .otherPast?:
            self.leadBack(connection, to: plan.position, effects: &effects)
        case .reset?, .ordinary?, nil:
            break
        }
        self.pump(connection, effects: &effects)
    }

    /// Decides what a cursor needs (HF-22). Nothing from before the session joined is its own,
    /// whatever cursor it names.
    func plan(for session: SessionID, cursor: LogOffset) -> Delivery.Plan {
        guard let state = self.sessions[session] else {
            return Delivery.Plan(snapshot: .ordinary, cursor: cursor, position: self.log.top)
        }
        let joinedAt = state.record.joinedAt
        switch self.log.position(of: cursor) {
        case .ahead, .suffixLost:
            // Above the whole log the client's future is not ours, and it would drop every event.
            let end = cursor > self.log.top ? cursor : self.log.end(ofEraOf: cursor)
            return Delivery.Plan(snapshot: .reset, cursor: cursor, position: max(end, joinedAt))
        case .beforeOldest, .known:
            // A channel's first device has joined at zero, and zero asks for a snapshot all the same.
            let isCheap =
                cursor != .zero && cursor >= joinedAt && !state.owesSnapshot(to: cursor)
                && self.isReplayCheap(after: cursor)
            return Delivery.Plan(
                snapshot: isCheap ? nil : .ordinary,
                cursor: cursor,
                position: max(cursor, joinedAt)
            )
        }
    }

    /// Starts a connection again, or for the first time behind a commit, by a plan. A snapshot that
    /// is due must be known to be due also after a crash: a client that has got messages and then
    /// lost the connection stands on a cursor behind which state is missing.
    mutating func restart(_ connection: ConnectionID, _ plan: Delivery.Plan) {
        guard let session = self.deliveries[connection]?.session else { return }
        let isHeld = plan.snapshot != nil && self.oweSnapshot(to: session, connection)
        self.deliveries[connection]?.start(plan, isHeld: isHeld)
    }

    /// Notes that a session needs a snapshot. True when that waits for a commit.
    mutating func oweSnapshot(to session: SessionID, _ connection: ConnectionID) -> Bool {
        let isStored = self.sessions[session]?.record.isAwaitingSnapshot == true
        self.sessions[session]?.awaitSnapshot()
        if case .held? = self.deliveries[connection]?.mode { return true }
        guard !isStored else { return false }
        self.writeSession(session)
        self.consequences.append(.release(connection))
        return true
    }

    /// Sends what the window takes.
    mutating func pump(_ connection: ConnectionID, effects: inout [ServerEffect]) {
        while let step = self.deliveries[connection]?.nextStep(in: self.log) {
            switch step {
            case .events(let events):
                if !events.isEmpty { effects.append(.deliver(connection, self.id, events)) }
            case .snapshot(let isReset):
                self.sendSnapshot(connection, isReset: isReset, effects: &effects)
            case .read(let after, let bounds):
                effects.append(.readMessages(self.id, connection, after: after, bounds))
            case .fallBehind:
                guard let session = self.deliveries[connection]?.session else { return }
                let isHeld = self.oweSnapshot(to: session, connection)
                self.deliveries[connection]?.fallBehind(isHeld: isHeld)
            }
        }
    }

    mutating func pumpAll(effects: inout [ServerEffect]) {
        for connection in self.deliveries.keys.sorted() { self.pump(connection, effects: &effects) }
    }

    /// A page of messages came from the store.
    mutating func pageRead(
        _ connection: ConnectionID,
        after: LogOffset,
        _ entries: [LogEntry],
        effects: inout [ServerEffect]
    ) {
        let pages = self.deliveries[connection]?.take(
            page: entries,
            after: after,
            upTo: self.log.durableTop
        )
        guard let pages else { return }
        for events in pages { effects.append(.deliver(connection, self.id, events)) }
        self.pump(connection, effects: &effects)
    }

    /// A client with a cursor of another log would drop the events of this one that have numbers below
    /// it. Its cursor goes back to where both logs were still one; then they count.
    private mutating func leadBack(
        _ connection: ConnectionID,
        to offset: LogOffset,
        effects: inout [ServerEffect]
    ) {
        let chunks = self.published.snapshot(at: offset, isReset: true)
        for chunk in chunks { effects.append(.send(connection, .snapshot(chunk))) }
        effects.append(.count(.snapshotSent))
        effects.append(.count(.suffixLost))
        self.deliveries[connection]?.noteLedBack(bytes: self.published.snapshotBytes)
    }

    private mutating func sendSnapshot(
        _ connection: ConnectionID,
        isReset: Bool,
        effects: inout [ServerEffect]
    ) {
        guard let delivery = self.deliveries[connection] else { return }
        let offset = self.publishedTop
        // The last message has moved the client's cursor to this very offset, and a snapshot that
        // is no reset would count only above it (HF-37).
        let isLevel = delivery.lastSent == offset
        let chunks = self.published.snapshot(
            at: offset,
            isReset: isReset || isLevel,
            missedMessageCount: self.sessions[delivery.session]?.record.missedMessageCount ?? 0
        )
        for chunk in chunks { effects.append(.send(connection, .snapshot(chunk))) }
        effects.append(.count(.snapshotSent))
        if isReset { effects.append(.count(.suffixLost)) }
        let bytes = self.published.snapshotBytes
        self.deliveries[connection]?.noteSnapshot(at: offset, bytes: bytes, isReset: isReset)
        self.sessions[delivery.session]?.noteSnapshot(at: offset, isLevel: isLevel)
    }

    /// Whether replaying everything behind a cursor costs less than a snapshot (HF-22).
    private func isReplayCheap(after cursor: LogOffset) -> Bool {
        guard self.log.holdsInMemory(after: cursor) else { return false }
        var stateCount = 0
        var bytes = 0
        for entry in self.log.entries(after: cursor) {
            if entry.event.deliveryClass == .state { stateCount += 1 }
            bytes += entry.byteEstimate
        }
        return stateCount <= self.configuration.replayStateEventCountMax
            && bytes <= self.configuration.replayBytesMax
    }
}

extension CallMachine.Session {
    /// Whether a snapshot that is due has not been processed by a client with this cursor.
    fileprivate func owesSnapshot(to cursor: LogOffset) -> Bool {
        guard self.record.isAwaitingSnapshot else { return false }
        return self.caughtUpFrom.map { cursor < $0 } ?? true
    }

    /// A snapshot is due.
    mutating func awaitSnapshot() {
        self.record.isAwaitingSnapshot = true
        self.caughtUpFrom = nil
    }

    /// The snapshot that was due goes out. `isLevel`: the client may stand at its offset without it.
    fileprivate mutating func noteSnapshot(at offset: LogOffset, isLevel: Bool) {
        let missed = self.record.missedMessageCount
        self.missedTold = missed > 0 ? (missed, offset) : nil
        guard self.record.isAwaitingSnapshot else { return }
        let from = isLevel ? LogOffset(offset.rawValue + 1) : offset
        self.caughtUpFrom = min(self.caughtUpFrom ?? from, from)
    }

    /// The client has processed everything up to here. Stored with the next change: a snapshot too
    /// many does no harm.
    mutating func noteProcessed(_ offset: LogOffset, in era: Era) {
        if let foreign = self.foreignCursor, offset != foreign, offset != .zero {
            self.record.era = era
            self.foreignCursor = nil
        }
        if let told = self.missedTold, offset >= told.at {
            self.record.missedMessageCount -= min(told.count, self.record.missedMessageCount)
            self.missedTold = nil
        }
        guard let caughtUpFrom = self.caughtUpFrom, offset >= caughtUpFrom else { return }
        self.record.isAwaitingSnapshot = false
        self.caughtUpFrom = nil
    }
}

extension Welcome.Mode {
    fileprivate var metric: ServerMetric {
        switch self {
        case .joined: .joined
        case .resumed: .resumed
        case .rejoined: .rejoined
        case .expired, .ended: .resumeRefused
        }
    }
}
