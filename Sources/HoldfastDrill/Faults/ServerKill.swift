#if NIO && Server && os(Linux)
/// The server is killed without warning while everybody talks and writes, and started again: by the
/// drill, after a while in which nobody listens, or by its supervisor, which keeps the port open.
struct ServerKill: Fault {
    var clientCount: Int
    var killCount: Int
    var isSupervised: Bool

    var name: String { self.isSupervised ? "server-kill-supervised" : "server-kill" }

    var promise: String {
        let bound =
            self.isSupervised
            ? "its port never closes, events back within 1.5 s (median) and 3 s (99 %) of the kill"
            : "events back within 0.8 s (median) and 1.8 s (99 %) of its start"
        return "killed \(self.killCount) × under \(self.clientCount) clients of 20 messages/s: "
            + "\(bound), nothing lost, doubled or out of order, nobody seen leaving, "
            + "media without a gap"
    }

    var expectation: Duration {
        .seconds(self.isSupervised ? 3 : 5) * self.killCount + .seconds(12)
    }

    /// How long nobody serves without a supervisor.
    static let downtime: Duration = .seconds(1)
    /// Of one client.
    static let messageInterval: Duration = .milliseconds(50)

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        var settings = Stage.Settings(phoneCount: self.clientCount)
        settings.isSupervised = self.isSupervised
        return try await self.onStage(settings) { stage, report in
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
        let talk = Talk(stage.phones, interval: Self.messageInterval)
        try await Task.sleep(for: .seconds(1))
        for number in 1...self.killCount {
            progress("kill \(number) of \(self.killCount)")
            let killedAt = monotonicSeconds()
            try await stage.server.kill()
            let isOpen = stage.server.isPortOpen
            report.require(
                isOpen == self.isSupervised,
                "the port was \(isOpen ? "open" : "closed") after kill \(number)"
            )
            if !self.isSupervised { try await Task.sleep(for: Self.downtime) }
            let before = stage.phones.map { $0.history.count }
            try await stage.server.restart()
            // No user waits for a start: with a supervisor everything counts from the kill.
            let listeningAt = monotonicSeconds()
            await witness.awaitEverybody(
                after: listeningAt,
                since: self.isSupervised ? killedAt : nil,
                from: before,
                into: &report
            )
            try await Task.sleep(for: .seconds(1))
        }
        await talk.end(on: stage, into: &report)
        try await witness.end(into: &report)
        let median = report.median ?? .infinity
        let tail = report.tail ?? .infinity
        report.require(median <= (self.isSupervised ? 1500 : 800), "median \(median) ms")
        report.require(tail <= (self.isSupervised ? 3000 : 1800), "99 % within \(tail) ms")
        let gap = report.mediaGapMilliseconds ?? .infinity
        report.require(gap <= 150, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }
}

extension Stage {
    /// Adds clients, of whom two talk: more would be a mesh, which is not what is measured here.
    func addClients(_ count: Int, progress: @Sendable (String) -> Void) async throws {
        for number in 1...count {
            progress("client \(number) of \(count) joins")
            let tone: Double? = number <= 2 ? 330 + 110 * Double(number) : nil
            try await self.addPhone("client\(number)", tone: tone)
        }
    }
}
#endif
