#if NIO && Server && os(Linux)
/// A phone's connection is held up in the network, and delivers when the phone has another one.
struct LateOldSocket: Fault {
    /// Calls of two beside each other; of each the first phone's connection is held.
    var pairCount: Int
    var roundCount: Int

    var name: String { "late-old-socket" }

    var promise: String {
        "\(self.pairCount * self.roundCount) times a held connection delivers after its successor: "
            + "its frames are ignored, nothing lost or doubled, events back within 6 s, no media gap "
            + "above 400 ms"
    }

    var isPatient: Bool { true }

    var expectation: Duration { .seconds(6) * self.roundCount + .seconds(10) }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onPairs(self.pairCount) { stage, witness, report in
            try await self.run(on: stage, witness, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        _ witness: Witness,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        var all: [Markers] = []
        for round in 1...self.roundCount {
            progress("connections held, \(round) of \(self.roundCount)")
            var markers = Markers(stage)
            for lane in 0..<self.pairCount { try await stage.network.hold(lane + 1) }
            for lane in 0..<self.pairCount { markers.exchange("held \(round)", lane: lane) }
            try await markers.measure(into: &report)
            for lane in 0..<self.pairCount { try await stage.network.release(lane + 1) }
            all.append(markers)
            try await Task.sleep(for: .seconds(2))
        }
        try await witness.end(into: &report)
        for markers in all { markers.judge(&report) }
        report.requireReturn(median: 6000, tail: 6000)
        report.requireMedia(gap: .milliseconds(400))
    }
}
#endif
