import HoldfastWire

// What a device of the user asks for (HF-67 to HF-71).
extension UserChannel {
    mutating func carryOut(
        _ command: Command,
        by device: Device,
        at now: MonotonicInstant
    ) -> [Effect] {
        switch command {
        case .ring(let request):
            return self.ring(request, by: device, at: now)
        case .cancelRing(let id):
            return self.cancel(id, at: now)
        case .acceptRing(let id):
            return self.answer(id, .accepted(by: device.participant), at: now)
        case .rejectRing(let id, let reason):
            guard reason.rawValue.utf8.count <= Limits.wordBytesMax else {
                let message = "A reason has at most \(Limits.wordBytesMax) bytes."
                return [.refuse(CommandFailure(code: .badRequest, message: message))]
            }
            return self.answer(id, .rejected(by: device.participant, reason), at: now)
        case .messageUser(let user, let body):
            return self.send(body, to: user, by: device, at: now)
        case .sendMessage, .setMedia, .removeParticipant, .endCall:
            return [.refuse(CommandFailure(code: .badRequest, message: "Only in a call."))]
        case .setPush, .unknown:
            let message = "This server does not know the command."
            return [.refuse(CommandFailure(code: .badRequest, message: message))]
        }
    }

    private mutating func ring(
        _ request: RingRequest,
        by device: Device,
        at now: MonotonicInstant
    ) -> [Effect] {
        guard device.grants.contains(.ring) else { return [.refuse(.lacking("ring"))] }
        if let failure = request.failure(from: self.owner) { return [.refuse(failure)] }
        guard !self.rings(request.id) else {
            let message = "A ring with this id rings already."
            return [.refuse(CommandFailure(code: .badRequest, message: message))]
        }
        guard self.outgoing.count < self.configuration.ringCountMax else {
            let message = "At most \(self.configuration.ringCountMax) rings go out at once."
            return [.refuse(CommandFailure(code: .limit, message: message))]
        }
        if let failure = self.noRoom(for: request.to.count) { return [.refuse(failure)] }
        let wanted = request.timeout ?? self.configuration.ringTimeout
        let timeout = min(
            max(wanted, self.configuration.ringTimeoutMin),
            self.configuration.ringTimeoutMax
        )
        let ring = Ring(
            id: request.id,
            call: request.call,
            from: self.owner,
            fromName: device.displayName,
            kind: request.kind,
            payload: request.payload,
            startedAtMilliseconds: now.offset.milliseconds,
            expiresAtMilliseconds: now.offset.milliseconds + timeout.milliseconds,
            legs: request.to.map { Ring.Leg(user: $0) }
        )
        let kept = ChannelRing(ring: ring)
        self.outgoing[ring.id] = kept
        var effects: [Effect] = [.log(.ring(ring)), .keep(kept), .count(.ringStarted)]
        for leg in ring.legs {
            effects += self.write(.invite(ring.withLeg(leg)), to: leg.user, at: now)
        }
        return effects
    }

    /// Each callee's channel says what came of it: some may have been faster (HF-69).
    private mutating func cancel(_ id: RingID, at now: MonotonicInstant) -> [Effect] {
        if self.incoming[id] != nil {
            let message = "Only its caller takes a ring back; a callee rejects it."
            return [.refuse(CommandFailure(code: .badRequest, message: message))]
        }
        guard var kept = self.outgoing[id] else { return [.refuseUnknown(id)] }
        guard !kept.isCancelled else { return [] }
        kept.isCancelled = true
        self.outgoing[id] = kept
        var effects: [Effect] = [.keep(kept)]
        for leg in kept.ring.legs where leg.state == .ringing {
            effects += self.write(.cancel(kept.ring.withLeg(leg)), to: leg.user, at: now)
        }
        return effects
    }

    private mutating func answer(
        _ id: RingID,
        _ event: LegMachine.Event,
        at now: MonotonicInstant
    ) -> [Effect] {
        if self.outgoing[id] != nil {
            let message = "A ring is answered by its callees, not by its caller."
            return [.refuse(CommandFailure(code: .badRequest, message: message))]
        }
        guard self.incoming[id] != nil else { return [.refuseUnknown(id)] }
        return self.tell(id, event, at: now)
    }

    private mutating func send(
        _ body: CallMessage.Body,
        to user: UserID,
        by device: Device,
        at now: MonotonicInstant
    ) -> [Effect] {
        guard device.grants.contains(.message) else { return [.refuse(.lacking("message"))] }
        guard user.isValid, user != self.owner else {
            let message = "A message goes to another user, by a valid id."
            return [.refuse(CommandFailure(code: .badRequest, message: message))]
        }
        guard body.fits else {
            let message = "At most \(Limits.messageBytesMax) bytes."
            return [.refuse(CommandFailure(code: .tooLarge, message: message))]
        }
        if let failure = self.noRoom(for: 1) { return [.refuse(failure)] }
        let message = UserMessage(from: self.owner, to: user, body: body)
        return [.log(.userMessage(message))] + self.write(.message(message), to: user, at: now)
    }

    /// Whether a ring with this id rings, whoever rings it.
    func rings(_ id: RingID) -> Bool { self.outgoing[id] != nil || self.incoming[id] != nil }

    /// Answers and cancellations always have room: they are as many as rings.
    private func noRoom(for count: Int) -> CommandFailure? {
        guard self.outbox.count + count > self.configuration.letterCountMax else { return nil }
        let message = "Too much of what this user sends has not arrived yet."
        return CommandFailure(code: .limit, message: message)
    }
}

extension CommandFailure {
    /// The token does not allow it.
    static func lacking(_ grant: String) -> CommandFailure {
        CommandFailure(code: .forbidden, message: "The token lacks the grant `\(grant)`.")
    }
}
