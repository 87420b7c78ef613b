import HoldfastWire

// The bounds of numbers on the wire. Positions and counters are refused when out of range, because
// a position that was bent is a wrong one. Durations and points in time are brought to the nearest
// bound, because a clock that is off must not end a call (HF-4).

extension LogOffset {
    init(wire value: UInt64) throws(FrameError) {
        guard value <= LogOffset.rawValueMax else { throw .malformed(.numberOutOfRange) }
        self.init(value)
    }

    func wire() throws(FrameError) -> UInt64 {
        guard self.rawValue <= LogOffset.rawValueMax else { throw .malformed(.numberOutOfRange) }
        return self.rawValue
    }
}

extension ResumeCounter {
    init(wire value: UInt64) throws(FrameError) {
        // The same bound as an offset's: both survive a reader that uses doubles.
        guard value <= LogOffset.rawValueMax else { throw .malformed(.numberOutOfRange) }
        self.init(value)
    }

    func wire() throws(FrameError) -> UInt64 {
        guard self.rawValue <= LogOffset.rawValueMax else { throw .malformed(.numberOutOfRange) }
        return self.rawValue
    }
}

extension Duration {
    init(wireMilliseconds value: UInt64) {
        self = min(.milliseconds(value), Limits.durationMax)
    }

    var wireMilliseconds: UInt64 {
        UInt64(max(0, min(self, Limits.durationMax).milliseconds))
    }
}

/// A point in time in milliseconds since the Unix epoch, within 0 … 2⁵³ − 1: the difference of two
/// cannot overflow.
func boundedTimestamp(_ milliseconds: Int64) -> Int64 {
    min(max(milliseconds, 0), Int64(LogOffset.rawValueMax))
}
