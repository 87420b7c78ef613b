/// A position in a call's log: `era · 2³² + n`, below 2⁵³.
///
/// One integer that grows for the whole life of a call and is never reset. The era grows whenever
/// a server process gains the right to append, so a lost suffix of the log is detected exactly:
/// a client can never pair a position with the wrong lineage.
package struct LogOffset: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The position `number` (from 1) of `era`.
    package init(era: Era, number: UInt32) {
        self.rawValue = UInt64(era.rawValue) << 32 | UInt64(number)
    }

    /// Before the first event; a valid cursor of a client that has seen nothing.
    package static let zero = LogOffset(0)

    /// The largest value that a JSON number holds exactly.
    package static let rawValueMax: UInt64 = 1 << 53 - 1

    /// The era in which the event was appended.
    package var era: Era { Era(UInt32(truncatingIfNeeded: self.rawValue >> 32)) }

    /// The event's number within its era.
    package var number: UInt32 { UInt32(truncatingIfNeeded: self.rawValue) }

    package static func < (left: LogOffset, right: LogOffset) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A durable counter, one more whenever a process gains the right to append. 20 bits.
package struct Era: Hashable, Sendable, Comparable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The largest era: ``LogOffset`` stays below 2⁵³ (one million restarts).
    package static let rawValueMax: UInt32 = 1 << 20 - 1

    package static func < (left: Era, right: Era) -> Bool { left.rawValue < right.rawValue }
}
