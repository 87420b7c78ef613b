#if NIO && Server && os(Linux)
/// A phone's process is frozen by the kernel's freezer, as a system freezes an app that it keeps in
/// memory: no signal tells it, and its threads stop wherever they are.
struct ClientFreeze: Fault {
    var freeze: Duration

    var name: String { "client-freeze" }

    var promise: String {
        "frozen for \(self.freeze): everything missed is there within 1 s of going on, nobody seen "
            + "leaving, no media lost beyond the freeze"
    }

    var isPatient: Bool { true }

    var expectation: Duration { self.freeze + .seconds(10) }

    var obstacle: String? { Freezer.obstacle }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onStage(Stage.Settings(phoneCount: 2)) { stage, report in
            let phone = try await stage.addPhone("alice", tone: 440)
            try await stage.addPhone("bob", tone: 660)
            let freezer = try Freezer(phone.process)
            defer { freezer.end() }
            try await self.run(on: stage, freezer, phone, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        _ freezer: Freezer,
        _ phone: Phone,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        let witness = try await Witness.begin(on: stage)
        progress("frozen for \(self.freeze)")
        try freezer.freeze()
        try await stage.waitUntil("the process is frozen", within: .seconds(1)) {
            freezer.isFrozen
        }
        // What it wrote before may still be in its pipe.
        try await Task.sleep(for: .milliseconds(100))
        let start = phone.history.count
        try await Task.sleep(for: self.freeze)
        report.require(freezer.isFrozen, "the process was not frozen all the time")
        let silent = phone.history.count
        report.require(silent == start, "the frozen phone said \(silent - start) lines")
        let wokenAt = monotonicSeconds()
        try freezer.thaw()
        let time = await witness.caughtUp(phone, since: wokenAt, from: start)
        report.restoreMilliseconds = [time].compactMap { $0?.rounded() }
        try await Task.sleep(for: .milliseconds(1500))
        try await witness.end(into: &report)
        report.require((time ?? .infinity) <= 1000, "\(time ?? .infinity) ms until all was there")
        let allowed = Double(self.freeze.components.seconds) * 1000 + 1200
        let gap = report.mediaGapMilliseconds ?? .infinity
        report.require(gap <= allowed, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}
#endif
