import HoldfastWire

/// How long to wait after a failure. Everything a server causes is spread at random.
struct Backoff: Hashable, Sendable {
    /// A server cannot send a client away for longer than this.
    static let serverDelayRange: ClosedRange<Duration> = .zero...(.seconds(300))
    /// Full jitter below this, however large the herd (HF-54 keeps the silent case short).
    static let resetDelayMax: Duration = .seconds(1)
    /// How long a connection must have lasted for failures before it to be forgotten.
    static let stablePeriod: Duration = .seconds(10)
    /// So many connections in a row that were shorter make them forgotten too: a server that dies
    /// a few times while it starts is met at once. One that goes on like that is not.
    static let briefCountMax = 5
    /// While a process restarts, trying often is cheap.
    static let refusedQuickPeriod: Duration = .seconds(15)
    static let refusedDelayMaxQuick: Duration = .seconds(1)
    static let refusedDelayMax: Duration = .seconds(5)
    static let unreachableDelayMax: Duration = .seconds(5)
    static let unreachableDelayMaxBackground: Duration = .seconds(30)
    private static let refusedDelayBase: Duration = .milliseconds(100)
    private static let unreachableDelayBase: Duration = .milliseconds(250)
    /// 250 ms · 2¹⁰ is beyond every cap; a larger exponent would only overflow.
    private static let exponentMax = 10

    /// The server's estimate of the time its herd needs, from the last welcome.
    var spread: Duration = .milliseconds(500)
    private var random: SeededRandom
    private var exponent = 0
    private var refusedSince: MonotonicInstant?
    private var attachedAt: MonotonicInstant?
    /// Resets in a row: a server that accepts and drops at once must not be hammered.
    private var resetCount = 0
    /// Connections in a row that did not last.
    private var briefCount = 0

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    /// Notes a connection.
    mutating func attached(at now: MonotonicInstant) { self.attachedAt = now }

    /// Notes its end. That it was there shows that the trouble before is over, unless it is
    /// one of many that did not last.
    mutating func lost(at now: MonotonicInstant) {
        guard let attachedAt else { return }
        let isBrief = attachedAt.duration(to: now) < Self.stablePeriod
        self.briefCount = isBrief ? min(self.briefCount + 1, Self.briefCountMax + 1) : 0
        if self.briefCount <= Self.briefCountMax { self.forget() }
    }

    /// Begins anew: what failed before says nothing about now.
    mutating func reset() {
        self.forget()
        self.briefCount = 0
    }

    private mutating func forget() {
        self.exponent = 0
        self.refusedSince = nil
        self.resetCount = 0
    }

    mutating func delay(
        after cause: ReconnectMachine.Cause,
        isForeground: Bool,
        at now: MonotonicInstant
    ) -> Duration {
        switch cause {
        case .local:
            return .zero
        case .exactly(let delay):
            return delay.clamped(Self.serverDelayRange)
        case .busy(let delay):
            let least = delay.clamped(Self.serverDelayRange)
            return least + self.random.duration(upTo: least / 5)
        case .reset:
            self.resetCount += 1
            guard self.resetCount == 1 else {
                return self.jitter(Self.unreachableDelayBase, Self.unreachableDelayMax)
            }
            let limit = self.spread.clamped(.zero...Self.resetDelayMax)
            return self.random.duration(upTo: limit)
        case .refused:
            let since = self.refusedSince ?? now
            self.refusedSince = since
            let isQuick = since.duration(to: now) < Self.refusedQuickPeriod
            let limit = isQuick ? Self.refusedDelayMaxQuick : Self.refusedDelayMax
            return self.jitter(Self.refusedDelayBase, limit)
        case .timedOut, .unreachable:
            let limit =
                isForeground ? Self.unreachableDelayMax : Self.unreachableDelayMaxBackground
            return self.jitter(Self.unreachableDelayBase, limit)
        }
    }

    /// Full jitter: anything from zero to the exponentially growing limit.
    private mutating func jitter(_ base: Duration, _ limit: Duration) -> Duration {
        let ceiling = min(base * (1 << self.exponent), limit)
        self.exponent = min(self.exponent + 1, Self.exponentMax)
        return self.random.duration(upTo: ceiling)
    }
}
