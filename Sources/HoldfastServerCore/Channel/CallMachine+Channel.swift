import HoldfastWire

// A user's channel is a call with one user's devices for participants (HF-63 to HF-66). What happens
// to it alone stands here; its rings and letters are decided by ``UserChannel``.
extension CallMachine {
    /// Carries out a command of a device of the channel's user.
    mutating func channelOutcome(
        of command: Command,
        by session: SessionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) -> CommandResult.Outcome {
        guard let record = self.sessions[session]?.record else {
            return .failed(CommandFailure(code: .notFound, message: "The session is over."))
        }
        if case .setPush(let registrations) = command {
            let failure = self.register(registrations, of: record.participant, at: now)
            return failure.map { .failed($0) } ?? .done(.zero)
        }
        let device = UserChannel.Device(
            participant: record.participant,
            displayName: self.draft.participants[record.participant]?.displayName ?? "",
            grants: record.grants
        )
        return self.tellChannel(.commanded(command, by: device), at: now, effects: &effects)
    }

    /// Tells the channel something and does what it says. The outcome is a command's: where the first
    /// event was logged, or why there was none.
    @discardableResult
    mutating func tellChannel(
        _ event: UserChannel.Event,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) -> CommandResult.Outcome {
        guard let answers = self.channel?.handle(event, at: now) else { return .done(.zero) }
        var doneAt: LogOffset?
        var failure: CommandFailure?
        let letterTop = self.record.letterTop
        for answer in answers {
            switch answer {
            case .log(let event):
                self.openChannel(at: now)
                let offset = self.append(event, at: now)
                doneAt = doneAt ?? offset
                if offset == nil { failure = .logFull }
                if let offset { self.wake(for: event, at: offset, now: now) }
            case .keep(let ring):
                self.writes.append(.ring(ring))
            case .forget(let ring):
                self.writes.append(.removeRing(ring))
            case .write(let letter):
                self.record.letterTop = letter.number
                self.writes.append(.letter(letter))
                self.consequences.append(.letter(letter.number, to: letter.to))
            case .discard(let receipt):
                self.writes.append(.removeLetter(receipt))
            case .take(let row, let forgotten):
                self.openChannel(at: now)
                self.writes.append(.letterTaken(row))
                self.writes += forgotten.map { .forgetLetters(from: $0) }
            case .acknowledge(let receipt):
                self.consequences.append(.acknowledge(receipt))
            case .post(let letter):
                effects.append(.post(letter))
            case .refuse(let reason):
                failure = reason
            case .refuseUnknown(let ring):
                failure = self.failure(ofUnknown: ring)
            case .count(let metric):
                effects.append(.count(metric))
            }
        }
        if self.record.letterTop != letterTop { self.writes.append(.call(self.record)) }
        return failure.map { .failed($0) } ?? .done(doneAt ?? .zero)
    }

    /// A letter of this channel is durable.
    mutating func letterDurable(
        _ number: LetterNumber,
        to recipient: CallID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        self.tellChannel(.letterDurable(number, to: recipient), at: now, effects: &effects)
    }

    mutating func channelDeadlineReached(
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        self.tellChannel(.deadlineReached, at: now, effects: &effects)
        self.tellPush(.deadlineReached, at: now)
        guard let oldest = self.retentionDeadline, oldest <= now else { return }
        self.trimChannel(at: now)
        if self.isChannelOver { self.endCall(.empty, at: now) }
    }

    /// When something happens in the channel although nobody is attached.
    var channelDeadline: MonotonicInstant? {
        [self.channel?.nextDeadline, self.push?.nextDeadline, self.retentionDeadline]
            .compactMap { $0 }.min()
    }

    mutating func scheduleChannel() {
        guard self.isOpen, let deadline = self.channelDeadline else { return }
        self.timers.schedule(.channel, at: deadline)
    }

    /// A channel is made by its first device, or by the first letter that it gets.
    mutating func openChannel(at now: MonotonicInstant) {
        guard self.channel != nil, !self.isOpen else { return }
        self.record = CallRecord(
            id: self.id,
            title: "",
            kind: .audio,
            idleTimeout: .zero,
            createdAt: now,
            top: self.log.top,
            letterTop: self.record.letterTop
        )
        self.isOpen = true
        self.draft = CallView()
        self.writes.append(.call(self.record))
    }

    /// One device too many takes the place of the one that has been detached for longest (HF-64).
    mutating func makeRoomForDevice(at now: MonotonicInstant) {
        guard self.channel != nil,
            self.draft.participants.count >= self.configuration.participantCountMax
        else { return }
        let detached = self.sessions.values.compactMap { session in
            if case .detached(_, let until) = session.record.state {
                (until: until, id: session.record.id)
            } else {
                nil
            }
        }
        guard let oldest = detached.min(by: { $0 < $1 }) else { return }
        self.removeMember(oldest.id, .expired, .timeout, at: now)
    }

    /// Why an answer to a ring that does not ring fails. What is known of one that is over is its end
    /// in the log.
    private func failure(ofUnknown ring: RingID) -> CommandFailure {
        let isOver = self.log.entries(after: .zero).contains { entry in
            if case .ringEnded(let ended) = entry.event { ended.id == ring } else { false }
        }
        return isOver
            ? CommandFailure(code: .tooLate, message: "The ring is over already.")
            : CommandFailure(code: .notFound, message: "No such ring.")
    }
}

// What a channel keeps, and until when (HF-66).
extension CallMachine {
    /// The last event that any device of the user is known to have processed: a new device begins
    /// there, and gets what none has seen.
    var acknowledgedTop: LogOffset {
        self.sessions.values.map(\.record.acknowledged)
            .reduce(self.tombstones.acknowledgedTop) { max($0, $1) }
    }

    /// A client has processed everything up to here. Stored with the next change of its session.
    mutating func noteAcknowledged(
        _ offset: LogOffset,
        by session: SessionID,
        at now: MonotonicInstant
    ) {
        guard self.channel != nil, let known = self.sessions[session]?.record.acknowledged,
            offset > known, offset <= self.log.top, self.log.position(of: offset) == .known
        else { return }
        self.sessions[session]?.record.acknowledged = offset
        guard let device = self.sessions[session]?.record.participant else { return }
        self.tellPush(.acknowledged(device, through: offset), at: now)
    }

    /// When the oldest event has been kept for long enough.
    var retentionDeadline: MonotonicInstant? {
        guard self.channel != nil, let oldest = self.log.first else { return nil }
        return MonotonicInstant(offset: .milliseconds(oldest.timestampMilliseconds))
            .advanced(by: self.configuration.channelRetention)
    }

    /// Forgets what a channel keeps no longer, and counts it for those who have not seen it.
    mutating func trimChannel(at now: MonotonicInstant) {
        guard self.channel != nil else { return }
        let before = now.offset.milliseconds - self.configuration.channelRetention.milliseconds
        let forgotten = self.log.forgetOldest(
            eventCountMax: self.configuration.channelEventCountMax,
            bytesMax: self.configuration.channelBytesMax,
            beforeMilliseconds: before
        )
        guard let last = forgotten.last else { return }
        self.writes.append(.trim(before: LogOffset(last.offset.rawValue + 1)))
        let messages = forgotten.filter { $0.event.deliveryClass == .message }.map(\.offset)
        for id in self.sessions.keys.sorted() {
            guard let seen = self.sessions[id]?.record.acknowledged else { continue }
            let missed = UInt32(clamping: messages.count { $0 > seen })
            guard missed > 0, let known = self.sessions[id]?.record.missedMessageCount else {
                continue
            }
            let (sum, isTooMany) = known.addingReportingOverflow(missed)
            self.sessions[id]?.record.missedMessageCount = isTooMany ? .max : sum
            // Past what is gone: it is counted once.
            self.sessions[id]?.record.acknowledged = max(seen, last.offset)
            self.writeSession(id)
        }
    }

    /// Whether the channel has nothing left to keep: no device, no ring, no letter and no message.
    var isChannelOver: Bool {
        guard self.isOpen, let channel = self.channel, channel.isIdle, self.sessions.isEmpty else {
            return false
        }
        return !self.log.entries(after: .zero).contains { $0.event.deliveryClass == .message }
    }
}

extension CommandFailure {
    fileprivate static let logFull = CommandFailure(
        code: .internalError,
        message: "The log takes no more."
    )
}
