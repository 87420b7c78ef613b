import HoldfastSpec
import HoldfastWire
import Testing

struct LogOffsetTests {
    @Test(
        .spec("HF-31"),
        arguments: [(0, 0), (0, 1), (1, 0), (7, 41), (UInt32(1 << 20 - 1), UInt32.max)]
    )
    func `an offset is its era and its number`(era: UInt32, number: UInt32) {
        let offset = LogOffset(era: Era(era), number: number)
        #expect(offset.rawValue == UInt64(era) * 4_294_967_296 + UInt64(number))
        #expect(offset.era == Era(era))
        #expect(offset.number == number)
    }

    @Test(.spec("HF-31")) func `the largest era's last offset is exact in a double`() {
        let offset = LogOffset(era: Era(Era.rawValueMax), number: .max)
        #expect(offset.rawValue == 1 << 52 - 1)
        #expect(offset.rawValue <= LogOffset.rawValueMax)
        #expect(LogOffset.rawValueMax == 9_007_199_254_740_991)
        #expect(UInt64(Double(LogOffset.rawValueMax)) == LogOffset.rawValueMax)
    }

    @Test(.spec("HF-31")) func `offsets of a later era are behind all of an earlier one`() {
        #expect(LogOffset(era: Era(1), number: .max) < LogOffset(era: Era(2), number: 1))
        #expect(LogOffset.zero < LogOffset(era: Era(0), number: 1))
        #expect(Era(1) < Era(2))
    }

    @Test func `an offset beyond the bound can be looked at without a trap`() {
        let offset = LogOffset(.max)
        #expect(offset.era == Era(.max))
        #expect(offset.number == .max)
    }
}
