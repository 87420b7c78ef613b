import HoldfastWire

extension CallMachine {
    /// A command of the session's (HF-39 to HF-43).
    mutating func command(
        _ connection: ConnectionID,
        _ session: SessionID,
        _ number: CommandNumber,
        _ command: Command,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let arrival = self.sessions[session]?.ledger.arrival(of: number) else { return }
        switch arrival {
        case .repeated(let result):
            effects.append(.count(.commandRepeated))
            if let result { effects.append(.send(connection, .result(result))) }
        case .violation:
            self.refuse(connection, "command_number", at: now, effects: &effects)
        case .behindRefused:
            let failure = CommandFailure(
                code: .unavailable,
                message: "An earlier command has to come again first.",
                retryAfter: self.configuration.retryAfter
            )
            let result = CommandResult(number: number, outcome: .failed(failure))
            effects.append(.send(connection, .result(result)))
        case .next:
            self.carryOut(connection, session, number, command, at: now, effects: &effects)
        }
    }

    private mutating func carryOut(
        _ connection: ConnectionID,
        _ session: SessionID,
        _ number: CommandNumber,
        _ command: Command,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        if let failure = self.refusal(session, at: now) {
            self.sessions[session]?.ledger.refuse()
            let result = CommandResult(number: number, outcome: .failed(failure))
            effects.append(.send(connection, .result(result)))
            effects.append(.count(failure.code == .rateLimited ? .rateLimited : .commandFailed))
            return
        }
        // The result is durable with the effect, so it is written even where the effect ends the
        // session itself.
        let outcome =
            self.channel == nil
            ? self.outcome(of: command, by: session, at: now)
            : self.channelOutcome(of: command, by: session, at: now, effects: &effects)
        let result = CommandResult(number: number, outcome: outcome)
        self.sessions[session]?.ledger.accept(result)
        self.writes.append(
            .result(session, result, keeping: self.configuration.resultCountMax)
        )
        self.writeSession(session)
        self.consequences.append(.result(session, result))
        switch outcome {
        case .done: effects.append(.count(.commandDone))
        case .failed: effects.append(.count(.commandFailed))
        }
        self.carryOutEnding(command, result, at: now)
    }

    /// What a command does beyond its own result: it comes last, for it may end the sender's session.
    private mutating func carryOutEnding(
        _ command: Command,
        _ result: CommandResult,
        at now: MonotonicInstant
    ) {
        guard case .done = result.outcome, self.channel == nil else { return }
        switch command {
        case .removeParticipant(let participant):
            guard let target = self.sessionOf[participant] else { return }
            self.removeMember(target, .removed, .removed, at: now)
            self.updatePresence(at: now)
        case .endCall:
            self.endCall(.ended, at: now)
        case .sendMessage, .setMedia, .ring, .cancelRing, .acceptRing, .rejectRing, .messageUser,
            .setPush, .unknown:
            break
        }
    }

    /// Whether a command is not even looked at: its number stays unused (HF-42).
    private mutating func refusal(_ session: SessionID, at now: MonotonicInstant) -> CommandFailure?
    {
        guard let wait = self.sessions[session]?.commands.take(at: now) else { return nil }
        return CommandFailure(
            code: .rateLimited,
            message: "More than \(self.configuration.commandRate) commands a second.",
            retryAfter: wait
        )
    }

    private mutating func outcome(
        of command: Command,
        by session: SessionID,
        at now: MonotonicInstant
    ) -> CommandResult.Outcome {
        guard let record = self.sessions[session]?.record else {
            return .failed(CommandFailure(code: .notFound, message: "The session is over."))
        }
        switch command {
        case .sendMessage(let to, let body):
            return self.sendMessage(to: to, body, by: record, at: now)
        case .setMedia(let media):
            guard var told = self.draft.participants[record.participant] else {
                return .failed(CommandFailure(code: .notFound, message: "Not in the call."))
            }
            guard media.isShort else {
                return .failed(
                    CommandFailure(code: .badRequest, message: "Unreadable media state.")
                )
            }
            guard told.media != media else { return .done(.zero) }
            told.media = media
            return self.done(self.append(.participantUpdated(told), at: now))
        case .removeParticipant(let participant):
            guard record.grants.contains(.remove) else { return .failed(.lacking("remove")) }
            guard self.sessionOf[participant] != nil else {
                return .failed(CommandFailure(code: .notFound, message: "No such participant."))
            }
            return self.done(self.log.next)
        case .endCall:
            return record.grants.contains(.end)
                ? self.done(self.log.next) : .failed(.lacking("end"))
        case .ring, .cancelRing, .acceptRing, .rejectRing, .messageUser, .setPush:
            return .failed(
                CommandFailure(code: .badRequest, message: "Only in a user's channel (HF-65).")
            )
        case .unknown:
            return .failed(
                CommandFailure(code: .badRequest, message: "This server does not know the command.")
            )
        }
    }

    private mutating func sendMessage(
        to: [ParticipantID],
        _ body: CallMessage.Body,
        by record: SessionRecord,
        at now: MonotonicInstant
    ) -> CommandResult.Outcome {
        guard record.grants.contains(.publish) else { return .failed(.lacking("publish")) }
        guard to.count <= Limits.recipientCountMax else {
            let message = "At most \(Limits.recipientCountMax) recipients."
            return .failed(CommandFailure(code: .badRequest, message: message))
        }
        guard body.fits else {
            let message = "At most \(Limits.messageBytesMax) bytes."
            return .failed(CommandFailure(code: .tooLarge, message: message))
        }
        let absent = to.contains { self.draft.participants[$0] == nil }
        if absent {
            return .failed(CommandFailure(code: .notFound, message: "A recipient is not here."))
        }
        let message = CallMessage(from: record.participant, to: to, body: body)
        let audience = to.isEmpty ? [] : to + [record.participant]
        return self.done(self.append(.message(message), audience: audience, at: now))
    }

    private func done(_ offset: LogOffset?) -> CommandResult.Outcome {
        if let offset { return .done(offset) }
        return .failed(CommandFailure(code: .internalError, message: "The log takes no more."))
    }
}

extension MediaState {
    /// Track states are an open set, but not a place to store a novel.
    var isShort: Bool {
        [self.microphone, self.camera, self.screen].allSatisfy {
            $0.rawValue.utf8.count <= Self.trackBytesMax
        }
    }

    /// Bytes of the state of one track, and of the kind of a call.
    static let trackBytesMax = 32
}
