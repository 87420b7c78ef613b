import HoldfastWire

extension CallMachine {
    /// Appends an event to the log and to this event's transaction. Nil when the log takes no more,
    /// which ends the call.
    @discardableResult
    mutating func append(
        _ event: CallEvent,
        audience: [ParticipantID] = [],
        at now: MonotonicInstant
    ) -> LogOffset? {
        let entry = self.log.append(
            event,
            audience: audience,
            timestampMilliseconds: now.offset.milliseconds
        )
        guard let entry else { return nil }
        self.draft.apply(event)
        self.writes.append(.append(entry))
        self.consequences.append(.publish(upTo: entry.offset))
        switch event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.writes.append(.participant(participant))
        case .participantLeft(let id, _):
            self.writes.append(.removeParticipant(id))
        case .message, .idleWarning, .idleCleared, .ended, .unknown:
            break
        }
        return entry.offset
    }

    /// Hands what this event has changed to the store. Without a change the consequences follow at
    /// once, or behind the commits that are under way, so that nothing overtakes.
    mutating func commit(at now: MonotonicInstant, effects: inout [ServerEffect]) {
        guard !self.writes.isEmpty || !self.consequences.isEmpty else { return }
        let consequences = self.consequences
        self.consequences = []
        guard !self.writes.isEmpty else {
            if self.pending.isEmpty {
                self.perform(consequences, at: now, effects: &effects)
            } else {
                self.pending.append((self.lastCommit, consequences))
            }
            return
        }
        self.lastCommit = CommitNumber(self.lastCommit.rawValue + 1)
        self.pending.append((self.lastCommit, consequences))
        effects.append(.commit(self.id, self.lastCommit, self.writes))
        self.writes = []
    }

    /// Everything up to `number` is durable: tell it.
    mutating func committed(
        _ number: CommitNumber,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        while let first = self.pending.first, first.number <= number {
            _ = self.pending.popFirst()
            self.perform(first.consequences, at: now, effects: &effects)
        }
    }

    private mutating func perform(
        _ consequences: [Consequence],
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        var isPublishing = false
        for consequence in consequences {
            switch consequence {
            case .publish(let offset):
                self.publish(upTo: offset)
                isPublishing = true
            case .start(let connection, let start):
                self.start(connection, start, at: now, effects: &effects)
            case .result(let session, let result):
                self.sessions[session]?.ledger.noteDurable()
                guard let connection = self.connection(of: session),
                    self.deliveries[connection]?.mode != .notStarted
                else { continue }
                effects.append(.send(connection, .result(result)))
            case .bye(let connection, let bye):
                // What was published goes out first, as far as the window lets it.
                self.pump(connection, effects: &effects)
                self.removeDelivery(connection, at: now)
                effects.append(.close(connection, bye))
            case .administered(let request, let outcome):
                effects.append(.administered(request, outcome))
            }
        }
        if isPublishing { self.pumpAll(effects: &effects) }
    }

    /// Also of a session that this very commit ended: it still hears the result.
    private func connection(of session: SessionID) -> ConnectionID? {
        self.sessions[session]?.connection
            ?? self.deliveries.first { $0.value.session == session }?.key
    }

    private mutating func publish(upTo offset: LogOffset) {
        for entry in self.log.entries(after: self.publishedTop) where entry.offset <= offset {
            self.published.apply(entry.event)
        }
        self.publishedTop = max(self.publishedTop, offset)
        self.published.title = self.record.title
        self.published.kind = self.record.kind
    }

    /// A connection is no longer served. The call may be quiet now.
    @discardableResult
    mutating func removeDelivery(_ connection: ConnectionID, at now: MonotonicInstant) -> Delivery?
    {
        let delivery = self.deliveries.removeValue(forKey: connection)
        if delivery != nil, self.deliveries.isEmpty { self.quietSince = now }
        return delivery
    }

    /// What waits for commits that will never be: answers for those who asked.
    func failures(retryAfter: Duration) -> [ServerEffect] {
        let busy = CommandFailure(
            code: .unavailable,
            message: "The server cannot write at the moment. The SDK tries again by itself.",
            retryAfter: retryAfter
        )
        let bye = Bye(code: .unavailable, reason: "store", retryAfter: retryAfter)
        var effects: [ServerEffect] = []
        for consequence in self.pending.flatMap({ $0.consequences }) {
            switch consequence {
            case .publish, .bye:
                break
            case .start(let connection, _):
                effects.append(.close(connection, bye))
            case .result(let session, let result):
                guard let connection = self.sessions[session]?.connection else { continue }
                let refused = CommandResult(number: result.number, outcome: .failed(busy))
                effects.append(.send(connection, .result(refused)))
            case .administered(let request, _):
                effects.append(.administered(request, .unavailable))
            }
        }
        return effects
    }
}
