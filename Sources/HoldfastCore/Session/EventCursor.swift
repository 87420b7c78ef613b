import HoldfastWire

/// Where this client stands in the call's log, and whether something is missing (HF-31 to HF-33).
///
/// The position is the last event that was received in order. It runs ahead of what the app has
/// processed, for what was received is kept and delivered whatever happens to the connection.
struct EventCursor: Hashable, Sendable {
    /// What to do with an event.
    enum Verdict: Hashable, Sendable {
        /// It is the next one.
        case apply
        /// It was received before, or a hole before it is already being asked for.
        case ignore
        /// Something between the position and this event is missing.
        case gap(Remedy)
    }

    /// HF-33: ask, then reconnect, then give up the position.
    enum Remedy: Hashable, Sendable {
        case synchronize
        case reconnect
        case startOver
    }

    /// A hole that was asked for.
    private struct Hole: Hashable, Sendable {
        /// The last event that was skipped. Events behind it were under way when we asked.
        var skipped: LogOffset
        var since: MonotonicInstant
    }

    /// How long an answer to `synchronize` may take before a pong counts as another gap.
    static let synchronizeTimeout: Duration = .seconds(3)

    /// Everything up to here was received. Nothing at or below it is taken again.
    private(set) var position: LogOffset
    /// Whether the next connection asks for a snapshot, because the position leads nowhere.
    private(set) var isStartingOver = false
    /// The end of what is being repeated from below the position; otherwise the position.
    private var repeated: LogOffset
    private var hole: Hole?
    private var gapCount = 0

    init(position: LogOffset = .zero) {
        self.position = position
        self.repeated = position
    }

    /// What the ticket of the next connection says.
    var resumePosition: LogOffset { self.isStartingOver ? .zero : self.position }

    /// Judges one event.
    mutating func receive(_ event: LoggedEvent, at now: MonotonicInstant) -> Verdict {
        let follows = event.previous == self.position || event.previous == self.repeated
        if event.previous == self.repeated, event.offset > self.repeated {
            self.repeated = event.offset
        }
        guard event.offset > self.position else { return .ignore }
        if follows {
            self.take(event.offset)
            return .apply
        }
        if let hole, event.previous == hole.skipped {
            // It follows what was skipped: the same hole, not a second one.
            self.hole?.skipped = event.offset
            return .ignore
        }
        return .gap(self.openGap(behind: event.offset, at: now))
    }

    /// Judges what a pong says about the last offset that was sent on this connection (HF-53).
    mutating func receive(top: LogOffset, at now: MonotonicInstant) -> Verdict {
        guard top > self.position else { return .ignore }
        if let hole, hole.since.duration(to: now) < Self.synchronizeTimeout { return .ignore }
        return .gap(self.openGap(behind: top, at: now))
    }

    /// Notes that something is missing for another reason, such as a broken snapshot.
    mutating func miss(at now: MonotonicInstant) -> Remedy {
        self.openGap(behind: self.position, at: now)
    }

    /// Takes the position of a snapshot, also where that lies behind (HF-37).
    mutating func jump(to offset: LogOffset) {
        self.repeated = offset
        self.isStartingOver = false
        self.take(offset)
    }

    /// Another connection begins: nothing that was under way on the old one will come.
    mutating func reconnected() {
        self.hole = nil
        self.repeated = self.resumePosition
    }

    /// Delivery was asked to begin below the position; what is known already is told apart.
    mutating func repeats(from offset: LogOffset) { self.repeated = offset }

    private mutating func take(_ offset: LogOffset) {
        if self.repeated == self.position { self.repeated = offset }
        self.position = offset
        self.hole = nil
        self.gapCount = 0
    }

    private mutating func openGap(behind offset: LogOffset, at now: MonotonicInstant) -> Remedy {
        self.hole = Hole(skipped: offset, since: now)
        self.gapCount = min(self.gapCount + 1, 3)
        switch self.gapCount {
        case 1:
            return .synchronize
        case 2:
            return .reconnect
        default:
            self.isStartingOver = true
            return .startOver
        }
    }
}
