#if NIO && Server && os(Linux)
import Glibc

/// A phone's process is stopped, as a system stops an app in the background, and goes on later.
struct ClientStop: Fault {
    var stop: Duration

    var name: String { "client-stop" }

    var promise: String {
        "stopped for \(self.stop): everything missed is there within 1 s of going on, "
            + "nobody seen leaving, no media lost beyond the stop"
    }

    var expectation: Duration { self.stop + .seconds(10) }

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
        progress("stopped for \(self.stop)")
        phone.process.signal(SIGSTOP)
        try await stage.waitUntil("the process is stopped", within: .seconds(1)) {
            phone.process.state == "T"
        }
        let start = phone.history.count
        try await Task.sleep(for: self.stop)
        report.require(phone.process.state == "T", "the process was not stopped all the time")
        let wokenAt = monotonicSeconds()
        phone.process.signal(SIGCONT)
        let time = await witness.firstMessage(of: phone, after: wokenAt, from: start)
        report.restoreMilliseconds = [time].compactMap { $0?.rounded() }
        try await Task.sleep(for: .milliseconds(1500))
        try await witness.end(into: &report)
        report.require((time ?? .infinity) <= 1000, "\(time ?? .infinity) ms until the first event")
        let allowed = Double(self.stop.components.seconds) * 1000 + 1200
        let gap = report.mediaGapMilliseconds ?? .infinity
        report.require(gap <= allowed, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
