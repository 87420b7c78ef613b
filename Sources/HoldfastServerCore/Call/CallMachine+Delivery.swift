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
        self.plan(connection, cursor: start.cursor, joinedAt: state.record.joinedAt)
        guard let delivery = self.deliveries[connection] else { return }
        let isCatchingUp = delivery.mode != .live
        let welcome = Welcome(
            call: self.id,
            session: session,
            participant: state.record.participant,
            generation: state.record.generation,
            mode: start.mode,
            from: isCatchingUp ? .zero : start.cursor,
            top: self.publishedTop,
            snapshotFollows: isCatchingUp,
            lastCommand: state.ledger.last,
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
        self.count(delivery.mode, effects: &effects)
        self.pump(connection, effects: &effects)
    }

    /// Decides what a cursor needs (HF-22).
    mutating func plan(_ connection: ConnectionID, cursor: LogOffset, joinedAt: LogOffset) {
        switch self.log.position(of: cursor) {
        case .ahead:
            // The client's future is not ours; nothing in between could be told apart.
            self.deliveries[connection]?.start(
                .catchingUp(isReset: true),
                cursor: cursor,
                position: self.publishedTop
            )
        case .suffixLost:
            self.deliveries[connection]?.start(
                .catchingUp(isReset: true),
                cursor: cursor,
                position: self.log.end(ofEraOf: cursor)
            )
        case .beforeOldest:
            self.deliveries[connection]?.start(
                .catchingUp(isReset: false),
                cursor: cursor,
                position: cursor
            )
        case .known where cursor < joinedAt:
            // It has not seen its own join yet: the state first, and the messages since.
            self.deliveries[connection]?.start(
                .catchingUp(isReset: false),
                cursor: cursor,
                position: max(cursor, joinedAt)
            )
        case .known:
            let isCheap = self.isReplayCheap(after: cursor)
            self.deliveries[connection]?.start(
                isCheap ? .live : .catchingUp(isReset: false),
                cursor: cursor,
                position: cursor
            )
        }
    }

    /// Sends what the window takes.
    mutating func pump(_ connection: ConnectionID, effects: inout [ServerEffect]) {
        while let delivery = self.deliveries[connection], delivery.isOpen {
            if delivery.position >= self.publishedTop {
                guard case .catchingUp(let isReset) = delivery.mode else { return }
                self.sendSnapshot(connection, isReset: isReset, effects: &effects)
                continue
            }
            guard self.log.holdsInMemory(after: delivery.position) else {
                if delivery.mode == .live {
                    // Slower than the ring: what is behind is cheaper as a snapshot.
                    self.deliveries[connection]?.mode = .catchingUp(isReset: false)
                }
                self.deliveries[connection]?.readThrough = self.publishedTop
                effects.append(
                    .readMessages(
                        self.id,
                        connection,
                        after: delivery.position,
                        countMax: Limits.pageEventCountMax
                    )
                )
                return
            }
            self.sendPage(connection, effects: &effects)
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
        guard let delivery = self.deliveries[connection], let through = delivery.readThrough,
            delivery.position == after
        else { return }
        self.deliveries[connection]?.readThrough = nil
        let consumed = self.send(entries[...], to: connection, effects: &effects)
        if consumed == entries.count, entries.count < Limits.pageEventCountMax {
            // Nothing but state lies between the last message and what was published then.
            self.deliveries[connection]?.position = max(entries.last?.offset ?? after, through)
        }
        self.pump(connection, effects: &effects)
    }

    private mutating func sendPage(_ connection: ConnectionID, effects: inout [ServerEffect]) {
        guard let delivery = self.deliveries[connection] else { return }
        let behind = self.log.entries(after: delivery.position)
        self.send(Array(behind.prefix(Self.scanCountMax))[...], to: connection, effects: &effects)
    }

    /// Sends what of `entries` is for this connection, at most a page, and moves its position.
    /// Returns how many entries are done with.
    @discardableResult
    private mutating func send(
        _ entries: ArraySlice<LogEntry>,
        to connection: ConnectionID,
        effects: inout [ServerEffect]
    ) -> Int {
        guard var delivery = self.deliveries[connection] else { return 0 }
        var events: [LoggedEvent] = []
        var bytes = 0
        var consumed = 0
        let countMax = min(Limits.pageEventCountMax, delivery.eventCountLeft)
        for entry in entries {
            guard entry.offset <= self.publishedTop else { break }
            if delivery.takes(entry) {
                let size = entry.byteEstimate
                guard events.isEmpty || bytes + size <= Self.pageBytesMax, events.count < countMax
                else { break }
                events.append(
                    LoggedEvent(
                        offset: entry.offset,
                        previous: delivery.lastSent,
                        timestampMilliseconds: entry.timestampMilliseconds,
                        event: entry.event
                    )
                )
                bytes += size
                delivery.noteSent(entry.offset, bytes: size)
            }
            delivery.position = entry.offset
            consumed += 1
        }
        self.deliveries[connection] = delivery
        if !events.isEmpty { effects.append(.deliver(connection, self.id, events)) }
        return consumed
    }

    private mutating func sendSnapshot(
        _ connection: ConnectionID,
        isReset: Bool,
        effects: inout [ServerEffect]
    ) {
        let chunks = self.published.snapshot(at: self.publishedTop, isReset: isReset)
        for chunk in chunks { effects.append(.send(connection, .snapshot(chunk))) }
        effects.append(.count(.snapshotSent))
        let bytes = self.published.participants.values.reduce(256) { $0 + $1.byteEstimate }
        if isReset { self.deliveries[connection]?.forgetInFlight() }
        self.deliveries[connection]?.noteSent(self.publishedTop, bytes: bytes)
        self.deliveries[connection]?.position = self.publishedTop
        self.deliveries[connection]?.mode = .live
    }

    /// Whether replaying everything behind a cursor costs less than a snapshot (HF-22).
    private func isReplayCheap(after cursor: LogOffset) -> Bool {
        guard self.log.holdsInMemory(after: cursor) else { return false }
        var stateCount = 0
        var bytes = 0
        for entry in self.log.entries(after: cursor) where entry.offset <= self.publishedTop {
            if entry.event.deliveryClass == .state { stateCount += 1 }
            bytes += entry.byteEstimate
        }
        return stateCount <= self.configuration.replayStateEventCountMax
            && bytes <= self.configuration.replayBytesMax
    }

    private func count(_ mode: Delivery.Mode, effects: inout [ServerEffect]) {
        guard case .catchingUp(isReset: true) = mode else { return }
        effects.append(.count(.suffixLost))
    }

    private static let pageBytesMax = Limits.frameBytesMax - 512
    /// Entries looked at for one page; more than a page holds, for some are not for everybody.
    private static let scanCountMax = 256
}

extension Delivery {
    /// Whether an entry goes to this connection in its mode.
    fileprivate func takes(_ entry: LogEntry) -> Bool {
        guard entry.isVisible(to: self.participant) else { return false }
        return self.mode == .live || entry.event.deliveryClass == .message
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
