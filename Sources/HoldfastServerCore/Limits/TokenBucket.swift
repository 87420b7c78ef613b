package import HoldfastWire

/// Lets through so many a second, and so many at once.
package struct TokenBucket: Hashable, Sendable {
    private let ratePerSecond: Int
    private let burst: Int
    /// When the bucket would be full again. The one number that says how much is in it.
    private var fullAt: MonotonicInstant

    /// Begins full. Both numbers are taken as at least 1.
    package init(ratePerSecond: Int, burst: Int) {
        self.ratePerSecond = max(1, ratePerSecond)
        self.burst = max(1, burst)
        self.fullAt = .zero
    }

    private var interval: Duration { .seconds(1) / self.ratePerSecond }

    /// Takes one out. Nil when it was there, else the time until there is one.
    package mutating func take(at now: MonotonicInstant) -> Duration? {
        let start = max(self.fullAt, now)
        let next = start.advanced(by: self.interval)
        let allowed = now.advanced(by: self.interval * self.burst)
        guard next <= allowed else { return allowed.duration(to: next) }
        self.fullAt = next
        return nil
    }

    /// The time until one can be taken out; nil when it is there.
    package func wait(at now: MonotonicInstant) -> Duration? {
        var copy = self
        return copy.take(at: now)
    }

    /// Whether nothing was taken lately, so that the bucket need not be remembered.
    package func isFull(at now: MonotonicInstant) -> Bool { self.fullAt <= now }
}
