#if NIO && Server && os(Linux)
/// A phone's network goes away and comes back; its kernel says so.
struct NetworkCut: Fault {
    var outageCount: Int
    var outage: Duration

    var name: String { "network-cut" }

    var promise: String {
        "\(self.outageCount) cuts of \(self.outage): every event back within 2 round trips + 50 ms "
            + "(median) and + 300 ms (99 %), nobody seen leaving"
    }

    var expectation: Duration {
        (self.outage + .milliseconds(1800)) * self.outageCount + .seconds(6)
    }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onStage(Stage.Settings(phoneCount: 2)) { stage, report in
            try await self.run(on: stage, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        let phone = try await stage.addPhone("alice", tone: 440)
        try await stage.addPhone("bob", tone: 660)
        let witness = try await Witness.begin(on: stage)
        for number in 1...self.outageCount {
            progress("cut \(number) of \(self.outageCount)")
            try await stage.network.cut(1)
            try await Task.sleep(for: self.outage)
            let start = phone.history.count
            let restoredAt = monotonicSeconds()
            try await stage.network.restore(1)
            guard let time = await witness.firstMessage(of: phone, after: restoredAt, from: start)
            else {
                report.failures.append("nothing came back after cut \(number)")
                break
            }
            report.restoreMilliseconds.append(time.rounded())
            // Media and acknowledgements settle before the next cut, as they would between tunnels.
            try await Task.sleep(for: .milliseconds(1500))
        }
        try await witness.end(into: &report)
        self.judge(&report, roundTrip: stage.roundTrip, history: phone.history)
    }

    private func judge(
        _ report: inout FaultReport,
        roundTrip: Duration,
        history: [PhoneEvent]
    ) {
        let milliseconds = Double(roundTrip.components.attoseconds) / 1e15
        let median = report.median ?? .infinity
        let tail = report.tail ?? .infinity
        let lostCount = history.count { $0.event == "lost" }
        let restoredCount = history.count { $0.event == "restored" }
        report.require(
            lostCount == restoredCount,
            "\(lostCount) times lost, \(restoredCount) times restored"
        )
        report.require(median <= 2 * milliseconds + 50, "median \(median) ms")
        report.require(tail <= 2 * milliseconds + 300, "99 % within \(tail) ms")
        let gap = report.mediaGapMilliseconds ?? .infinity
        let allowed = Double(self.outage.components.seconds) * 1000 + 1200
        report.require(gap <= allowed, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
