#if Server

import HoldfastWire

/// Durations as people write them: `90` (seconds), `500ms`, `5m`, `24h`.
enum DurationText {
    /// The longest that is taken: a year.
    static let max: Duration = .seconds(366 * 24 * 3600)

    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 1_000_000_000_000 else { return nil }
        let duration: Duration
        switch text.dropFirst(digits.count) {
        case "", "s": duration = .seconds(number)
        case "ms": duration = .milliseconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3600)
        default: return nil
        }
        return duration <= Self.max ? duration : nil
    }

    static func print(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

#endif
