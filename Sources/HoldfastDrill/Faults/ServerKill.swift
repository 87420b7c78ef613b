#if NIO && Server && os(Linux)
/// The server is killed without warning while everybody talks and writes, and started again.
struct ServerKill: Fault {
    var clientCount: Int
    var killCount: Int
    var isSupervised: Bool

    var name: String { self.isSupervised ? "server-kill-supervised" : "server-kill" }

    var promise: String {
        "killed \(self.killCount) × under \(self.clientCount) clients of 20 messages/s: nothing lost, "
            + "doubled or out of order, nobody seen leaving, media without a gap"
    }

    var expectation: Duration { .seconds(5) * self.killCount + .seconds(15) }

    /// How long nobody serves.
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
        for number in 1...self.clientCount {
            progress("client \(number) of \(self.clientCount) joins")
            // Two of them talk: more would be a mesh, which is not what is measured here.
            let tone: Double? = number <= 2 ? 330 + 110 * Double(number) : nil
            try await stage.addPhone("client\(number)", tone: tone)
        }
        let witness = try await Witness.begin(on: stage)
        let talk = Talk(stage.phones, interval: Self.messageInterval)
        try await Task.sleep(for: .seconds(1))
        for number in 1...self.killCount {
            progress("kill \(number) of \(self.killCount)")
            try await stage.server.kill()
            try await Task.sleep(for: Self.downtime)
            let before = stage.phones.map { $0.history.count }
            try await stage.server.restart()
            let listeningAt = monotonicSeconds()
            for (phone, start) in zip(stage.phones, before) {
                let time = await witness.firstMessage(of: phone, after: listeningAt, from: start)
                report.require(time != nil, "\(phone.settings.name) did not come back")
                // What is infinite is no JSON; it stands in the failures.
                if let time { report.restoreMilliseconds.append(max(0, time.rounded())) }
            }
            try await Task.sleep(for: .seconds(1))
        }
        let sentCounts = await talk.stop()
        await self.waitForTalk(stage, sentCounts)
        self.judgeTalk(stage, sentCounts, into: &report)
        try await witness.end(into: &report)
        let gap = report.mediaGapMilliseconds ?? .infinity
        report.require(gap <= 150, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }

    private func waitForTalk(_ stage: Stage, _ sentCounts: [Int]) async {
        try? await stage.waitUntil("every message is everywhere", within: Witness.catchUpLimit) {
            stage.phones.allSatisfy { phone in
                zip(stage.phones, sentCounts).allSatisfy { sender, sent in
                    Talk.received(by: phone, from: sender).count >= sent
                }
            }
        }
    }

    private func judgeTalk(_ stage: Stage, _ sentCounts: [Int], into report: inout FaultReport) {
        for phone in stage.phones {
            for (sender, sent) in zip(stage.phones, sentCounts) {
                let check = SequenceCheck(
                    received: Talk.received(by: phone, from: sender),
                    sentCount: sent
                )
                report.lost += check.lostCount
                report.duplicated += check.repeatedCount
            }
        }
    }
}

/// Phones that write numbered messages all the time.
private final class Talk: Sendable {
    private let task: Task<[Int], Never>

    init(_ phones: [Phone], interval: Duration) {
        self.task = Task {
            var counts = phones.map { _ in 0 }
            let clock = ContinuousClock()
            var next = clock.now
            while !Task.isCancelled {
                for index in phones.indices {
                    counts[index] += 1
                    phones[index].say("\(phones[index].settings.name) says \(counts[index])")
                }
                next = next.advanced(by: interval)
                try? await clock.sleep(until: next)
            }
            return counts
        }
    }

    /// Ends it; how many each has written.
    func stop() async -> [Int] {
        self.task.cancel()
        return await self.task.value
    }

    static func received(by phone: Phone, from sender: Phone) -> [Int] {
        let prefix = "\(sender.settings.name) says "
        return phone.history.compactMap { event in
            guard event.event == "message", let text = event.text, text.hasPrefix(prefix) else {
                return nil
            }
            return Int(text.dropFirst(prefix.count))
        }
    }
}
#endif
