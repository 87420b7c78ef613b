// What the fake server does where its log is a user's channel.
import HoldfastWire

@testable import HoldfastCore

extension FakeServer {
    /// Somebody rings this user.
    mutating func ring(_ id: String, for timeout: Duration, at now: MonotonicInstant) {
        let ring = Ring(
            id: RingID(id),
            call: CallID("standup"),
            from: UserID("bob"),
            startedAtMilliseconds: now.offset.milliseconds,
            expiresAtMilliseconds: now.advanced(by: timeout).offset.milliseconds,
            legs: [Ring.Leg(user: UserID("me"))]
        )
        _ = self.append(.ring(ring), at: now)
    }

    /// A leg of a ring ends; with the last one the ring.
    @discardableResult
    mutating func endLeg(
        of id: RingID,
        _ state: RingState,
        all: Bool = true,
        at now: MonotonicInstant
    ) -> LogOffset? {
        guard var ring = self.rings[id] else { return nil }
        for index in ring.legs.indices where ring.legs[index].state == .ringing {
            ring.legs[index].state = state
            if !all { break }
        }
        return self.append(ring.isRinging ? .ring(ring) : .ringEnded(ring), at: now)
    }

    mutating func expireRings(at now: MonotonicInstant) {
        for id in self.rings.keys.sorted() {
            guard let ring = self.rings[id],
                ring.expiresAtMilliseconds <= now.offset.milliseconds
            else { continue }
            self.endLeg(of: id, .timedOut, at: now)
        }
    }

    mutating func channelCommand(
        _ command: Command,
        at now: MonotonicInstant
    ) -> CommandResult.Outcome {
        switch command {
        case .messageUser(let user, let body):
            if case .text(let text) = body { self.effectCounts[text, default: 0] += 1 }
            let message = UserMessage(from: UserID("me"), to: user, body: body)
            return .done(self.append(.userMessage(message), at: now))
        case .ring(let request):
            let ring = Ring(
                id: request.id,
                call: request.call,
                from: UserID("me"),
                startedAtMilliseconds: now.offset.milliseconds,
                expiresAtMilliseconds: now.advanced(by: .seconds(30)).offset.milliseconds,
                legs: request.to.map { Ring.Leg(user: $0) }
            )
            return .done(self.append(.ring(ring), at: now))
        case .acceptRing(let id):
            return self.answer(id, .accepted, at: now)
        case .rejectRing(let id, _):
            return self.answer(id, .rejected, at: now)
        case .cancelRing(let id):
            return self.answer(id, .cancelled, at: now)
        case .setPush, .sendMessage, .setMedia, .removeParticipant, .endCall, .unknown:
            return .done(.zero)
        }
    }

    private mutating func answer(
        _ id: RingID,
        _ state: RingState,
        at now: MonotonicInstant
    ) -> CommandResult.Outcome {
        guard let offset = self.endLeg(of: id, state, at: now) else {
            return .failed(CommandFailure(code: .tooLate, message: ""))
        }
        self.effectCounts["answer \(id)", default: 0] += 1
        return .done(offset)
    }

    /// The ends of rings that the client must see.
    func expectedEnds(of participant: ParticipantID) -> [(LogOffset, RingID)] {
        let offsets = Set(self.expectedMessages(of: participant))
        return self.log.compactMap { event in
            guard case .ringEnded(let ring) = event.event, offsets.contains(event.offset) else {
                return nil
            }
            return (event.offset, ring.id)
        }
    }
}
