import HoldfastServerCore
import HoldfastWire

/// An engine of channels with at most one bug planted round it, to show that the rules can fail.
struct ChannelMutant {
    /// What is wrong.
    enum Mutation: CaseIterable {
        case forgetsRings, forgetsEnds, forgetsLetters, forgetsTakings, forgetsLetterTop
        case postsEarly, acknowledgesEarly, takesTwice
        case claimsEveryAnswer, misreportsToCaller, tellsOneDevice, hidesRings
        case hurriesDeadlines, movesTimeouts
        case forgetsAnswers, pushesLate
    }

    private var engine: ServerEngine
    private let mutation: Mutation?
    /// A push that is kept back until something ends.
    private var late: [ServerEffect] = []

    init(
        _ mutation: Mutation?,
        _ configuration: ServerConfiguration,
        era: UInt32,
        startedAt: MonotonicInstant,
        shard: Int
    ) {
        self.mutation = mutation
        self.engine = ServerEngine(
            configuration: configuration,
            era: Era(era),
            startedAt: startedAt,
            seed: (UInt64(era), 2, 3, UInt64(shard) + 4)
        )
    }

    var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    mutating func handle(
        _ event: ServerEvent,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        var now = now
        var event = event
        if self.mutation == .hurriesDeadlines, event == .deadlineReached {
            now = now.advanced(by: .seconds(4))
        }
        if self.mutation == .movesTimeouts, case .loaded(let call, var stored) = event {
            for index in stored.channel.rings.indices {
                stored.channel.rings[index].ring.delay()
            }
            event = .loaded(call, stored)
        }
        if self.mutation == .forgetsAnswers,
            case .pushAnswered(let user, let id, let token, .taken) = event
        {
            event = .pushAnswered(user, id, token, .failed(retryAfter: nil))
        }
        var mine: [ServerEffect] = []
        self.engine.handle(event, at: now, effects: &mine)
        if case .letterArrived(let letter) = event {
            if self.mutation == .acknowledgesEarly { mine.append(.acknowledge(letter.receipt)) }
            if self.mutation == .takesTwice {
                var again = letter
                again.number = LetterNumber(letter.number.rawValue + 1)
                self.engine.handle(.letterArrived(again), at: now, effects: &mine)
            }
        }
        if self.mutation == .pushesLate { mine = self.delayed(mine) }
        if let mutation { mine = mine.flatMap { Self.mutated($0, by: mutation) } }
        effects += mine
    }

    /// Pushes come behind the next end of a ring.
    private mutating func delayed(_ effects: [ServerEffect]) -> [ServerEffect] {
        var result: [ServerEffect] = []
        for effect in effects {
            if case .push(let request) = effect, request.kind == .ring {
                self.late.append(effect)
                continue
            }
            result.append(effect)
            guard case .deliver(_, _, let events) = effect else { continue }
            let isEnd = events.contains { if case .ringEnded = $0.event { true } else { false } }
            if isEnd {
                result += self.late
                self.late = []
            }
        }
        return result
    }

    private static func mutated(_ effect: ServerEffect, by mutation: Mutation) -> [ServerEffect] {
        switch (mutation, effect) {
        case (.postsEarly, .commit(_, _, let writes)):
            let letters = writes.compactMap { write -> ServerEffect? in
                if case .letter(let letter) = write { .post(letter) } else { nil }
            }
            return letters + [effect]
        case (_, .commit(let call, let number, let writes)):
            return [.commit(call, number, writes.compactMap { Self.mutated($0, by: mutation) })]
        case (.misreportsToCaller, .post(var letter)):
            if case .answer(var ring) = letter.content, ring.legs.first?.state == .cancelled {
                ring.legs[0].state = .timedOut
                letter.content = .answer(ring)
            }
            return [.post(letter)]
        case (.claimsEveryAnswer, .send(let connection, .result(var result))):
            if case .failed(let failure) = result.outcome, failure.code == .tooLate {
                result.outcome = .done(.zero)
            }
            return [.send(connection, .result(result))]
        case (.hidesRings, .send(let connection, .snapshot(var chunk))):
            chunk.rings = []
            return [.send(connection, .snapshot(chunk))]
        case (.tellsOneDevice, .deliver(let connection, let call, let events)):
            let kept = events.filter { event in
                if case .ringEnded = event.event {
                    connection.rawValue.isMultiple(of: 2)
                } else {
                    true
                }
            }
            return kept.isEmpty ? [] : [.deliver(connection, call, kept)]
        default:
            return [effect]
        }
    }

    /// Nil when the store is not told.
    private static func mutated(_ write: StoreWrite, by mutation: Mutation) -> StoreWrite? {
        switch (mutation, write) {
        case (.forgetsRings, .ring), (.forgetsEnds, .removeRing), (.forgetsLetters, .letter),
            (.forgetsTakings, .letterTaken):
            return nil
        case (.forgetsLetterTop, .call(var record)):
            record.letterTop = .none
            return .call(record)
        default:
            return write
        }
    }
}

extension Ring {
    /// A restart that is counted to nobody is right for sessions, and wrong for rings (HF-70).
    fileprivate mutating func delay() {
        self = Ring(
            id: self.id,
            call: self.call,
            from: self.from,
            fromName: self.fromName,
            kind: self.kind,
            payload: self.payload,
            startedAtMilliseconds: self.startedAtMilliseconds,
            expiresAtMilliseconds: self.expiresAtMilliseconds + 60_000,
            legs: self.legs
        )
    }
}
