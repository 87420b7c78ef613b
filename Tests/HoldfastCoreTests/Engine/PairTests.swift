import HoldfastWire
import Testing

@testable import HoldfastCore

/// The engine against a fake server, over a network that does its worst, in virtual time.
@Suite struct PairTests {
    @Test(arguments: 0..<20)
    func `nothing is lost, doubled or left open, whatever happens on the way`(batch: UInt64) {
        for seed in (batch * 25)..<(batch * 25 + 25) {
            var world = PairWorld(seed: seed)
            world.begin()
            world.run(for: .seconds(3))
            for _ in 0..<world.pick(10...50) {
                world.disturb()
                world.run(for: .milliseconds(world.pick(0...6000)))
            }
            world.heal()
            world.run(for: .seconds(90))
            let isOver = world.told.contains(where: \.isTerminal)
            if !isOver { self.expectConverged(world, seed) }
            if seed.isMultiple(of: 2) { world.leave() } else { world.endCall() }
            world.run(for: .seconds(60))
            self.expectEnded(world, seed)
        }
    }

    /// Attached again, everybody known, every message told.
    private func expectConverged(_ world: PairWorld, _ seed: UInt64) {
        var roster: [ParticipantID: Participant] = [:]
        for event in world.told {
            switch event {
            case .participantJoined(let participant), .participantUpdated(let participant):
                roster[participant.id] = participant
            case .participantLeft(let participant, _):
                roster[participant.id] = nil
            default:
                break
            }
        }
        var others = world.server.participants
        others[EngineHarness.me] = nil
        #expect(roster == others, "seed \(seed): the rosters differ")

        let missing = world.server.expectedMessages(of: EngineHarness.me)
            .filter { $0 > world.known }
            .filter { offset in !world.server.excused.contains { $0.contains(offset) } }
            .filter { !Set(world.told.compactMap(\.messageID)).contains($0) }
        #expect(missing.isEmpty, "seed \(seed): lost \(missing), excused \(world.server.excused)")
        #expect(world.outcomes.count == world.submitted.count, "seed \(seed): commands hang")
    }

    private func expectEnded(_ world: PairWorld, _ seed: UInt64) {
        #expect(world.problems.isEmpty, "seed \(seed): \(world.problems)")
        #expect(world.server.violations.isEmpty, "seed \(seed): \(world.server.violations)")
        #expect(world.peak <= PairWorld.connectionCountMax, "seed \(seed): \(world.peak) at once")
        let isOver = world.isOver
        #expect(isOver, "seed \(seed): something is held: \(world.held)")
        #expect(
            followsGrammar(world.told),
            "seed \(seed): \(world.told.filter { $0.isLifecycle })"
        )
        let ids = world.told.compactMap(\.messageID)
        #expect(ids == ids.sorted(), "seed \(seed): out of order")
        #expect(Set(ids).count == ids.count, "seed \(seed): a message came twice")
        for (request, text) in world.submitted {
            let outcomes = world.outcomes[request] ?? []
            #expect(outcomes.count == 1, "seed \(seed): \(request) ended \(outcomes)")
            let effects = world.server.effectCounts[text] ?? 0
            switch outcomes.first {
            case .done: #expect(effects == 1, "seed \(seed): \(text) has \(effects) effects")
            case .failed, .backpressure:
                #expect(effects == 0, "seed \(seed): \(text) failed and has an effect")
            case .abandoned, nil: #expect(effects <= 1, "seed \(seed): \(text) twice")
            }
        }
    }
}

/// `joined (lost restored)* lost? terminal`, then nothing; or a terminal alone.
func followsGrammar(_ events: [SessionEvent]) -> Bool {
    guard let last = events.last, last.isTerminal else { return false }
    guard events.count > 1 else { return true }
    guard case .joined = events[0] else { return false }
    var isLost = false
    for (index, event) in events.enumerated() {
        switch event {
        case .joined: guard index == 0 else { return false }
        case .lost:
            guard !isLost else { return false }
            isLost = true
        case .restored:
            guard isLost else { return false }
            isLost = false
        case .left, .timedOut, .closed: guard index == events.count - 1 else { return false }
        default: break
        }
    }
    return true
}

extension SessionEvent {
    var isTerminal: Bool {
        switch self {
        case .left, .timedOut, .closed: true
        default: false
        }
    }

    var isLifecycle: Bool {
        switch self {
        case .joined, .lost, .restored, .left, .timedOut, .closed: true
        default: false
        }
    }

    var messageID: LogOffset? {
        if case .message(let id, _, _) = self { id } else { nil }
    }
}
