import Testing

@testable import HoldfastMedia

@Suite struct SequenceTrackerTests {
    /// A tracker that has seen some numbers.
    private func tracker(_ sequences: [UInt16]) -> SequenceTracker {
        var tracker = SequenceTracker()
        for sequence in sequences { _ = tracker.handle(sequence) }
        return tracker
    }

    @Test(arguments: [0, 1, 32_767, 32_768, 65_530, 65_535] as [UInt16])
    func `a stream without a gap loses nothing, also round the end of the numbers`(start: UInt16) {
        var tracker = SequenceTracker()
        for step in 0..<200 as Range<UInt16> {
            #expect(tracker.handle(start &+ step) == .new)
        }
        #expect(tracker.lost == 0)
    }

    @Test(arguments: [0, 65_530, 65_535] as [UInt16], [2, 3, 63, 64, 65, 500, 15_000] as [UInt16])
    func `every number that is left out counts as lost`(start: UInt16, step: UInt16) {
        #expect(self.tracker([start, start &+ step]).lost == UInt64(step - 1))
    }

    @Test func `losses add up over many turns of the numbers`() {
        var tracker = SequenceTracker()
        var sequence: UInt16 = 0
        for _ in 0..<100_000 {
            _ = tracker.handle(sequence)
            sequence &+= 3
        }
        #expect(tracker.lost == 2 * 99_999)
    }

    @Test(arguments: [10, 65_534, 65_535, 0] as [UInt16])
    func `a late packet is taken off the losses, once`(start: UInt16) {
        var tracker = self.tracker([start, start &+ 4])
        #expect(tracker.lost == 3)
        #expect(tracker.handle(start &+ 2) == .late)
        #expect(tracker.lost == 2)
        #expect(tracker.handle(start &+ 2) == .repeated)
        #expect(tracker.lost == 2)
        #expect(tracker.handle(start &+ 5) == .new)
        #expect(tracker.lost == 2)
    }

    @Test func `neighbours that change places lose nothing`() {
        #expect(self.tracker([1, 3, 2, 4, 6, 5, 7]).lost == 0)
    }

    @Test(arguments: [0, 63, 64] as [UInt16])
    func `a repeated packet changes nothing`(age: UInt16) {
        var tracker = SequenceTracker()
        for sequence in 1_000...1_100 as ClosedRange<UInt16> { _ = tracker.handle(sequence) }
        let verdict = tracker.handle(1_100 - age)
        #expect(verdict == (age < SequenceTracker.window ? .repeated : .doubtful))
        #expect(tracker.lost == 0)
    }

    @Test func `a packet from before the first one is no gain`() {
        var tracker = self.tracker([100])
        #expect(tracker.handle(99) == .late)
        #expect(tracker.lost == 0)
    }

    @Test func `one far packet is doubted and the stream goes on`() {
        var tracker = self.tracker([100, 101])
        #expect(tracker.handle(40_000) == .doubtful)
        #expect(tracker.handle(102) == .new)
        #expect(tracker.handle(50_000) == .doubtful)
        #expect(tracker.handle(50_002) == .doubtful)
        #expect(tracker.handle(103) == .new)
        #expect(tracker.lost == 0)
    }

    @Test(arguments: [40_000, 65_535, 102 + 15_001] as [UInt16])
    func `two far packets in a row are a new stream`(far: UInt16) {
        var tracker = self.tracker([100, 102])
        #expect(tracker.handle(far) == .doubtful)
        #expect(tracker.handle(far &+ 1) == .new)
        #expect(tracker.handle(far &+ 2) == .new)
        #expect(tracker.handle(far) == .repeated)
        #expect(tracker.lost == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `any order of arrival of all packets ends without losses`() {
        // Blocks shuffled inside the window, over two turns of the numbers.
        var random = SmallRandom(state: 7)
        var tracker = SequenceTracker()
        _ = tracker.handle(65_000)
        for block in 0..<4_000 {
            let start = UInt16(truncatingIfNeeded: 65_001 + block * 40)
            for offset in (0..<40 as Range<UInt16>).shuffled(using: &random) {
                _ = tracker.handle(start &+ offset)
                if offset.isMultiple(of: 3) { _ = tracker.handle(start &+ offset) }
            }
        }
        #expect(tracker.lost == 0)
    }
}

/// SplitMix64: the same order in every run.
struct SmallRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
