#if NIO && Server && os(Linux)
import Glibc

/// The server's process is stopped while everybody talks and writes, and goes on later: its kernel
/// still takes connections, and nobody answers. One client cannot wait and tries again meanwhile.
struct ServerStop: Fault {
    var stop: Duration
    var clientCount: Int

    var name: String { "server-stop" }

    var promise: String {
        "the server stopped for \(self.stop.components.seconds) s: events back within 1 s "
            + "(median) and 2 s (99 %) of its going on, each session served once, nothing lost, "
            + "doubled or out of order, nobody seen leaving, media without a gap"
    }

    var isPatient: Bool { true }

    var expectation: Duration { self.stop + .seconds(14) }

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
        // What piles up meanwhile stays below what a session may send at once (HF-42).
        let talk = Talk(stage.phones, interval: .milliseconds(250))
        progress("stopped for \(self.stop)")
        let impatient = stage.phones[0]
        let server = stage.server.process
        server.signal(SIGSTOP)
        try await stage.waitUntil("the server is stopped", within: .seconds(1)) {
            server.state == "T"
        }
        let before = stage.phones.map { $0.history.count }
        try await Task.sleep(for: .seconds(2))
        impatient.say("/reconnect")
        try await Task.sleep(for: self.stop - .seconds(2))
        report.require(server.state == "T", "the server was not stopped all the time")
        let wokenAt = monotonicSeconds()
        server.signal(SIGCONT)
        await witness.awaitEverybody(after: wokenAt, from: before, into: &report)
        try await Task.sleep(for: .seconds(1))
        await talk.end(on: stage, into: &report)
        try await witness.end(into: &report)
        self.judge(stage, into: &report)
    }

    private func judge(_ stage: Stage, into report: inout FaultReport) {
        report.require(
            stage.server.said.contains("did not run for"),
            "the server did not notice that it had been stopped"
        )
        for phone in stage.phones {
            let ends = phone.history.filter { ["closed", "timed_out", "left"].contains($0.event) }
            report.require(ends.isEmpty, "\(phone.settings.name) was sent away")
        }
        report.requireReturn(median: 1000, tail: 2000)
        report.requireMedia(gap: .milliseconds(150))
        report.pass = report.failures.isEmpty
    }
}
#endif
