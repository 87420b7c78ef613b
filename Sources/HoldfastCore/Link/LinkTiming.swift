import HoldfastWire

/// When a connection was last heard, and how long it may be silent.
struct LinkTiming: Hashable, Sendable {
    /// How old an attempt may be that was begun before the network changed.
    static let staleAttemptAge: Duration = .seconds(1)
    /// How long a probe may take at least and at most (HF-54).
    static let probeTimeoutRange: ClosedRange<Duration> = .seconds(1)...(.seconds(3))
    /// The same while no round trip has been measured.
    static let probeTimeoutUnmeasured: Duration = .seconds(2)
    /// A server cannot make a client ping more often or less often than this.
    static let intervalRange: ClosedRange<Duration> = .seconds(1)...(.seconds(300))
    /// Between a ping of the routine and the end of patience.
    static let patienceRange: ClosedRange<Duration> = .seconds(1)...(.seconds(60))

    var heardAt: MonotonicInstant
    var sentAt: MonotonicInstant
    var pingedAt: MonotonicInstant
    var heartbeat: Welcome.Heartbeat
    var isBackground: Bool
    /// Whether deliveries wait for their acknowledgement.
    var isOwing = false
    /// Since when the server owes the result of a command, or when the last one came.
    var askedAt: MonotonicInstant?
    /// From the first packet to the welcome, as long as nothing better is known.
    var openedWithin: Duration?
    private(set) var smoothedRoundTrip: Duration?
    private var pingNumber: UInt32 = 0

    /// Creates the timing of a connection that begins now; an earlier one of the call may have
    /// measured the round trip.
    init(
        at now: MonotonicInstant,
        heartbeat: Welcome.Heartbeat = Welcome.Heartbeat(),
        isBackground: Bool = false,
        smoothedRoundTrip: Duration? = nil
    ) {
        self.heardAt = now
        self.sentAt = now
        self.pingedAt = now
        self.heartbeat = heartbeat
        self.isBackground = isBackground
        self.smoothedRoundTrip = smoothedRoundTrip
    }

    /// HF-53: 10 s, in the background 30 s.
    var interval: Duration {
        (self.isBackground ? self.heartbeat.background : self.heartbeat.foreground)
            .clamped(Self.intervalRange)
    }

    /// HF-53. A peer that only listens must be heard too: the server's limit is 2.5 intervals, so
    /// something is sent after two even when much is received. A server that does not answer is
    /// asked sooner.
    var pingDueAt: MonotonicInstant {
        min(self.routinePingDueAt, self.doubtDueAt ?? self.routinePingDueAt)
    }

    /// When a command has been without its result for so long that the connection is doubted.
    var doubtDueAt: MonotonicInstant? { self.askedAt?.advanced(by: self.probeTimeout) }

    private var routinePingDueAt: MonotonicInstant {
        let afterSilence = max(self.heardAt, self.pingedAt).advanced(by: self.interval)
        let afterSending = self.sentAt.advanced(by: self.interval * (self.isOwing ? 1 : 2))
        return min(afterSilence, afterSending)
    }

    /// HF-54: four round trips, between 1 s and 3 s.
    var probeTimeout: Duration {
        // TCP and the upgrade are two round trips at least. What took no time measured nothing.
        let opening = self.openedWithin.flatMap { $0 > .zero ? $0 / 2 : nil }
        guard let roundTrip = self.smoothedRoundTrip ?? opening else {
            return Self.probeTimeoutUnmeasured
        }
        return (roundTrip * 4).clamped(Self.probeTimeoutRange)
    }

    /// When a ping is late.
    func suspicionAt(_ ping: LinkMachine.Ping) -> MonotonicInstant {
        ping.sentAt.advanced(by: self.probeTimeout)
    }

    /// When an unanswered ping of the routine ends the connection: 5 s after it, which is 15 s after
    /// the last frame (HF-54). It counts from the ping, because a process that was stopped pings late.
    func deathAt(_ ping: LinkMachine.Ping) -> MonotonicInstant {
        let patience = (self.heartbeat.dead - self.heartbeat.foreground)
            .clamped(Self.patienceRange)
        return ping.sentAt.advanced(by: max(patience, self.probeTimeout))
    }

    /// The ping to send now.
    func nextPing(at now: MonotonicInstant) -> LinkMachine.Ping {
        LinkMachine.Ping(number: self.pingNumber &+ 1, sentAt: now)
    }

    mutating func pinged(at now: MonotonicInstant) {
        self.pingNumber &+= 1
        self.pingedAt = now
        self.sentAt = now
    }

    /// RFC 6298 §2.3 without the variance: a probe's time-out has a wide margin of its own.
    mutating func measured(_ roundTrip: Duration) {
        let sample = max(roundTrip, .zero)
        self.smoothedRoundTrip = self.smoothedRoundTrip.map { ($0 * 7 + sample) / 8 } ?? sample
    }
}
