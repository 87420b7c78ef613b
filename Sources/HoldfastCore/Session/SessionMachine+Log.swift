import HoldfastWire

/// What comes from the server's log: events, snapshots, results.
extension SessionMachine {
    mutating func welcomed(
        _ welcome: Welcome,
        from cursor: LogOffset,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        self.setAttached(true)
        self.clock.set(milliseconds: welcome.nowMilliseconds, at: now)
        self.idleTimeout = max(welcome.idleTimeout, .zero)
        self.snapshot.reset()
        self.cursor.reconnected(from: cursor, snapshotFollows: welcome.snapshotFollows)
        self.isShedding = false
        self.roster.me = welcome.participant
        if self.isChannel { self.catchingUpTo = welcome.top }
        switch welcome.mode {
        case .resumed:
            self.commands.resume(after: welcome.lastCommand, at: now)
        case .rejoined:
            self.beginAnew(known: self.cursor.messages, effects: &effects)
        case .joined, .expired, .ended:
            self.beginAnew(known: .zero, effects: &effects)
        }
        self.acknowledgements.fallBack(to: self.cursor.reached)
        if !welcome.snapshotFollows { self.askForRoster(effects: &effects) }
    }

    mutating func received(
        _ message: ServerMessage,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        switch message {
        case .events(let events):
            for event in events where !self.hasEnded {
                self.receive(event, at: now, effects: &effects)
            }
        case .snapshot(let chunk):
            self.receive(chunk, at: now, effects: &effects)
        case .result(let result):
            if let outcome = self.commands.receive(result, at: now) {
                effects.append(.finish(outcome.request, outcome.outcome))
            }
        case .pong(_, let top, let nowMilliseconds):
            self.clock.set(milliseconds: nowMilliseconds, at: now)
            // What was left out on purpose is asked for when there is room.
            guard !self.snapshot.isUnderWay, !self.isShedding else { return }
            let verdict = self.cursor.receive(top: top, at: now)
            self.act(on: verdict, effects: &effects)
            guard verdict == .ignore else { return }
            self.noteNothingMore()
            self.askForRoster(effects: &effects)
        case .welcome, .goAway, .bye, .signal, .iceServers, .presence, .unknown:
            // The owner's business.
            break
        }
    }

    /// A process that was restored knows no participant, and replay tells of changes alone.
    private mutating func askForRoster(effects: inout [Effect]) {
        guard !self.isRosterKnown else { return }
        self.cursor.repeats(from: .zero)
        effects.append(.send(.synchronize(from: .zero)))
    }

    /// A session without a past: joined, or joined anew because the old one was gone. The log may
    /// still be the one whose messages are known.
    private mutating func beginAnew(known messages: LogOffset, effects: inout [Effect]) {
        for outcome in self.commands.startOver() {
            effects.append(.finish(outcome.request, outcome.outcome))
        }
        self.cursor = EventCursor(position: .zero, messages: messages)
        self.deliveries.forgetOffsets(at: .zero)
        self.acknowledgements.reset()
        self.isRosterKnown = false
    }

    private mutating func receive(
        _ event: LoggedEvent,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        guard !self.deliveries.isFull, !self.isShedding else {
            self.isShedding = true
            return
        }
        if self.snapshot.isUnderWay {
            // HF-36: nothing may come between chunks.
            self.snapshot.reset()
            return self.act(on: .gap(self.cursor.miss(at: now)), effects: &effects)
        }
        let verdict = self.cursor.receive(event, at: now)
        switch verdict {
        case .apply: self.apply(event, at: now, effects: &effects)
        case .ignore: self.noteRepeated()
        case .gap: self.act(on: verdict, effects: &effects)
        }
        self.noteProcessed(at: now)
    }

    /// A known message that came again moves the cursor; the app has nothing to process for it.
    private mutating func noteRepeated() {
        self.deliveries.mark(self.cursor.position)
    }

    private mutating func act(on verdict: EventCursor.Verdict, effects: inout [Effect]) {
        guard case .gap(let remedy) = verdict else { return }
        switch remedy {
        case .synchronize:
            self.cursor.synchronizes()
            effects.append(.send(.synchronize(from: self.cursor.position)))
        case .reconnect, .startOver:
            effects.append(.reconnect)
        }
    }

    private mutating func apply(
        _ logged: LoggedEvent,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        let offset = logged.offset
        switch logged.event {
        case .message(let message):
            self.deliveries.append(
                .message(
                    id: offset,
                    message,
                    timestampMilliseconds: logged.timestampMilliseconds
                ),
                offset: offset,
                byteCount: message.body.totalByteCount + Self.eventByteCount
            )
        case .participantJoined, .participantUpdated, .participantLeft:
            // Until the first snapshot there is nothing that could change; it will tell of this.
            guard self.isRosterKnown else { return self.deliveries.mark(offset) }
            self.tell(self.roster.apply(logged.event), offset: offset, effects: &effects)
        case .idleWarning(let endsAt):
            self.isIdleWarned = true
            let endsIn = self.clock.remaining(until: endsAt, at: now)
            self.tell(.idleWarning(endsIn: endsIn), offset: offset)
        case .idleCleared:
            if self.isIdleWarned { self.tell(.idleCleared, offset: offset) }
            self.isIdleWarned = false
            self.deliveries.mark(offset)
        case .ended(let reason):
            self.deliveries.mark(offset)
            self.hasEnded = true
            effects.append(.end(reason))
        case .ring(let ring) where self.isChannel:
            self.applyRing(ring, at: offset, now: now)
        case .ringEnded(let ring) where self.isChannel:
            self.applyRingEnd(ring, at: offset)
        case .userMessage(let message) where self.isChannel:
            self.applyUserMessage(message, logged)
        case .unknown, .ring, .ringEnded, .userMessage:
            // HF-5: it moves the cursor and is not shown.
            self.deliveries.mark(offset)
        }
    }

    /// What an event without a body counts for in acknowledgement and memory.
    static let eventByteCount = 256

    private mutating func tell(
        _ change: Roster.Change?,
        offset: LogOffset,
        effects: inout [Effect]
    ) {
        guard let change else { return self.deliveries.mark(offset) }
        effects.append(.change(change))
        self.tell(change.sessionEvent, offset: offset)
    }

    private mutating func tell(_ event: SessionEvent, offset: LogOffset) {
        guard self.stage == .inCall else { return self.deliveries.mark(offset) }
        self.deliveries.append(event, offset: offset, byteCount: Self.eventByteCount)
    }

    private mutating func receive(
        _ chunk: SnapshotChunk,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        switch self.snapshot.receive(chunk) {
        case .incomplete:
            break
        case .broken:
            self.act(on: .gap(self.cursor.miss(at: now)), effects: &effects)
        case .complete(let whole):
            self.take(whole, at: now, effects: &effects)
        }
    }

    private mutating func take(
        _ snapshot: SnapshotChunk,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        // HF-37. Who asked for a snapshot needs it also when nothing has happened since.
        let isNews =
            snapshot.isReset || snapshot.offset > self.cursor.position
            || self.cursor.isExpectingSnapshot || !self.isRosterKnown
        guard isNews else { return }
        if snapshot.isReset {
            self.deliveries.forgetOffsets(at: snapshot.offset)
            self.acknowledgements.reset()
        }
        self.cursor.jump(to: snapshot.offset, isReset: snapshot.isReset)
        self.isRosterKnown = true
        self.isShedding = false
        let changes = self.roster.replace(with: snapshot.participants)
        if self.stage == .beginning { self.begin(with: snapshot, effects: &effects) }
        for change in changes {
            effects.append(.change(change))
            self.deliveries.append(change.sessionEvent, byteCount: Self.eventByteCount)
        }
        self.compareIdle(with: snapshot, at: now)
        self.takeRings(snapshot.rings, at: now)
        if snapshot.missedMessageCount > 0 {
            self.deliveries.append(.missedMessages(count: Int(snapshot.missedMessageCount)))
        }
        self.deliveries.mark(snapshot.offset)
        self.noteProcessed(at: now)
    }

    private mutating func begin(with snapshot: SnapshotChunk, effects: inout [Effect]) {
        guard let me = self.roster.me else { return }
        self.setStage(.inCall)
        self.title = snapshot.title
        if let channelState { self.deliveries.insertFirst(.channel(.state(channelState))) }
        self.channelState = nil
        self.deliveries.insertFirst(
            .joined(
                SessionEvent.SelfDescription(
                    call: self.call,
                    participant: me,
                    title: snapshot.title,
                    kind: snapshot.kind,
                    idleTimeout: self.idleTimeout
                )
            )
        )
        effects.append(.begin)
    }

    /// HF-51: the warning comes 30 s before the end, or at half the time-out if that is less.
    private mutating func compareIdle(with snapshot: SnapshotChunk, at now: MonotonicInstant) {
        let remaining = self.clock.remaining(until: snapshot.idleEndsAtMilliseconds, at: now)
        let notice = min(.seconds(30), self.idleTimeout / 2)
        let isWarned = snapshot.idleEndsAtMilliseconds != 0 && remaining <= notice
        if isWarned, !self.isIdleWarned {
            self.deliveries.append(.idleWarning(endsIn: remaining))
        } else if !isWarned, self.isIdleWarned {
            self.deliveries.append(.idleCleared)
        }
        self.isIdleWarned = isWarned
    }

    /// What the app is not shown counts as processed; it is acknowledged like the rest.
    private mutating func noteProcessed(at now: MonotonicInstant) {
        self.acknowledgements.processed(
            upTo: self.acknowledgeable,
            count: 0,
            byteCount: 0,
            at: now
        )
    }
}
