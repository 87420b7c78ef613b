#if NIO && Server && os(Linux)
/// Packets of a phone vanish, in both directions or in one, and no kernel says so.
struct SilentLoss: Fault {
    var silence: DrillNetwork.Silence
    var outage: Duration
    /// Each in a call of its own.
    var count: Int

    var name: String {
        switch self.silence {
        case .none, .both: "silent-loss"
        case .outgoing: "outgoing-lost"
        case .incoming: "incoming-lost"
        }
    }

    var promise: String {
        "\(self.count) times nothing passes for \(self.outage), without a path event: every event "
            + "back both ways within 2.5 s (median) and 6 s (99 %), nobody seen leaving"
    }

    var isPatient: Bool { true }

    var expectation: Duration { self.schedule.length + .seconds(9) + .seconds(1) * self.count }

    private var schedule: OutageSchedule {
        OutageSchedule(
            count: self.count,
            laneCount: self.count,
            outage: self.outage,
            pause: .seconds(1)
        )
    }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onPairs(self.count) { stage, witness, report in
            try await self.run(on: stage, witness, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        _ witness: Witness,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        var markers = Markers(stage)
        try await self.schedule.run { step in
            if step.isBegin { progress("loss \(step.number) of \(self.count)") }
            try await stage.network.silence(step.lane + 1, step.isBegin ? self.silence : .none)
            if !step.isBegin { markers.exchange("after loss \(step.number)", lane: step.lane) }
        }
        try await markers.measure(into: &report)
        try await witness.end(into: &report)
        markers.judge(&report)
        report.requireReturn(median: 2500, tail: 6000)
    }
}
#endif
