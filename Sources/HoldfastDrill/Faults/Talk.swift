#if NIO && Server && os(Linux)
/// Phones that write numbered messages all the time.
final class Talk: Sendable {
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

    deinit { self.task.cancel() }

    /// Ends it, gives everybody time to get everything, and fills in what was lost or repeated.
    func end(on stage: Stage, into report: inout FaultReport) async {
        self.task.cancel()
        let sentCounts = await self.task.value
        try? await stage.waitUntil("every message is everywhere", within: Witness.catchUpLimit) {
            stage.phones.allSatisfy { phone in
                zip(stage.phones, sentCounts).allSatisfy { sender, sent in
                    Self.received(by: phone, from: sender).count >= sent
                }
            }
        }
        for phone in stage.phones {
            for (sender, sent) in zip(stage.phones, sentCounts) {
                let check = SequenceCheck(
                    received: Self.received(by: phone, from: sender),
                    sentCount: sent
                )
                report.lost += check.lostCount
                report.duplicated += check.repeatedCount
                report.require(
                    check.lostCount == 0,
                    "\(phone.settings.name) lacks \(check.lostCount) of \(sent) messages of "
                        + sender.settings.name
                )
            }
            let refused = phone.history.filter { $0.event == "failed" }
            report.require(
                refused.isEmpty,
                "\(phone.settings.name) could not send: \(refused.first?.reason ?? "")"
            )
        }
    }

    private static func received(by phone: Phone, from sender: Phone) -> [Int] {
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
