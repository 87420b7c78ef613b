#if NIO && Server && os(Linux)
/// The server is asked to end, as for a new version, while everybody talks and writes: it tells its
/// clients when to come again, ends, and is started again at once.
struct ServerRestart: Fault {
    var clientCount: Int
    var restartCount: Int

    var name: String { "server-restart" }

    var promise: String {
        "asked to end \(self.restartCount) × under \(self.clientCount) clients of 20 messages/s: "
            + "it ends in order, events back within 0.8 s (median) and 1.8 s (99 %) of the new "
            + "one's start, nothing lost, doubled or out of order, nobody seen leaving, media "
            + "without a gap"
    }

    var expectation: Duration { .seconds(3) * self.restartCount + .seconds(10) }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onStage(Stage.Settings(phoneCount: self.clientCount)) { stage, report in
            try await self.run(on: stage, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        try await stage.addClients(self.clientCount, progress: progress)
        let witness = try await Witness.begin(on: stage)
        let talk = Talk(stage.phones, interval: ServerKill.messageInterval)
        try await Task.sleep(for: .seconds(1))
        for number in 1...self.restartCount {
            progress("restart \(number) of \(self.restartCount)")
            let status = try await stage.server.drain()
            report.require(status == 0, "the server ended with status \(status)")
            let before = stage.phones.map { $0.history.count }
            try await stage.server.restart()
            let listeningAt = monotonicSeconds()
            await witness.awaitEverybody(after: listeningAt, from: before, into: &report)
            try await Task.sleep(for: .seconds(1))
        }
        await talk.end(on: stage, into: &report)
        try await witness.end(into: &report)
        report.requireReturn(median: 800, tail: 1800)
        report.requireMedia(gap: .milliseconds(150))
        report.pass = report.failures.isEmpty
    }
}
#endif
