#if Server

import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct ShardRingTests {
    @Test func `a call has one shard, the same in every process`() {
        #expect(ShardRing.index(of: CallID("demo"), count: 1) == 0)
        // Fixed, so that nobody puts a seeded hash here.
        #expect(ShardRing.index(of: CallID("demo"), count: 8) == 6)
        #expect(ShardRing.index(of: CallID("demo"), count: 0) == 0)
    }

    @Test func `calls are spread evenly`() {
        var counts = [Int](repeating: 0, count: 4)
        for number in 0..<4000 {
            counts[ShardRing.index(of: CallID("call-\(number)"), count: 4)] += 1
        }
        #expect(counts.allSatisfy { (800...1200).contains($0) }, "\(counts)")
    }
}

#endif
