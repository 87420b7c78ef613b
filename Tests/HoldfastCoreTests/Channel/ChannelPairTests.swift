import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

/// A user's channel against a fake server, over a network that does its worst, with an app that
/// comes and goes, in virtual time.
@Suite struct ChannelPairTests {
    @Test(.spec("HF-63"), .spec("HF-70"), .spec("HF-73"), arguments: 0..<20)
    func `every message and every end of a ring comes once, by connections that may be`(
        batch: UInt64
    ) {
        for seed in (batch * 25)..<(batch * 25 + 25) {
            var world = PairWorld(seed: seed, isChannel: true)
            world.begin()
            world.run(for: .seconds(3))
            for _ in 0..<world.pick(10...50) {
                world.disturb()
                let isLong = world.pick(0...7) == 0
                world.run(for: .milliseconds(world.pick(0...(isLong ? 60_000 : 6000))))
            }
            world.heal()
            world.run(for: .seconds(120))
            self.expectConverged(world, seed)
            world.leave()
            world.run(for: .seconds(60))
            self.expectEnded(world, seed)
        }
    }

    private func expectConverged(_ world: PairWorld, _ seed: UInt64) {
        let isOver = world.told.contains(where: \.isTerminal)
        #expect(!isOver, "seed \(seed): a channel does not end")
        let isNew: (LogOffset) -> Bool = { offset in
            offset > world.known && !world.server.excused.contains { $0.contains(offset) }
        }
        let ends = world.told.compactMap(\.endedRing)
        let missingEnds = world.server.expectedEnds(of: EngineHarness.me)
            .filter { isNew($0.0) && !ends.contains($0.1) }.map(\.1)
        #expect(missingEnds.isEmpty, "seed \(seed): no end of \(missingEnds)")
        let endOffsets = world.server.expectedEnds(of: EngineHarness.me).map(\.0)
        let told = Set(world.told.compactMap(\.userMessageID))
        let missing = world.server.expectedMessages(of: EngineHarness.me)
            .filter { isNew($0) && !endOffsets.contains($0) && !told.contains($0) }
        #expect(missing.isEmpty, "seed \(seed): lost \(missing)")
        let rings = Set(world.told.compactMap(\.ring))
        let forever = rings.subtracting(ends).subtracting(world.server.rings.keys)
        #expect(forever.isEmpty, "seed \(seed): \(forever) ring for ever")
        #expect(world.outcomes.count == world.submitted.count, "seed \(seed): commands hang")
        #expect(world.told.contains(.channel(.caughtUp)), "seed \(seed): never caught up")
        let states = world.told.compactMap(\.channelState)
        #expect(states.last == .connected, "seed \(seed): \(states)")
    }

    private func expectEnded(_ world: PairWorld, _ seed: UInt64) {
        #expect(world.problems.isEmpty, "seed \(seed): \(world.problems)")
        #expect(world.server.violations.isEmpty, "seed \(seed): \(world.server.violations)")
        #expect(world.peak <= PairWorld.connectionCountMax, "seed \(seed): \(world.peak) at once")
        #expect(world.isOver, "seed \(seed): something is held: \(world.held)")
        #expect(
            followsGrammar(world.told),
            "seed \(seed): \(world.told.filter { $0.isLifecycle })"
        )
        let ids = world.told.compactMap(\.userMessageID)
        #expect(ids == ids.sorted(), "seed \(seed): out of order")
        #expect(Set(ids).count == ids.count, "seed \(seed): a message came twice")
        var ended: Set<RingID> = []
        for event in world.told {
            if let id = event.endedRing {
                let isFirst = ended.insert(id).inserted
                #expect(isFirst, "seed \(seed): \(id) ended twice")
            }
            if let id = event.ring { #expect(!ended.contains(id), "seed \(seed): \(id) rings on") }
        }
        for (request, text) in world.submitted {
            let outcomes = world.outcomes[request] ?? []
            #expect(outcomes.count == 1, "seed \(seed): \(request) ended \(outcomes)")
            #expect((world.server.effectCounts[text] ?? 0) <= 1, "seed \(seed): \(text) twice")
        }
        let doubled = world.server.effectCounts.filter { $0.value > 1 }
        #expect(doubled.isEmpty, "seed \(seed): \(doubled)")
    }
}

extension SessionEvent {
    var endedRing: RingID? {
        if case .channel(.ringEnded(let ring)) = self { ring.id } else { nil }
    }

    var ring: RingID? { if case .channel(.ring(let ring)) = self { ring.id } else { nil } }

    var userMessageID: LogOffset? {
        if case .channel(.message(let id, _, _)) = self { id } else { nil }
    }

    var channelState: ChannelState? {
        if case .channel(.state(let state)) = self { state } else { nil }
    }
}
