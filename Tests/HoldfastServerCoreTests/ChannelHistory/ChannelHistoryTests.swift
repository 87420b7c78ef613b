import Foundation
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Random lives of channels, against rules that know nothing of the engine's insides.
@Suite struct ChannelHistoryTests {
    @Test(.spec("HF-68"), .spec("HF-69"), .spec("HF-70"), .spec("HF-75"))
    func `whatever happens, each ring has one end, and everybody is told it once`() {
        let first = UInt64(ProcessInfo.processInfo.environment["HOLDFAST_SEED"] ?? "") ?? 1
        let count = UInt64(ProcessInfo.processInfo.environment["HOLDFAST_HISTORIES"] ?? "") ?? 1000
        for seed in first..<(first + count) {
            var history = ChannelHistory(seed: seed)
            if let complaint = history.run() {
                Issue.record("seed \(seed): \(complaint)")
                return
            }
        }
    }

    @Test(arguments: ChannelMutant.Mutation.allCases)
    func `a bug planted round the channels is found`(mutation: ChannelMutant.Mutation) {
        let isFound = (1...200 as ClosedRange<UInt64>).contains { seed in
            var history = ChannelHistory(seed: seed, mutation: mutation)
            return history.run() != nil
        }
        #expect(isFound, "\(mutation)")
    }
}
