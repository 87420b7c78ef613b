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

    /// Everything up to here was received, but for events of state behind ``firm``.
    private(set) var position: LogOffset
    /// Whether the next connection asks for a snapshot, because the position leads nowhere.
    private(set) var isStartingOver = false
    /// Where to begin again while a snapshot is on its way. The messages before it are linked as if
    /// the events of state between them did not exist (HF-23), so the position says too much.
    private var firm: Firm?
    /// Messages up to here are known, also where delivery begins below it.
    private(set) var messages: LogOffset
    /// The end of what is being repeated from below the position; otherwise the position.
    private var repeated: LogOffset
    private var hole: Hole?
    private var gapCount = 0

    private struct Firm: Hashable, Sendable {
        var offset: LogOffset
        /// Without an announcement an event of state shows that no snapshot is coming.
        var isAnnounced: Bool
    }

    init(position: LogOffset = .zero) { self.init(position: position, messages: position) }

    /// Begins at one position of a log whose messages are known up to another.
    init(position: LogOffset, messages: LogOffset) {
        self.position = position
        self.messages = messages
        self.repeated = position
    }

    /// What the ticket of the next connection says.
    var resumePosition: LogOffset {
        self.isStartingOver ? .zero : self.firm?.offset ?? self.position
    }

    /// Everything up to here came on the connection in use, or before it was asked for.
    var reached: LogOffset { min(self.position, self.repeated) }

    /// Whether the server said that a snapshot comes, and it has not come.
    var isSnapshotAnnounced: Bool { self.firm?.isAnnounced ?? false }

    /// Whether a snapshot that is not ahead of the position is news all the same.
    var isExpectingSnapshot: Bool { self.isStartingOver || self.firm != nil }

    /// Judges one event.
    mutating func receive(_ event: LoggedEvent, at now: MonotonicInstant) -> Verdict {
        let follows = event.previous == self.position || event.previous == self.repeated
        if event.previous == self.repeated, event.offset > self.repeated {
            self.repeated = event.offset
        }
        guard event.offset > self.position else { return .ignore }
        if follows { return self.take(event) }
        if let hole, event.previous == hole.skipped {
            // It follows what was skipped: the same hole, not a second one.
            self.hole?.skipped = event.offset
            return .ignore
        }
        return .gap(self.openGap(behind: event.offset, at: now))
    }

    /// Judges what a pong says about the last offset that was sent on this connection (HF-53).
    mutating func receive(top: LogOffset, at now: MonotonicInstant) -> Verdict {
        guard top > self.position else {
            // Nothing is being repeated any more.
            self.repeated = self.position
            return .ignore
        }
        if let hole, hole.since.duration(to: now) < Self.synchronizeTimeout { return .ignore }
        return .gap(self.openGap(behind: top, at: now))
    }

    /// Notes that something is missing for another reason, such as a broken snapshot.
    mutating func miss(at now: MonotonicInstant) -> Remedy {
        self.openGap(behind: self.position, at: now)
    }

    /// Takes the position of a snapshot, also where that lies behind (HF-37).
    mutating func jump(to offset: LogOffset, isReset: Bool) {
        self.messages = isReset ? offset : max(self.messages, offset)
        self.repeated = offset
        self.isStartingOver = false
        self.firm = nil
        self.reach(offset)
    }

    /// Another connection begins, whose ticket named `cursor`. While it was being opened the old one
    /// may have brought more: that comes again and is told apart.
    mutating func reconnected(from cursor: LogOffset, snapshotFollows: Bool) {
        let begin = self.isStartingOver ? cursor : self.resumePosition
        self.messages = max(self.messages, self.position)
        self.position = begin
        self.repeated = cursor
        self.hole = nil
        self.firm = snapshotFollows ? Firm(offset: begin, isAnnounced: true) : nil
    }

    /// Delivery was asked to begin at the position.
    mutating func synchronizes() {
        if self.firm == nil { self.firm = Firm(offset: self.position, isAnnounced: false) }
    }

    /// Delivery was asked to begin below the position; what is known already is told apart.
    mutating func repeats(from offset: LogOffset) { self.repeated = offset }

    private mutating func take(_ event: LoggedEvent) -> Verdict {
        if self.repeated == self.position { self.repeated = event.offset }
        self.reach(event.offset)
        switch event.event.deliveryClass {
        case .message:
            return event.offset > self.messages ? .apply : .ignore
        case .state:
            if self.firm?.isAnnounced == false { self.firm = nil }
            return .apply
        }
    }

    private mutating func reach(_ offset: LogOffset) {
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
