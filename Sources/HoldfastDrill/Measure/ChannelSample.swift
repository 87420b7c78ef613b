#if NIO && Server && os(Linux)
import Foundation

/// One figure of what users' channels cost a server.
package struct ChannelSample: Codable, Sendable {
    package var table = "channels"
    /// What was measured.
    package var row: String
    /// How many users.
    package var userCount: Int
    /// Seconds until it was done; nil where nothing was timed.
    package var seconds: Double?
    /// Milliseconds of each user, their median and 99th percentile; nil where nothing was timed.
    package var median: Double?
    package var tail: Double?
    /// KiB of the server's memory for each user, beyond the server without any; nil where none was read.
    package var kibibytesEach: Double?

    enum CodingKeys: String, CodingKey {
        case table, row, seconds
        case userCount = "users"
        case median = "median_ms"
        case tail = "p99_ms"
        case kibibytesEach = "kib_each"
    }

    init(row: String, userCount: Int) {
        self.row = row
        self.userCount = userCount
    }

    /// The line, without its end.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// For people.
    package var summary: String {
        var parts = ["\(self.userCount) users"]
        if let seconds { parts.append(String(format: "%.1f s", seconds)) }
        if let median, let tail {
            parts.append("\(Int(median)) ms (median), \(Int(tail)) ms (99 %)")
        }
        if let kibibytesEach { parts.append(String(format: "%.1f KiB each", kibibytesEach)) }
        return "\(self.row): " + parts.joined(separator: ", ")
    }
}
#endif
