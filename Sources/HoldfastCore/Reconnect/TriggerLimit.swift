import HoldfastWire

/// At most three immediate attempts in ten seconds: a flapping network must not become a storm.
struct TriggerLimit: Hashable, Sendable {
    static let attemptCountMax = 3
    static let period: Duration = .seconds(10)

    private var attempts: [MonotonicInstant] = []

    /// When the next immediate attempt may begin.
    func nextAllowed(at now: MonotonicInstant) -> MonotonicInstant {
        guard self.attempts.count >= Self.attemptCountMax, let oldest = self.attempts.first else {
            return now
        }
        return max(now, oldest.advanced(by: Self.period))
    }

    /// Notes an immediate attempt.
    mutating func used(at now: MonotonicInstant) {
        self.attempts.append(now)
        if self.attempts.count > Self.attemptCountMax { self.attempts.removeFirst() }
    }
}
