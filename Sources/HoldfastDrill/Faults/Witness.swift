#if NIO && Server && os(Linux)
/// What the recorders and the phones saw, compared after a fault.
struct Witness {
    /// How long the phones may take to get what they missed, once everything works again.
    static let catchUpLimit: Duration = .seconds(15)

    private let stage: Stage
    /// How many lines each phone had when it began.
    private let starts: [Int]

    /// Waits for media, lets the recorders say something ten times a second, and watches from then on.
    static func begin(on stage: Stage) async throws -> Witness {
        try await stage.waitForMedia()
        for recorder in stage.recorders { recorder.tick(every: .milliseconds(100)) }
        try await Task.sleep(for: .seconds(1))
        return Witness(stage: stage, starts: stage.phones.map { $0.history.count })
    }

    /// Ends the ticks, gives everybody time to catch up, and fills in what was seen. Of the phones
    /// `apart` the fault judges itself what they got and whether they were seen leaving.
    func end(into report: inout FaultReport, apart: [Phone] = []) async throws {
        for recorder in self.stage.recorders { recorder.tick(every: nil) }
        await self.waitForTicks(
            of: self.stage.phones.filter { phone in
                !apart.contains { $0 === phone }
            }
        )
        // The last second's media report is still to come.
        try await Task.sleep(for: .milliseconds(1200))
        report.mediaGapMilliseconds = self.mediaGap
        self.judge(&report, apart: apart)
        report.measure(roundTrip: Double(self.stage.roundTrip.components.attoseconds) / 1e15)
    }

    /// Waits until every phone has every `tick`, or until the limit.
    private func waitForTicks(of phones: [Phone]) async {
        try? await self.stage.waitUntil("every tick is everywhere", within: Self.catchUpLimit) {
            self.stage.recorders.allSatisfy { recorder in
                let log = recorder.snapshot
                let sent = Self.ticks(of: log).count
                return log.tickCount == sent
                    && phones.allSatisfy {
                        $0.settings.call != recorder.call || Self.ticks(of: $0).count >= sent
                    }
            }
        }
    }

    /// Fills in what was lost, repeated, and who was seen leaving.
    private func judge(_ report: inout FaultReport, apart: [Phone]) {
        let departed = Set(apart.compactMap(\.participant))
        for recorder in self.stage.recorders { self.judge(recorder, departed, &report) }
        for phone in self.stage.phones where !apart.contains(where: { $0 === phone }) {
            let sentCount = self.stage.recorder(of: phone).snapshot.tickCount
            let check = SequenceCheck(received: Self.ticks(of: phone), sentCount: sentCount)
            report.lost += check.lostCount
            report.duplicated += check.repeatedCount
            report.leftSeen += phone.history.count {
                $0.event == "participant_left" && !departed.contains($0.participant ?? "")
            }
        }
        report.require(report.lost == 0, "\(report.lost) messages lost")
        report.require(report.duplicated == 0, "\(report.duplicated) repeated or out of order")
        report.require(report.leftSeen == 0, "\(report.leftSeen) seen leaving")
        for phone in self.stage.phones {
            report.require(phone.process.isRunning, "\(phone.settings.name) is no longer running")
        }
    }

    private func judge(
        _ recorder: Recorder,
        _ departed: Set<String>,
        _ report: inout FaultReport
    ) {
        let log = recorder.snapshot
        let check = SequenceCheck(received: Self.ticks(of: log), sentCount: log.tickCount)
        report.lost += check.lostCount
        report.duplicated += check.repeatedCount + log.chainBreakCount
        report.leftSeen += log.entries.count {
            $0.kind == "participantLeft" && !departed.contains($0.participant)
        }
        report.require(log.tickCount > 0, "the recorder sent nothing")
        report.require(log.endCode == nil, "the recorder was sent away with \(log.endCode ?? 0)")
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

    /// How long a phone takes from a time until it has everything that the recorder had said by
    /// now, in milliseconds. What waits in the phone's own socket is not taken for it.
    func caughtUp(_ phone: Phone, since time: Double, from start: Int) async -> Double? {
        let sent = self.stage.recorder.snapshot.tickCount
        let found = try? await phone.wait(from: start, within: .seconds(20)) {
            $0.event == "message" && (Self.tick($0.text) ?? 0) >= sent
        }
        return found.map { max(0, ($0.at - time) * 1000) }
    }

    /// The longest time without RTP from one phone to another since the watch began.
    func mediaGap(of listener: Phone, from sender: Phone) -> Double? {
        guard let index = self.stage.phones.firstIndex(where: { $0 === listener }) else {
            return nil
        }
        return listener.history.dropFirst(self.starts[index])
            .filter { $0.participant == sender.participant }
            .compactMap(\.longestGapMilliseconds).max()
    }

    /// Waits until every phone got a message at or after a time, and notes how long each took, from
    /// that time or from an earlier one.
    func awaitEverybody(
        after time: Double,
        since earlier: Double? = nil,
        from starts: [Int],
        into report: inout FaultReport
    ) async {
        for (phone, start) in zip(self.stage.phones, starts) {
            let found = await self.firstMessage(of: phone, after: time, from: start)
            report.require(found != nil, "\(phone.settings.name) did not come back")
            // What is infinite is no JSON; it stands in the failures.
            let lead = (time - (earlier ?? time)) * 1000
            if let found { report.restoreMilliseconds.append(max(0, (found + lead).rounded())) }
        }
    }

    /// Says beside what was not kept whether the server itself stood still, which no phone's network
    /// explains: a busy disk, or too many processes for this machine.
    func explain(_ report: inout FaultReport) {
        guard !report.failures.isEmpty else { return }
        for recorder in self.stage.recorders {
            let times = recorder.snapshot.entries.filter { $0.kind == "message" }.map(\.at)
            let pause = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
            guard pause > Self.logPauseMax else { continue }
            report.failures.append("the log itself stood still for \(Int(pause * 1000)) ms")
            return
        }
    }

    /// How long the time between two of the recorder's ticks may be before it is worth a word, in
    /// seconds.
    private static let logPauseMax = 0.5

    /// How long the ticks of a time took from the log to a phone, in milliseconds.
    func latencies(of phone: Phone, from start: Double, to end: Double) -> [Double] {
        let log = self.stage.recorder(of: phone).snapshot
        var arrivals: [Int: Double] = [:]
        for event in phone.history where event.event == "message" {
            if let tick = Self.tick(event.text) { arrivals[tick] = event.at }
        }
        return log.entries.compactMap { entry in
            guard entry.kind == "message", (start..<end).contains(entry.at),
                let tick = Self.tick(entry.text), let arrival = arrivals[tick]
            else { return nil }
            return ((arrival - entry.at) * 1000).rounded()
        }
    }

    static func ticks(of phone: Phone) -> [Int] {
        phone.history.compactMap { $0.event == "message" ? Self.tick($0.text) : nil }
    }

    private static func ticks(of log: Recorder.Log) -> [Int] {
        log.entries.compactMap { $0.kind == "message" ? Self.tick($0.text) : nil }
    }

    private static func tick(_ text: String?) -> Int? {
        guard let text, text.hasPrefix("tick ") else { return nil }
        return Int(text.dropFirst(5))
    }
}
#endif
