import HoldfastWire

/// What a welcome gave this device: who it is in the call, and with what it comes back.
struct Membership: Hashable, Sendable {
    var session: SessionID
    var participant: ParticipantID
    var key: ResumeKey
    /// The highest generation welcomed so far; nil in a process that was just restored.
    var generation: ConnectionGeneration?
    /// The last counter used (HF-19).
    var counter: ResumeCounter
    var heartbeat = Welcome.Heartbeat()
    var detachWindow: Duration = Self.detachWindowInitial

    /// Counters stay below 2⁵³, the largest whole number that JSON holds exactly.
    static let counterMax: UInt64 = 1 << 53 - 1
    /// HF-44, until a welcome says otherwise.
    static let detachWindowInitial: Duration = .seconds(300)
    /// How long a server may let a session outlive its connection; a channel's has 30 days (HF-64).
    static let detachWindowRange: ClosedRange<Duration> = .seconds(1)...(.seconds(30 * 86_400))

    /// Takes the next counter: above the last one, and above what an earlier process can have used.
    mutating func nextCounter(wallMilliseconds: UInt64) -> ResumeCounter {
        let (next, overflow) = self.counter.rawValue.addingReportingOverflow(1)
        let wanted = overflow ? .max : max(next, wallMilliseconds)
        self.counter = ResumeCounter(min(wanted, Self.counterMax))
        return self.counter
    }

    /// Takes what the server says about the last counter it accepted.
    mutating func raise(to last: ResumeCounter) { self.counter = max(self.counter, last) }

    /// Takes what a welcome of the same session says.
    mutating func update(_ welcome: Welcome) {
        self.generation = welcome.generation
        self.heartbeat = welcome.heartbeat
        self.detachWindow = welcome.detachWindow.clamped(Self.detachWindowRange)
        self.participant = welcome.participant
    }
}
