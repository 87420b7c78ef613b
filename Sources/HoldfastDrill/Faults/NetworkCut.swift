#if NIO && Server && os(Linux)
/// A phone's network goes away and comes back; its kernel says so.
struct NetworkCut: Fault {
    var outageCount: Int
    var outage: Duration
    /// Calls of two beside each other; of each the first phone is cut.
    var pairCount: Int
    var isEncrypted = false
    /// Added to the name.
    var suffix = ""

    var name: String { (self.isEncrypted ? "network-cut-wss" : "network-cut") + self.suffix }

    var promise: String {
        "\(self.outageCount) cuts of \(self.outage) over \(self.isEncrypted ? "wss" : "ws"): every "
            + "event back within \(self.roundTripCount) round trips + 50 ms (median) and + 300 ms "
            + "(99 %), media within 1.2 s, nobody seen leaving"
    }

    /// A long outage is waited for.
    var isPatient: Bool { self.outage > .seconds(10) }

    var expectation: Duration {
        self.schedule.length + .seconds(4) + .milliseconds(900) * self.pairCount
    }

    /// TCP and the resume; TLS 1.3 in between.
    private var roundTripCount: Double { self.isEncrypted ? 3 : 2 }

    private var schedule: OutageSchedule {
        // Media and acknowledgements settle before the next cut, as they would between tunnels.
        OutageSchedule(
            count: self.outageCount,
            laneCount: self.pairCount,
            outage: self.outage,
            pause: .milliseconds(1700)
        )
    }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onPairs(self.pairCount, isEncrypted: self.isEncrypted) {
            stage,
            witness,
            report in
            try await self.run(on: stage, witness, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        _ witness: Witness,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        var returns: [Return] = []
        try await self.schedule.run { step in
            guard !step.isBegin else {
                if step.number % 10 == 1 { progress("cut \(step.number) of \(self.outageCount)") }
                return try await stage.network.cut(step.lane + 1)
            }
            let phone = stage.phones[step.lane]
            let start = phone.history.count
            returns.append(Return(phone: phone, start: start, at: monotonicSeconds()))
            try await stage.network.restore(step.lane + 1)
        }
        await report.measure(returns, witness)
        try await witness.end(into: &report)
        let history = stage.phones.prefix(self.pairCount).flatMap(\.history)
        let lostCount = history.count { $0.event == "lost" }
        let restoredCount = history.count { $0.event == "restored" }
        report.require(
            lostCount == restoredCount,
            "\(lostCount) times lost, \(restoredCount) times restored"
        )
        report.requireReturn(withinRoundTrips: self.roundTripCount, of: stage.roundTrip)
        report.requireMedia(gap: self.outage + .milliseconds(1200))
    }
}
#endif
