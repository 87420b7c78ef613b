#if NIO && Server && os(Linux)
import Glibc

/// A phone is stopped and the server killed at the same moment: once the phone goes on while nobody
/// serves, once after the server does again.
struct BothAtOnce: Fault {
    var name: String { "both-at-once" }

    var promise: String {
        "a phone stopped and the server killed at once, then both go on, the phone first and the "
            + "server first: events back within 1.8 s, nothing lost or repeated, nobody seen "
            + "leaving, no media lost beyond the stop"
    }

    var isPatient: Bool { true }

    var expectation: Duration { .seconds(20) }

    /// Of the phone and the server, whichever goes on first.
    static let first: Duration = .seconds(1)
    /// Of the other one.
    static let second: Duration = .seconds(3)

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
        let talk = Talk(stage.phones, interval: .milliseconds(250))
        for isPhoneFirst in [true, false] {
            progress("both at once, the \(isPhoneFirst ? "phone" : "server") goes on first")
            phone.process.signal(SIGSTOP)
            try await stage.server.kill()
            try await stage.waitUntil("the process is stopped", within: .seconds(1)) {
                phone.process.state == "T"
            }
            let before = stage.phones.map { $0.history.count }
            try await Task.sleep(for: Self.first)
            if isPhoneFirst {
                phone.process.signal(SIGCONT)
            } else {
                try await stage.server.restart()
            }
            try await Task.sleep(for: Self.second - Self.first)
            if isPhoneFirst {
                try await stage.server.restart()
            } else {
                report.require(phone.process.state == "T", "the process was not stopped")
                phone.process.signal(SIGCONT)
            }
            let bothAt = monotonicSeconds()
            await witness.awaitEverybody(after: bothAt, from: before, into: &report)
            try await Task.sleep(for: .milliseconds(1500))
        }
        await talk.end(on: stage, into: &report)
        try await witness.end(into: &report)
        let tail = report.tail ?? .infinity
        report.require(tail <= 1800, "\(tail) ms until the first event")
        let gap = report.mediaGapMilliseconds ?? .infinity
        let allowed = Double(Self.second.components.seconds) * 1000 + 1200
        report.require(gap <= allowed, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
