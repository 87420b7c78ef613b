#if NIO && Server && os(Linux)
/// Packets of a phone vanish, in both directions or in one, and no kernel says so.
struct SilentLoss: Fault {
    var silence: DrillNetwork.Silence
    var outage: Duration
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
            + "back within 2.5 s (median) and 6 s (99 %), nobody seen leaving"
    }

    var expectation: Duration { (self.outage + .seconds(5)) * self.count + .seconds(6) }

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
        for number in 1...self.count {
            progress("loss \(number) of \(self.count)")
            try await stage.network.silence(1, self.silence)
            try await Task.sleep(for: self.outage)
            let start = phone.history.count
            let endedAt = monotonicSeconds()
            try await stage.network.silence(1, .none)
            let marker = "after loss \(number)"
            stage.phones[1].say(marker)
            let back = try await phone.wait(from: start, within: .seconds(20)) {
                $0.event == "message" && $0.text == marker
            }
            guard let back else {
                report.failures.append("nothing came back after loss \(number)")
                break
            }
            report.restoreMilliseconds.append(((back.at - endedAt) * 1000).rounded())
            try await Task.sleep(for: .seconds(3))
        }
        try await witness.end(into: &report)
        let (median, tail) = (report.median ?? .infinity, report.tail ?? .infinity)
        report.require(median <= 2500, "median \(median) ms")
        report.require(tail <= 6000, "99 % within \(tail) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
