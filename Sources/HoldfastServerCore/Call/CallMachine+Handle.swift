package import HoldfastWire

extension CallMachine {
    /// Applies one event and hands what it changed to the store.
    package mutating func handle(
        _ event: ServerEvent,
        random: inout RandomSource,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        switch event {
        case .joinRequested(let connection, let claims, let options):
            self.join(
                connection,
                claims,
                options,
                mode: .joined,
                random: &random,
                at: now,
                effects: &effects
            )
        case .resumeRequested(let connection, let ticket, let rejoin):
            self.resume(
                connection,
                ticket,
                rejoin: rejoin,
                random: &random,
                at: now,
                effects: &effects
            )
        case .received(let connection, let message):
            self.received(connection, message, at: now, effects: &effects)
        case .receivedGarbage(let connection, let reason):
            self.refuse(connection, reason, at: now, effects: &effects)
        case .closed(let connection, let code):
            self.detach(connection, code: code, at: now, effects: &effects)
        case .writabilityChanged(let connection, let isWritable):
            self.writabilityChanged(connection, isWritable, at: now, effects: &effects)
        case .verified(let connection, let claims):
            self.verified(connection, claims, at: now, effects: &effects)
        case .pageRead(_, let connection, let after, let entries):
            self.pageRead(connection, after: after, entries, effects: &effects)
        case .committed(_, let number):
            self.committed(number, at: now, effects: &effects)
        case .endCallRequested(let request, _):
            self.endCall(by: request, at: now)
        case .removalRequested(let request, _, let participant):
            self.remove(participant, by: request, at: now)
        case .messageRequested(let request, _, let body):
            self.tellChannel(.messageRequested(body), at: now, effects: &effects)
            self.consequences.append(.administered(request, .done))
        case .letterArrived(let letter):
            self.tellChannel(.letterArrived(letter), at: now, effects: &effects)
        case .letterTaken(let receipt):
            self.tellChannel(.letterTaken(receipt), at: now, effects: &effects)
        case .userAsked(let request, _):
            let outcome = self.userSummary.map { AdministrationOutcome.user($0) } ?? .notFound
            effects.append(.administered(request, outcome))
        case .pushAnswered(_, let id, let registration, let outcome):
            self.tellPush(.answered(id, registration, outcome), at: now)
        case .stalled(let gap):
            self.stalled(gap, at: now)
        case .drainStarted:
            self.drain(random: &random, effects: &effects)
        case .deadlineReached:
            self.deadlineReached(at: now, effects: &effects)
        case .watchStarted, .watchEnded, .presenceTold, .loaded, .loadFailed, .commitFailed,
            .openCallsFound, .iceServersChanged, .drainEnded:
            // The engine's: whether this machine exists at all, and what is none of a call's.
            break
        }
        self.commit(at: now, effects: &effects)
    }

    private mutating func writabilityChanged(
        _ connection: ConnectionID,
        _ isWritable: Bool,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        self.deliveries[connection]?.setWritable(isWritable, at: now)
        if isWritable {
            self.pump(connection, effects: &effects)
        } else if self.deliveries[connection] != nil {
            self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
        }
    }

    private mutating func endCall(by request: AdministrationID, at now: MonotonicInstant) {
        // A channel has no end of that kind: its user signs out.
        guard self.isOpen, self.channel == nil else {
            self.consequences.append(.administered(request, .notFound))
            return
        }
        self.endCall(.ended, at: now)
        self.consequences.append(.administered(request, .done))
    }

    private mutating func remove(
        _ participant: ParticipantID,
        by request: AdministrationID,
        at now: MonotonicInstant
    ) {
        guard let session = self.sessionOf[participant] else {
            self.consequences.append(.administered(request, .notFound))
            return
        }
        self.removeMember(session, .removed, .removed, at: now)
        self.updatePresence(at: now)
        self.consequences.append(.administered(request, .done))
    }
}
