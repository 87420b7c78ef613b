#if NIO && Server && os(Linux)
/// The TURN server of a call that is relayed both ways is killed. With one it is started again; with
/// two the other one takes over.
struct TURNKill: Fault {
    var serverCount: Int
    var killCount: Int
    /// From the kill to the start, with one server.
    var downtime: Duration = .seconds(5)

    var name: String { self.serverCount == 1 ? "turn-killed" : "turn-failover" }

    /// Media is back after this, counted from the new start, or from the kill with two.
    private var restoreMax: Duration { .seconds(10) }

    var promise: String {
        let start = self.serverCount == 1 ? "its new start" : "the kill, over the other one"
        return "a relayed call's TURN server killed \(self.killCount) ×: media back within "
            + "\(self.restoreMax) of \(start), signalling undisturbed, nobody seen leaving"
    }

    var isPatient: Bool { true }

    var expectation: Duration { .seconds(18) * self.killCount + .seconds(15) }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        var report = FaultReport(fault: self.name, promise: self.promise)
        var settings = RelayedStage.Settings()
        settings.serverCount = self.serverCount
        let relayed = try await RelayedStage.build(settings)
        do {
            try await self.run(on: relayed, into: &report, progress: progress)
        } catch {
            await relayed.tearDown()
            throw error
        }
        await relayed.tearDown()
        return report
    }

    private func run(
        on relayed: RelayedStage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        let stage = relayed.stage
        try await stage.addPhone("alice", tone: 440)
        try await stage.addPhone("bob", tone: 660)
        let witness = try await Witness.begin(on: stage)
        var gaps: [Double] = []
        for number in 1...self.killCount {
            progress("kill \(number) of \(self.killCount)")
            let server = relayed.servers[(number - 1) % relayed.servers.count]
            let starts = stage.phones.map { $0.history.count }
            let killedAt = monotonicSeconds()
            try await server.kill()
            guard try await self.isSilent(stage, from: starts) else {
                progress("nothing went through it")
                try await server.restart()
                continue
            }
            var countedFrom = killedAt
            if self.serverCount == 1 {
                try await Task.sleep(for: self.downtime)
                try await server.restart()
                countedFrom = monotonicSeconds()
            }
            var back = countedFrom
            for (phone, start) in zip(stage.phones, starts) {
                let flowing = try await phone.wait(from: start, within: .seconds(30)) {
                    $0.event == "reception" && $0.reason == "flowing" && $0.at > killedAt
                }
                report.require(flowing != nil, "\(phone.settings.name) hears nobody after a kill")
                back = max(back, flowing?.at ?? back)
            }
            report.restoreMilliseconds.append(((back - countedFrom) * 1000).rounded())
            gaps.append((back - killedAt) * 1000)
            if self.serverCount > 1 { try await server.restart() }
            try await Task.sleep(for: .seconds(3))
        }
        try await witness.end(into: &report)
        report.mediaGapMilliseconds = gaps.max()?.rounded()
        self.judge(&report, stage)
    }

    /// Whether anybody hears the end of it: what went on without the server was not relayed by it.
    private func isSilent(_ stage: Stage, from starts: [Int]) async throws -> Bool {
        for (phone, start) in zip(stage.phones, starts) {
            let silent = try await phone.wait(from: start, within: .seconds(2)) {
                $0.event == "reception" && $0.reason == "silent"
            }
            if silent != nil { return true }
        }
        return false
    }

    private func judge(_ report: inout FaultReport, _ stage: Stage) {
        // Of two servers one may not have been in use; the other one was, and one alone always is.
        report.require(
            report.restoreMilliseconds.count >= max(1, self.killCount - self.serverCount + 1),
            "media went on without the TURN server, so it was not relayed"
        )
        let limit = Double(self.restoreMax.components.seconds) * 1000
        let slowest = report.restoreMilliseconds.max() ?? .infinity
        report.require(slowest <= limit, "media back after \(slowest) ms")
        for phone in stage.phones {
            let lostCount = phone.history.count { $0.event == "lost" }
            report.require(lostCount == 0, "\(phone.settings.name) lost the server")
        }
        report.pass = report.failures.isEmpty
    }
}
#endif
