import HoldfastWire

/// A time without a connection.
struct Outage: Hashable, Sendable {
    /// When the connection was last known to work.
    var since: MonotonicInstant
    var reason: LossReason
    /// When the app is told, unless a connection is back before.
    var reportAt: MonotonicInstant
    var isReported = false
    /// When the server forgets the session; nil in a channel, whose server says so itself.
    var windowEndsAt: MonotonicInstant?
    /// The end of the last tries, which may join anew; nil before the window's end.
    var finalUntil: MonotonicInstant?

    /// A loss that is ours or only suspected is told after this time, if it is still one: three
    /// seconds of packet loss are nobody's business.
    static let reportDelay: Duration = .seconds(3)
    /// For how long a session is tried for whose window has passed by our clock. The server's may
    /// run longer (HF-59), and the network comes back a moment after the device wakes. Longer than
    /// ``TriggerLimit/period``, so that a token that comes late still gets its attempt.
    static let finalPeriod: Duration = .seconds(15)

    /// When something is due.
    var nextDeadline: MonotonicInstant? {
        let end = self.finalUntil ?? self.windowEndsAt
        return self.isReported ? end : min(self.reportAt, end ?? self.reportAt)
    }
}
