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
        self.consequences.append(.publish(entry.offset, event))
        switch event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.writes.append(.participant(participant))
        case .participantLeft(let id, _):
            self.writes.append(.removeParticipant(id))
        case .message, .idleWarning, .idleCleared, .ended, .ring, .ringEnded, .userMessage,
            .unknown:
            break
        }
        return entry.offset
    }

    /// Hands what this event has changed to the store. Without a change the consequences follow at
    /// once, or behind the commits that are under way, so that nothing overtakes.
    mutating func commit(at now: MonotonicInstant, effects: inout [ServerEffect]) {
        defer { self.scheduleChannel() }
        // What is told at once may show that there is more to write: a reader that fell behind.
        while !self.writes.isEmpty || !self.consequences.isEmpty {
            if !self.writes.isEmpty { self.complete(at: now) }
            let consequences = self.consequences
            self.consequences = []
            if !self.writes.isEmpty {
                self.lastCommit = CommitNumber(self.lastCommit.rawValue + 1)
                self.pending.append((self.lastCommit, consequences))
                effects.append(.commit(self.id, self.lastCommit, self.writes))
                self.writes = []
            } else if self.pending.isEmpty {
                self.perform(consequences, at: now, effects: &effects)
            } else {
                self.pending.append((self.lastCommit, consequences))
            }
        }
    }

    /// What belongs into every transaction: the end of a call whose log is full (HF-61), and when the
    /// call must be looked at although nobody is attached.
    private mutating func complete(at now: MonotonicInstant) {
        guard self.isOpen else { return }
        if self.log.byteCount > self.configuration.logBytesMax {
            self.endCall(.logFull, at: now)
            return
        }
        self.trimChannel(at: now)
        if self.isChannelOver {
            self.endCall(.empty, at: now)
            return
        }
        let isAttached = self.sessions.values.contains { $0.connection != nil }
        // A channel's rings and letters do not wait for those who lost the server.
        var deadline = isAttached ? self.channelDeadline : self.dormantDeadline
        // The next process looks at once after those who may have to be woken.
        if self.push?.wakeCount ?? 0 > 0 { deadline = .zero }
        guard self.record.deadline != deadline else { return }
        self.record.deadline = deadline
        self.writes.append(.call(self.record))
    }

    /// Whether this commit is under way.
    package func isWaiting(for number: CommitNumber) -> Bool {
        self.pending.contains { $0.number == number }
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
            case .publish(let offset, let event):
                self.publish(event, at: offset)
                isPublishing = true
            case .release(let connection):
                self.deliveries[connection]?.release()
                self.pump(connection, effects: &effects)
            case .start(let connection, let start):
                self.start(connection, start, at: now, effects: &effects)
            case .result(let session, let result):
                self.sessions[session]?.ledger.noteDurable()
                guard let connection = self.startedConnection(of: session) else { continue }
                effects.append(.send(connection, .result(result)))
            case .bye(let connection, let bye):
                guard self.deliveries[connection] != nil else { continue }
                // What was published goes out first, as far as the window lets it.
                self.pump(connection, effects: &effects)
                self.removeDelivery(connection, at: now)
                effects.append(.close(connection, bye))
            case .refuse(let connection, let welcome, let bye):
                if let welcome {
                    effects.append(.welcome(connection, welcome, issuesKey: false))
                }
                effects.append(.close(connection, bye))
            case .administered(let request, let outcome):
                effects.append(.administered(request, outcome))
            case .letter(let number, let recipient):
                self.letterDurable(number, to: recipient, at: now, effects: &effects)
            case .acknowledge(let receipt):
                effects.append(.acknowledge(receipt))
            case .push(let request):
                effects.append(.push(request))
            }
        }
        if isPublishing { self.pumpAll(effects: &effects) }
    }

    /// The connection on which a session hears now. Also of a session that this very commit ended or
    /// handed to a newer connection: it still hears the result.
    private func startedConnection(of session: SessionID) -> ConnectionID? {
        if let connection = self.sessions[session]?.connection,
            self.deliveries[connection]?.hasStarted == true
        {
            return connection
        }
        return self.deliveries.filter { $0.value.session == session && $0.value.hasStarted }.keys
            .max()
    }

    private mutating func publish(_ event: CallEvent, at offset: LogOffset) {
        self.published.apply(event)
        self.log.noteDurable(offset)
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
        for connection in self.deliveries.keys.sorted()
        where self.deliveries[connection]?.hasStarted == false {
            effects.append(.close(connection, bye))
        }
        for consequence in self.pending.flatMap({ $0.consequences }) {
            switch consequence {
            case .publish, .start, .release, .bye, .letter, .acknowledge, .push:
                // A letter that another channel posted comes again, and so what it would have woken for.
                break
            case .refuse(let connection, _, _):
                effects.append(.close(connection, bye))
            case .result(let session, let result):
                guard let connection = self.startedConnection(of: session) else { continue }
                let refused = CommandResult(number: result.number, outcome: .failed(busy))
                effects.append(.send(connection, .result(refused)))
            case .administered(let request, _):
                effects.append(.administered(request, .unavailable))
            }
        }
        return effects
    }
}
