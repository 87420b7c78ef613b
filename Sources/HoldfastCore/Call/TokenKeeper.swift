import HoldfastWire

/// Access tokens: when to ask the app for one, and which one is fresh.
struct TokenKeeper: Hashable, Sendable {
    /// A new token is asked for this long before the old one runs out.
    static let leadTime: Duration = .seconds(60)
    /// A resume needs no token until this long after the expiry (HF-26).
    static let gracePeriod: Duration = .seconds(300)
    /// Between failed requests.
    static let retryDelayBase: Duration = .seconds(5)
    static let retryDelayMax: Duration = .seconds(60)
    private static let lifetimeMin: Duration = .seconds(60)

    /// Whether the app was asked and has not answered.
    private(set) var isRequested = false
    /// A token that no connection was authorised with yet.
    private(set) var fresh: Private<String>?
    /// When the app is asked next.
    private(set) var dueAt: MonotonicInstant?
    private var expiresAt: MonotonicInstant?
    private var lifetime: Duration?
    private var failureCount = 0

    /// Whether a resume would be refused without a token.
    func isNeeded(at now: MonotonicInstant) -> Bool {
        self.expiresAt.map { $0.advanced(by: Self.gracePeriod) <= now } ?? false
    }

    /// Asks for a token unless one is under way; true when the app must be asked.
    mutating func request() -> Bool {
        guard !self.isRequested else { return false }
        self.isRequested = true
        self.dueAt = nil
        return true
    }

    /// Takes the app's answer.
    mutating func provided(_ token: Private<String>) {
        self.isRequested = false
        self.failureCount = 0
        self.dueAt = nil
        self.fresh = token
    }

    /// Nobody knows whether the token will still do when it is needed.
    mutating func discard() { self.fresh = nil }

    /// The app has none; it is asked again later.
    mutating func failed(at now: MonotonicInstant) {
        self.isRequested = false
        let delay = min(
            Self.retryDelayBase * (1 << min(self.failureCount, 4)),
            Self.retryDelayMax
        )
        self.failureCount += 1
        self.dueAt = now.advanced(by: delay)
    }

    /// A connection was welcomed whose token runs out after `remaining`; nil is never.
    mutating func welcomed(remaining: Duration?, at now: MonotonicInstant) {
        self.fresh = nil
        self.lifetime = remaining
        self.schedule(lifetime: remaining, at: now)
    }

    /// A fresh token was sent. The server does not say when it runs out, so it is taken to last as
    /// long as the one before.
    mutating func authenticated(at now: MonotonicInstant) {
        self.fresh = nil
        self.schedule(lifetime: self.lifetime.map { max($0, Self.lifetimeMin) }, at: now)
    }

    /// Nothing is asked for any more.
    mutating func stop() { self = TokenKeeper() }

    private mutating func schedule(lifetime: Duration?, at now: MonotonicInstant) {
        guard let lifetime else {
            self.expiresAt = nil
            self.dueAt = nil
            return
        }
        self.expiresAt = now.advanced(by: lifetime)
        let lead = min(Self.leadTime, lifetime / 2)
        self.dueAt = self.isRequested ? nil : now.advanced(by: lifetime - lead)
    }
}
