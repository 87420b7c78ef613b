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
