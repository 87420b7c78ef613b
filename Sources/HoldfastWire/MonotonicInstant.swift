/// A point in time that never goes backwards. What zero means is the driver's business: process
/// start in a client, the Unix epoch as read once at start in a server, zero in a test.
package struct MonotonicInstant: InstantProtocol, Hashable, Sendable {
    /// The time since the driver's origin.
    package let offset: Duration

    package init(offset: Duration) { self.offset = offset }

    /// The driver's origin.
    package static let zero = MonotonicInstant(offset: .zero)

    package func advanced(by duration: Duration) -> MonotonicInstant {
        MonotonicInstant(offset: self.offset + duration)
    }

    package func duration(to other: MonotonicInstant) -> Duration { other.offset - self.offset }

    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.offset < right.offset
    }
}

/// The earlier of two deadlines that may not exist.
package func earliest(_ left: MonotonicInstant?, _ right: MonotonicInstant?) -> MonotonicInstant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
}

extension Duration {
    /// Whole milliseconds, rounded down; saturates instead of trapping.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (whole, fraction) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(fraction < 0 ? whole - 1 : whole)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
