import HoldfastWire

// What other channels write, and what becomes of the legs of rings.
extension UserChannel {
    /// Takes a letter once; one that was taken before is acknowledged again (HF-75).
    mutating func arrived(_ letter: Letter, at now: MonotonicInstant) -> [Effect] {
        guard !self.taken.contains(letter) else {
            return [.acknowledge(letter.receipt), .count(.letterRepeated)]
        }
        guard now < letter.writtenAt.advanced(by: self.configuration.letterLife) else {
            // Its sender has dropped it, or is about to.
            return [.count(.letterDropped)]
        }
        let (row, forgotten) = self.taken.take(letter, at: now)
        let effects: [Effect] =
            switch letter.content {
            case .invite(let ring): self.invited(ring, at: now)
            case .cancel(let ring): self.cancelled(ring, at: now)
            case .answer(let ring): self.answered(ring)
            case .message(let message): [.log(.userMessage(message))]
            }
        let taking: [Effect] = [
            .take(row, forgetting: forgotten), .acknowledge(letter.receipt), .count(.letterTaken),
        ]
        return effects + taking
    }

    /// In a callee's channel: its leg begins to ring.
    private mutating func invited(_ ring: Ring, at now: MonotonicInstant) -> [Effect] {
        let kept = ChannelRing(ring: ring)
        guard self.incoming.count < self.configuration.ringCountMax, !self.rings(ring.id) else {
            // Two rings of one id could not be told apart by who answers.
            return self.end(ring, .rejected, .busy, by: nil, at: now)
        }
        self.incoming[ring.id] = (kept, LegMachine(state: .ringing(until: kept.expiresAt)))
        let effects: [Effect] = [.log(.ring(ring)), .keep(kept)]
        // One whose time passed on the way is told of as one that was missed.
        return effects + self.tell(ring.id, .deadlineReached, at: now)
    }

    /// In a callee's channel: the caller takes the ring back. Of one that is over it was told.
    private mutating func cancelled(_ ring: Ring, at now: MonotonicInstant) -> [Effect] {
        guard self.incoming[ring.id]?.ring.ring.from == ring.from else { return [] }
        return self.tell(ring.id, .cancelled, at: now)
    }

    /// In a callee's channel: something happens to its leg.
    mutating func tell(
        _ id: RingID,
        _ event: LegMachine.Event,
        at now: MonotonicInstant
    ) -> [Effect] {
        guard let kept = self.incoming[id]?.ring,
            let answers = self.incoming[id]?.leg.handle(event, at: now)
        else { return [] }
        var effects: [Effect] = []
        for answer in answers {
            switch answer {
            case .end(let state, let reason, let device):
                self.incoming[id] = nil
                effects.append(.forget(id))
                effects += self.end(kept.ring, state, reason, by: device, at: now)
            case .refuse:
                effects.append(.refuseUnknown(id))
            }
        }
        return effects
    }

    /// In a callee's channel: its leg is over. Its devices are told, and the caller.
    private mutating func end(
        _ ring: Ring,
        _ state: RingState,
        _ reason: RejectReason,
        by device: ParticipantID?,
        at now: MonotonicInstant
    ) -> [Effect] {
        let leg = Ring.Leg(user: self.owner, state: state, reason: reason, device: device)
        let ended = ring.withLeg(leg)
        var forCaller = leg
        forCaller.device = nil
        return [.log(.ringEnded(ended)), .count(state.metric)]
            + self.write(.answer(ring.withLeg(forCaller)), to: ring.from, at: now)
    }

    /// In the caller's channel: a callee's channel says how its leg ended (HF-69).
    private mutating func answered(_ ring: Ring) -> [Effect] {
        guard let leg = ring.legs.first, var kept = self.outgoing[ring.id],
            let index = kept.ring.legs.firstIndex(where: { $0.user == leg.user }),
            kept.ring.legs[index].state == .ringing
        else { return [] }
        kept.ring.legs[index] = leg
        return self.keep(kept)
    }

    /// In the caller's channel: the callees' channels have nothing more to say.
    mutating func closeLegs(of id: RingID) -> [Effect] {
        guard var kept = self.outgoing[id] else { return [] }
        for index in kept.ring.legs.indices where kept.ring.legs[index].state == .ringing {
            kept.ring.legs[index].state = .timedOut
        }
        return self.keep(kept)
    }

    /// In the caller's channel: a leg has changed.
    private mutating func keep(_ kept: ChannelRing) -> [Effect] {
        guard kept.ring.isRinging else {
            self.outgoing[kept.ring.id] = nil
            return [.log(.ringEnded(kept.ring)), .forget(kept.ring.id)]
        }
        self.outgoing[kept.ring.id] = kept
        return [.log(.ring(kept.ring)), .keep(kept)]
    }
}

extension RingState {
    fileprivate var metric: ServerMetric {
        switch self {
        case .accepted: .ringAccepted
        case .cancelled: .ringCancelled
        case .timedOut: .ringTimedOut
        default: .ringRejected
        }
    }
}
