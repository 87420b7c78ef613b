#if NIO
import Foundation

/// What a fault was promised to do, and what it did. One line of `holdfastctl drill --json`.
package struct FaultReport: Codable, Sendable {
    /// The fault's name, for `--only`.
    package var fault: String
    /// What is promised, for people.
    package var promise: String
    /// Whether everything that was measured keeps the promise.
    package var pass: Bool
    /// Each time from the end of the fault to the first event that was missed.
    package var restoreMilliseconds: [Double]
    /// The median of these in round trips.
    package var restoreRoundTripsMedian: Double?
    /// Their 99th percentile in round trips.
    package var restoreRoundTripsTail: Double?
    /// Messages that somebody never got.
    package var lost: Int
    /// Messages that somebody got more than once, or out of order.
    package var duplicated: Int
    /// Participants that somebody saw leave.
    package var leftSeen: Int
    /// The longest time without RTP in a receiver.
    package var mediaGapMilliseconds: Double?
    /// Why it could not be tried here; nil when it was.
    package var obstacle: String?
    /// What was not kept, for people; empty with `pass`.
    package var failures: [String]

    enum CodingKeys: String, CodingKey {
        case fault, promise, pass, lost, duplicated, obstacle, failures
        case restoreMilliseconds = "restore_ms"
        case restoreRoundTripsMedian = "restore_rtt_p50"
        case restoreRoundTripsTail = "restore_rtt_p99"
        case leftSeen = "left_seen"
        case mediaGapMilliseconds = "rtp_gap_ms_max"
    }

    package init(fault: String, promise: String) {
        self.fault = fault
        self.promise = promise
        self.pass = false
        self.restoreMilliseconds = []
        self.lost = 0
        self.duplicated = 0
        self.leftSeen = 0
        self.failures = []
    }

    /// The median restore time.
    package var median: Double? { Self.percentile(50, of: self.restoreMilliseconds) }

    /// The 99th percentile; with fewer than 100 values, the largest.
    package var tail: Double? { Self.percentile(99, of: self.restoreMilliseconds) }

    /// Fills in the round trips.
    package mutating func measure(roundTrip milliseconds: Double) {
        self.restoreRoundTripsMedian = self.median.map { ($0 / milliseconds * 100).rounded() / 100 }
        self.restoreRoundTripsTail = self.tail.map { ($0 / milliseconds * 100).rounded() / 100 }
    }

    /// Notes that something was not kept.
    package mutating func require(_ holds: Bool, _ failure: String) {
        if !holds { self.failures.append(failure) }
    }

    /// The line, without its end.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Nearest rank: the smallest value that at least so many percent do not exceed.
    static func percentile(_ percent: Int, of values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let rank = (percent * values.count + 99) / 100
        return values.sorted()[max(0, min(values.count, rank) - 1)]
    }
}
#endif
