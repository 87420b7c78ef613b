#if NIO && Server && os(Linux)
/// A phone loses a share of all packets, in both directions, for a while.
struct RandomLoss: Fault {
    /// Of what the phone sends, and of what it gets.
    var percent: Double
    var length: Duration
    /// Calls of two beside each other; of each the first phone has the loss.
    var pairCount: Int
    /// Milliseconds from the log to the phone.
    var medianLatency: Double
    var tailLatency: Double
    var mediaGap: Duration

    var name: String { "loss-\(Int(self.percent))" }

    var promise: String {
        "\(Int(self.percent)) % of all packets lost for \(self.length): every event within "
            + "\(Int(self.medianLatency)) ms (median) and \(Int(self.tailLatency)) ms (99 %), no "
            + "media gap above \(self.mediaGap), no session lost, nobody seen leaving"
    }

    var expectation: Duration { self.length + .seconds(10) }

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
        progress("\(Int(self.percent)) % lost for \(self.length)")
        let start = monotonicSeconds()
        for lane in 0..<self.pairCount {
            try await stage.network.lose(percent: self.percent, of: lane + 1)
        }
        try await Task.sleep(for: self.length)
        let end = monotonicSeconds()
        for lane in 0..<self.pairCount {
            try await stage.network.lose(percent: 0, of: lane + 1)
        }
        try await witness.end(into: &report)
        for phone in stage.phones.prefix(self.pairCount) {
            report.restoreMilliseconds += witness.latencies(of: phone, from: start, to: end)
            let lostCount = phone.history.count { $0.event == "lost" }
            report.require(lostCount == 0, "\(phone.settings.name) lost its session")
        }
        report.measure(roundTrip: stage.roundTrip.inMilliseconds)
        report.requireReturn(median: self.medianLatency, tail: self.tailLatency)
        report.requireMedia(gap: self.mediaGap)
    }
}
#endif
