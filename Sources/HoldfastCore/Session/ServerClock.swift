import HoldfastWire

/// The server's wall clock, as far as its frames tell: only for durations shown to people and for
/// the expiry of tokens, never for a decision about order.
struct ServerClock: Hashable, Sendable {
    private var milliseconds: Int64 = 0
    private var at: MonotonicInstant = .zero

    /// Takes a reading.
    mutating func set(milliseconds: Int64, at now: MonotonicInstant) {
        self.milliseconds = milliseconds
        self.at = now
    }

    /// How long from now until a point in the server's time; never negative.
    func remaining(until milliseconds: Int64, at now: MonotonicInstant) -> Duration {
        let (left, overflow) = milliseconds.subtractingReportingOverflow(self.milliseconds)
        guard !overflow else { return .zero }
        return max(.milliseconds(left) - self.at.duration(to: now), .zero)
    }

    /// How long a point in the server's time has passed by now; never negative.
    func elapsed(since milliseconds: Int64, at now: MonotonicInstant) -> Duration {
        let (gone, overflow) = self.milliseconds.subtractingReportingOverflow(milliseconds)
        guard !overflow else { return .zero }
        return max(.milliseconds(gone) + self.at.duration(to: now), .zero)
    }
}
