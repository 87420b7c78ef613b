import HoldfastServerCore
import HoldfastWire

/// The engine with at most one bug planted round it, to show that the rules can fail.
struct MutantEngine {
    /// What is wrong.
    enum Mutation: CaseIterable {
        case dropsDeliveries, doublesDeliveries, swapsDeliveries, shiftsPrevious, dropsResults
        case dropsWelcomes, dropsSessionWrites, dropsAppends, publishesEarly, tellsEverybody
        case hidesParticipants, hurriesDeadlines, dropsSnapshots, forgetsResults
    }

    private var engine: ServerEngine
    private let mutation: Mutation?
    private var deliveryCount = 0

    init(
        _ mutation: Mutation?,
        _ configuration: ServerConfiguration,
        era: UInt32,
        startedAt: MonotonicInstant
    ) {
        self.mutation = mutation
        self.engine = ServerEngine(
            configuration: configuration,
            era: Era(era),
            startedAt: startedAt,
            seed: (UInt64(era), 2, 3, 4)
        )
    }

    var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    mutating func handle(
        _ event: ServerEvent,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        var now = now
        if self.mutation == .hurriesDeadlines, event == .deadlineReached {
            now = now.advanced(by: .seconds(200))
        }
        var mine: [ServerEffect] = []
        self.engine.handle(event, at: now, effects: &mine)
        if self.mutation == .publishesEarly {
            for effect in mine {
                guard case .commit(let call, let number, _) = effect else { continue }
                self.engine.handle(.committed(call, number), at: now, effects: &mine)
            }
        }
        if let mutation { mine = mine.flatMap { self.mutated($0, by: mutation) } }
        if self.mutation == .swapsDeliveries { Self.swapDeliveries(&mine) }
        effects += mine
    }

    private mutating func mutated(
        _ effect: ServerEffect,
        by mutation: Mutation
    ) -> [ServerEffect] {
        switch (mutation, effect) {
        case (.dropsDeliveries, .deliver):
            self.deliveryCount += 1
            return self.deliveryCount.isMultiple(of: 5) ? [] : [effect]
        case (.doublesDeliveries, .deliver):
            return [effect, effect]
        case (.shiftsPrevious, .deliver(let connection, let call, var events)):
            self.deliveryCount += 1
            if self.deliveryCount.isMultiple(of: 5) {
                events[0].previous = LogOffset(events[0].previous.rawValue + 1)
            }
            return [.deliver(connection, call, events)]
        case (.tellsEverybody, .deliver(let connection, let call, let events)):
            let other = ConnectionID(connection.rawValue + 1)
            return [effect, .deliver(other, call, events)]
        case (.dropsResults, .send(_, .result)), (.dropsWelcomes, .welcome):
            return []
        case (.dropsSnapshots, .send(_, .snapshot(let chunk))) where !chunk.isReset:
            return []
        case (.hidesParticipants, .send(let connection, .snapshot(var chunk))):
            chunk.participants = Array(chunk.participants.dropLast())
            return [.send(connection, .snapshot(chunk))]
        case (.dropsSessionWrites, .commit(let call, let number, let writes)):
            let kept = writes.filter { if case .session = $0 { false } else { true } }
            return [.commit(call, number, kept)]
        case (.dropsAppends, .commit(let call, let number, let writes)):
            let kept = writes.filter { if case .append = $0 { false } else { true } }
            return [.commit(call, number, kept)]
        case (.forgetsResults, .commit(let call, let number, let writes)):
            let kept = writes.filter { if case .result = $0 { false } else { true } }
            return [.commit(call, number, kept)]
        default:
            return [effect]
        }
    }

    private static func swapDeliveries(_ effects: inout [ServerEffect]) {
        for index in effects.indices.dropFirst() {
            guard case .deliver(let connection, let call, let later) = effects[index],
                case .deliver(connection, call, let earlier) = effects[index - 1]
            else { continue }
            effects[index] = .deliver(connection, call, earlier)
            effects[index - 1] = .deliver(connection, call, later)
        }
        for index in effects.indices {
            guard case .deliver(let connection, let call, let events) = effects[index],
                events.count > 1
            else { continue }
            effects[index] = .deliver(connection, call, events.reversed())
        }
    }
}
