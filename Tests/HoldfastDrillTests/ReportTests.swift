#if NIO
import Foundation
import Testing

@testable import HoldfastDrill

@Suite struct SequenceCheckTests {
    @Test(arguments: [
        ([1, 2, 3], 3, 0, 0),
        ([1, 3], 3, 1, 0),
        ([1, 2, 2, 3], 3, 0, 1),
        ([2, 1, 3], 3, 0, 1),
        ([], 2, 2, 0),
        ([], 0, 0, 0),
        ([1, 2, 3, 3, 1], 4, 1, 2),
    ])
    func `loss, repetition and disorder are told apart`(
        received: [Int],
        sentCount: Int,
        lostCount: Int,
        repeatedCount: Int
    ) {
        let check = SequenceCheck(received: received, sentCount: sentCount)
        #expect(check.lostCount == lostCount)
        #expect(check.repeatedCount == repeatedCount)
    }
}

@Suite struct FaultReportTests {
    @Test func `the median and the tail are values that were measured`() {
        var report = FaultReport(fault: "x", promise: "y")
        report.restoreMilliseconds = (1...100).map { Double($0) }.reversed()

        #expect(report.median == 50)
        #expect(report.tail == 99)
    }

    @Test func `one value is its own median and tail, none has neither`() {
        var report = FaultReport(fault: "x", promise: "y")
        #expect(report.median == nil)
        report.restoreMilliseconds = [7]
        report.measure(roundTrip: 2)

        #expect(report.restoreRoundTripsMedian == 3.5)
        #expect(report.restoreRoundTripsTail == 3.5)
    }

    @Test func `a line of the report has the documented names`() throws {
        var report = FaultReport(fault: "network-cut", promise: "p")
        report.restoreMilliseconds = [210]
        report.measure(roundTrip: 100)
        report.mediaGapMilliseconds = 12

        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.line().utf8)) as? [String: Any]
        )
        let names: Set = [
            "fault", "promise", "pass", "restore_ms", "restore_rtt_p50", "restore_rtt_p99", "lost",
            "duplicated", "left_seen", "rtp_gap_ms_max", "failures",
        ]
        #expect(Set(object.keys) == names)
    }

    @Test func `a line of a promise that was not kept says so, and what was measured`() throws {
        var report = FaultReport(fault: "network-cut", promise: "p")
        report.restoreMilliseconds = [210, 700]
        report.lost = 2
        report.duplicated = 1
        report.leftSeen = 3
        report.mediaGapMilliseconds = 4000
        report.measure(roundTrip: 100)
        report.requireReturn(withinRoundTrips: 2, of: .milliseconds(100))
        report.requireMedia(gap: .milliseconds(3200))

        let line = try report.line()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        )
        #expect(!line.contains("\n"))
        #expect(object["pass"] as? Bool == false)
        #expect(object["restore_ms"] as? [Double] == [210, 700])
        #expect(object["restore_rtt_p50"] as? Double == 2.1)
        #expect(object["restore_rtt_p99"] as? Double == 7)
        #expect(object["lost"] as? Int == 2)
        #expect(object["duplicated"] as? Int == 1)
        #expect(object["left_seen"] as? Int == 3)
        #expect(object["rtp_gap_ms_max"] as? Double == 4000)
        #expect(
            object["failures"] as? [String] == ["99 % within 700.0 ms", "media gap 4000.0 ms"]
        )
        let read = try JSONDecoder().decode(FaultReport.self, from: Data(line.utf8))
        #expect(!read.pass)
    }

    @Test func `a promise of which nothing could be measured is a line as well`() throws {
        var report = FaultReport(fault: "network-cut", promise: "p")
        report.requireReturn(withinRoundTrips: 2, of: .milliseconds(100))
        report.requireMedia(gap: .seconds(1))
        report.measure(roundTrip: 100)

        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.line().utf8)) as? [String: Any]
        )
        #expect(object["pass"] as? Bool == false)
        #expect((object["failures"] as? [String])?.count == 3)
        #expect(object["rtp_gap_ms_max"] == nil)
    }

    @Test(arguments: [(250.0, 500.0, true), (251, 500, false), (250, 501, false)])
    func `the bounds are the promise's, and no more`(median: Double, tail: Double, isKept: Bool) {
        var report = FaultReport(fault: "x", promise: "y")
        report.restoreMilliseconds = [median, median, tail]
        report.requireReturn(withinRoundTrips: 2, of: .milliseconds(100))
        #expect(report.failures.isEmpty == isKept)
    }

    @Test func `what was not kept is said to people`() {
        var report = FaultReport(fault: "x", promise: "y")
        report.require(1 + 1 == 3, "one and one")

        #expect(Drill.summary(of: report).first?.contains("one and one") == true)
        #expect(!report.pass)
    }
}

@Suite struct PhoneEventTests {
    @Test func `an event reads as it was written`() throws {
        var event = PhoneEvent("message")
        event.at = 12.5
        event.offset = 1 << 40
        event.text = "“quoted” \n and 🎧"

        #expect(PhoneEvent(line: try event.line()) == event)
    }

    @Test(arguments: ["", "hello", "{", "{}", "[1]", "{\"event\":1}"])
    func `a line that is no event is none`(line: String) {
        #expect(PhoneEvent(line: line) == nil)
    }
}
#endif
