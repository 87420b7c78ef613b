#if NIO && Server && os(Linux)
/// A phone that has its network again and has yet to get its events.
struct Return {
    let phone: Phone
    /// How many lines it had written by then.
    let start: Int
    /// Seconds of CLOCK_MONOTONIC.
    let at: Double
}

extension FaultReport {
    /// Notes how long each took until the first event that was missed.
    mutating func measure(_ returns: [Return], _ witness: Witness) async {
        for back in returns {
            let time = await witness.firstMessage(of: back.phone, after: back.at, from: back.start)
            let name = back.phone.settings.name
            self.require(time != nil, "nothing came back to \(name)")
            // What is infinite is no JSON; it stands in the failures.
            if let time { self.restoreMilliseconds.append(time.rounded()) }
        }
    }

    /// Requires the median within so many round trips + 50 ms, and the 99th percentile + 300 ms.
    mutating func requireReturn(withinRoundTrips count: Double, of roundTrip: Duration) {
        let milliseconds = roundTrip.inMilliseconds
        self.requireReturn(
            median: count * milliseconds + 50,
            tail: count * milliseconds + 300
        )
    }

    /// Requires the median and the 99th percentile within so many milliseconds.
    mutating func requireReturn(median limit: Double, tail tailLimit: Double) {
        let (median, tail) = (self.median ?? .infinity, self.tail ?? .infinity)
        self.require(median <= limit, "median \(median) ms")
        self.require(tail <= tailLimit, "99 % within \(tail) ms")
    }

    /// Requires that no receiver was without RTP for longer.
    mutating func requireMedia(gap limit: Duration) {
        let gap = self.mediaGapMilliseconds ?? .infinity
        self.require(gap <= limit.inMilliseconds, "media gap \(gap) ms")
    }
}

/// Numbered messages that phones are told to write while something is wrong, and where they arrived.
struct Markers {
    /// A message and who is to get it.
    private struct Marker {
        var text: String
        var receiver: Phone
        /// How many lines the receiver had written by then.
        var start: Int
        var at: Double
    }

    private var markers: [Marker] = []
    private let stage: Stage

    init(_ stage: Stage) { self.stage = stage }

    /// Lets both phones of a call write now, for the other one to read.
    mutating func exchange(_ what: String, lane: Int) {
        let (phone, other) = (
            self.stage.phones[lane], self.stage.phones[self.stage.partner(of: lane)]
        )
        for (sender, receiver) in [(phone, other), (other, phone)] {
            let text = "\(sender.settings.name), \(what)"
            let start = receiver.history.count
            let at = monotonicSeconds()
            self.markers.append(Marker(text: text, receiver: receiver, start: start, at: at))
            sender.say(text)
        }
    }

    /// Waits for all; each exchange's time is the later of the two directions.
    func measure(into report: inout FaultReport) async throws {
        for index in stride(from: 0, to: self.markers.count, by: 2) {
            var slowest = 0.0
            for marker in self.markers[index..<(index + 2)] {
                let found = try await marker.receiver.wait(
                    from: marker.start,
                    within: .seconds(20)
                ) { $0.event == "message" && $0.text == marker.text }
                report.require(found != nil, "“\(marker.text)” did not arrive")
                if let found { slowest = max(slowest, (found.at - marker.at) * 1000) }
            }
            report.restoreMilliseconds.append(slowest.rounded())
        }
    }

    /// Counts what came more than once.
    func judge(_ report: inout FaultReport) {
        for marker in self.markers {
            let count = marker.receiver.history.count {
                $0.event == "message" && $0.text == marker.text
            }
            report.lost += count == 0 ? 1 : 0
            report.duplicated += max(0, count - 1)
        }
        report.require(report.lost == 0, "\(report.lost) messages lost")
        report.require(report.duplicated == 0, "\(report.duplicated) repeated or out of order")
    }
}
#endif
