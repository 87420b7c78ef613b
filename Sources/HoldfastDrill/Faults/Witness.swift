#if NIO && Server && os(Linux)
/// What the recorder and the phones saw, compared after a fault.
struct Witness {
    /// How long the phones may take to get what they missed, once everything works again.
    static let catchUpLimit: Duration = .seconds(15)

    private let stage: Stage
    /// How many lines each phone had when it began.
    private let starts: [Int]

    /// Waits for media, lets the recorder say something ten times a second, and watches from then on.
    static func begin(on stage: Stage) async throws -> Witness {
        try await stage.waitForMedia()
        stage.recorder.tick(every: .milliseconds(100))
        try await Task.sleep(for: .seconds(1))
        return Witness(stage: stage, starts: stage.phones.map { $0.history.count })
    }

    /// Ends the ticks, gives everybody time to catch up, and fills in what was seen.
    func end(into report: inout FaultReport) async throws {
        self.stage.recorder.tick(every: nil)
        await self.waitForTicks()
        // The last second's media report is still to come.
        try await Task.sleep(for: .milliseconds(1200))
        report.mediaGapMilliseconds = self.mediaGap
        self.judge(&report)
        report.measure(roundTrip: Double(self.stage.roundTrip.components.attoseconds) / 1e15)
    }

    /// Waits until every phone has every `tick`, or until the limit.
    private func waitForTicks() async {
        try? await self.stage.waitUntil("every tick is everywhere", within: Self.catchUpLimit) {
            let sent = self.recordedTicks.count
            return self.stage.recorder.snapshot.tickCount == sent
                && self.stage.phones.allSatisfy { Self.ticks(of: $0).count >= sent }
        }
    }

    /// Fills in what was lost, repeated, and who was seen leaving.
    private func judge(_ report: inout FaultReport) {
        let log = self.stage.recorder.snapshot
        let sentCount = log.tickCount
        for phone in self.stage.phones {
            let check = SequenceCheck(received: Self.ticks(of: phone), sentCount: sentCount)
            report.lost += check.lostCount
            report.duplicated += check.repeatedCount
            report.leftSeen += phone.history.count { $0.event == "participant_left" }
        }
        let check = SequenceCheck(received: self.recordedTicks, sentCount: sentCount)
        report.lost += check.lostCount
        report.duplicated += check.repeatedCount + log.chainBreakCount
        report.leftSeen += log.entries.count { $0.kind == "participantLeft" }
        report.require(sentCount > 0, "the recorder sent nothing")
        report.require(report.lost == 0, "\(report.lost) messages lost")
        report.require(report.duplicated == 0, "\(report.duplicated) repeated or out of order")
        report.require(report.leftSeen == 0, "\(report.leftSeen) seen leaving")
        for phone in self.stage.phones {
            report.require(phone.process.isRunning, "\(phone.settings.name) is no longer running")
        }
    }

    /// The longest time without RTP in any phone since the watch began.
    private var mediaGap: Double? {
        zip(self.stage.phones, self.starts).compactMap { phone, start in
            phone.history.dropFirst(start).compactMap(\.longestGapMilliseconds).max()
        }.max()
    }

    /// When a phone first got a message at or after a time, in milliseconds after it.
    func firstMessage(of phone: Phone, after time: Double, from start: Int) async -> Double? {
        let found = try? await phone.wait(from: start, within: .seconds(20)) {
            $0.event == "message" && $0.at >= time
        }
        return found.map { ($0.at - time) * 1000 }
    }

    static func ticks(of phone: Phone) -> [Int] {
        phone.history.compactMap { $0.event == "message" ? Self.tick($0.text) : nil }
    }

    private var recordedTicks: [Int] {
        self.stage.recorder.snapshot.entries.compactMap {
            $0.kind == "message" ? Self.tick($0.text) : nil
        }
    }

    private static func tick(_ text: String?) -> Int? {
        guard let text, text.hasPrefix("tick ") else { return nil }
        return Int(text.dropFirst(5))
    }
}
#endif
