internal import Foundation

/// Reads the time of day.
package enum WallClock {
    /// Milliseconds since the Unix epoch. Saturates instead of trapping when the clock is set to
    /// an absurd time.
    package static func milliseconds() -> Int64 {
        let seconds = Date().timeIntervalSince1970
        guard seconds.isFinite, abs(seconds) < 1e12 else { return 0 }
        return Int64(seconds * 1000)
    }
}
