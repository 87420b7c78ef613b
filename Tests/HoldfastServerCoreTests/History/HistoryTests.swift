import Foundation
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Random lives of a call, against rules that know nothing of the engine's insides.
@Suite struct HistoryTests {
    /// Seeds that have failed at some time, one in a line; what follows them is for people.
    private static let pastSeeds: [UInt64] = {
        let file = URL(filePath: #filePath).appending(path: "../../Seeds.txt").standardizedFileURL
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.flatMap { UInt64($0) }
        }
    }()

    @Test(.spec("HF-20"), .spec("HF-29"), .spec("HF-30"), .spec("HF-40"), .spec("HF-47"))
    func `no history breaks a rule`() {
        let first = UInt64(ProcessInfo.processInfo.environment["HOLDFAST_SEED"] ?? "") ?? 1
        let count = UInt64(ProcessInfo.processInfo.environment["HOLDFAST_HISTORIES"] ?? "") ?? 1000
        for seed in first..<(first + count) {
            var history = History(seed: seed)
            if let complaint = history.run() {
                Issue.record("seed \(seed): \(complaint)")
                return
            }
        }
    }

    @Test func `seeds that have failed stay mended`() {
        for seed in Self.pastSeeds {
            var history = History(seed: seed)
            if let complaint = history.run() { Issue.record("seed \(seed): \(complaint)") }
        }
    }

    @Test(arguments: MutantEngine.Mutation.allCases)
    func `a bug planted round the engine is found`(mutation: MutantEngine.Mutation) {
        let isFound = (1...200 as ClosedRange<UInt64>).contains { seed in
            var history = History(seed: seed, mutation: mutation)
            return history.run() != nil
        }
        #expect(isFound, "\(mutation)")
    }
}
