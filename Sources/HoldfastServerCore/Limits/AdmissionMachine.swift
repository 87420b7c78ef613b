package import HoldfastWire

/// Decides which upgrades are let in, before anything is looked up for them (HF-61).
///
/// A resume is cheap and urgent, a join is neither, so each has its own rate. An address that keeps
/// failing waits, whoever else sits behind it. Owns no clock and no socket.
package struct AdmissionMachine: Sendable {
    /// What an upgrade asks for.
    package enum Kind: Hashable, Sendable {
        case join
        case resume
    }

    /// What it gets.
    package enum Decision: Hashable, Sendable {
        case admitted
        /// An HTTP status, 429 or 503, and when to try again.
        case refused(status: Int, retryAfter: Duration)
    }

    package struct Configuration: Hashable, Sendable {
        /// Resumes a second. Default 8 000.
        package var resumeRate = 8000
        /// Resumes at once. Default 2 000.
        package var resumeBurst = 2000
        /// Joins a second. Default 2 000.
        package var joinRate = 2000
        /// Joins at once. Default 500.
        package var joinBurst = 500
        /// Failed upgrades a second of one address. Default 4.
        package var failureRate = 4
        /// Failed upgrades at once of one address. Default 16.
        package var failureBurst = 16
        /// Addresses remembered; with more, the remembered ones are forgotten. Default 10 000.
        package var addressCountMax = 10_000

        package init() {}
    }

    private let configuration: Configuration
    private var resumes: TokenBucket
    private var joins: TokenBucket
    private var failures: [String: TokenBucket] = [:]
    private var blocked: [String: MonotonicInstant] = [:]
    /// Joins are refused while the server drains.
    package private(set) var isDraining = false

    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.resumes = TokenBucket(
            ratePerSecond: configuration.resumeRate,
            burst: configuration.resumeBurst
        )
        self.joins = TokenBucket(
            ratePerSecond: configuration.joinRate,
            burst: configuration.joinBurst
        )
    }

    /// Decides about one upgrade. `address` names the peer without its port.
    package mutating func admit(
        _ kind: Kind,
        from address: String,
        at now: MonotonicInstant
    ) -> Decision {
        if let until = self.blocked[address] {
            if now < until { return .refused(status: 429, retryAfter: now.duration(to: until)) }
            self.blocked[address] = nil
        }
        switch kind {
        case .join where self.isDraining:
            return .refused(status: 503, retryAfter: .seconds(2))
        case .join:
            return Self.decision(after: self.joins.take(at: now))
        case .resume:
            return Self.decision(after: self.resumes.take(at: now))
        }
    }

    /// An upgrade of this address failed: a wrong MAC, unreadable credentials.
    package mutating func noteFailure(from address: String, at now: MonotonicInstant) {
        if self.failures.count >= self.configuration.addressCountMax {
            self.failures = self.failures.filter { !$0.value.isFull(at: now) }
            self.blocked = self.blocked.filter { $0.value > now }
            // An attacker with more addresses than that is stopped by the rates alone. Half must be
            // free, or every failure would look through all of them.
            if self.failures.count > self.configuration.addressCountMax / 2 {
                self.failures.removeAll()
                self.blocked.removeAll()
            }
        }
        let fresh = TokenBucket(
            ratePerSecond: self.configuration.failureRate,
            burst: self.configuration.failureBurst
        )
        var bucket = self.failures[address] ?? fresh
        _ = bucket.take(at: now)
        self.failures[address] = bucket
        // The next one could only fail beyond the rate, so nobody looks at it.
        if let wait = bucket.wait(at: now) {
            self.blocked[address] = now.advanced(by: max(wait, .seconds(1)))
        }
    }

    /// Addresses that are remembered.
    package var addressCount: Int { self.failures.count }

    /// From now on joins are refused.
    package mutating func drain() { self.isDraining = true }

    private static func decision(after wait: Duration?) -> Decision {
        guard let wait else { return .admitted }
        return .refused(status: 503, retryAfter: max(wait, .milliseconds(100)))
    }
}
