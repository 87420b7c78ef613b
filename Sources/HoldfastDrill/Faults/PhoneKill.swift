#if NIO && Server && os(Linux)
import Glibc

/// A phone's process is killed without warning and started again, as after a crash or by a system
/// that needed the memory: it returns with the session that it has stored.
struct PhoneKill: Fault {
    var killCount: Int

    var name: String { "phone-kill" }

    var promise: String {
        "a phone killed \(self.killCount) ×, started again 1 s later: in its session with events "
            + "within 1.5 s of its start, sound within 3 s, nothing lost or out of order, nobody "
            + "seen leaving"
    }

    var expectation: Duration { .seconds(5) * self.killCount + .seconds(6) }

    /// How long there is no process.
    static let downtime: Duration = .seconds(1)

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
        var lives = [try await stage.addPhone("alice", tone: 440)]
        try await stage.addPhone("bob", tone: 660)
        let witness = try await Witness.begin(on: stage)
        for number in 1...self.killCount {
            progress("kill \(number) of \(self.killCount)")
            let phone = lives[lives.count - 1]
            phone.process.signal(SIGKILL)
            report.require(
                await phone.process.waitForEnd(.seconds(2)) && phone.process.state == nil,
                "the phone did not die"
            )
            try await Task.sleep(for: Self.downtime)
            let startedAt = monotonicSeconds()
            let again = try await stage.restart(phone)
            lives.append(again)
            let time = await witness.firstMessage(of: again, after: startedAt, from: 0)
            report.require(time != nil, "it did not come back after kill \(number)")
            if let time { report.restoreMilliseconds.append(time.rounded()) }
            report.require(
                again.participant == lives[0].participant,
                "it came back as somebody else"
            )
            try await Task.sleep(for: .seconds(3))
        }
        try await witness.end(into: &report, apart: [lives[lives.count - 1]])
        self.judge(lives, stage, into: &report)
    }

    /// Across a kill a message comes at least once: what was processed and not yet stored as
    /// processed comes again, and within one life never.
    private func judge(_ lives: [Phone], _ stage: Stage, into report: inout FaultReport) {
        let sentCount = stage.recorder.snapshot.tickCount
        var seen = Set<Int>()
        for life in lives {
            let ticks = Witness.ticks(of: life)
            seen.formUnion(ticks)
            let first = ticks.first ?? 1
            let check = SequenceCheck(
                received: ticks.map { $0 - first + 1 },
                sentCount: ticks.count
            )
            report.duplicated += check.repeatedCount
        }
        report.lost += (1...max(1, sentCount)).count { !seen.contains($0) }
        let participant = lives[0].participant
        report.leftSeen += stage.recorder.snapshot.entries.count {
            $0.kind == "participantLeft" && $0.participant == participant
        }
        report.require(report.lost == 0, "\(report.lost) messages lost")
        report.require(report.duplicated == 0, "\(report.duplicated) repeated or out of order")
        report.require(report.leftSeen == 0, "\(report.leftSeen) seen leaving")
        let tail = report.tail ?? .infinity
        report.require(tail <= 1500, "\(tail) ms until the first event")
        let gap = report.mediaGapMilliseconds ?? .infinity
        let allowed = Double(Self.downtime.components.seconds) * 1000 + 3000
        report.require(gap <= allowed, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
