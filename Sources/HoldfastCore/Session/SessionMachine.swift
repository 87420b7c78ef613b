import HoldfastWire

/// One session of one call: what was received, what the app was told, what it asked for.
///
/// Outlives connections. Whatever happens to them, every event reaches the app once and in order,
/// and every command gets its outcome. Which connection is in use is decided elsewhere; only its
/// frames come here.
struct SessionMachine: Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// A connection was welcomed and is the one in use. Its ticket named `from`.
        case welcomed(Welcome, from: LogOffset)
        /// The connection in use is gone.
        case detached
        /// Events, a snapshot chunk, a result or a pong from the connection in use.
        case received(ServerMessage)
        /// A command of the app's, or with nil of the engine's own.
        case submitted(RequestID?, Command)
        /// The app's listeners returned for this and everything before it.
        case processed(DeliveryNumber)
        /// Something that is not in the log and that the app is told in its place.
        case reported(SessionEvent)
        /// A frame that carries the acknowledgement is about to be sent.
        case acknowledging
        /// ``SessionMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Send on the connection in use.
        case send(ClientMessage)
        /// Tell the app.
        case deliver(DeliveryNumber, SessionEvent)
        /// Tell the app what became of its command.
        case finish(RequestID, CommandOutcome)
        /// Somebody came, went or changed.
        case change(Roster.Change)
        /// The first snapshot is complete: this device is in the call.
        case begin
        /// A hole was not filled (HF-33): use another connection.
        case reconnect
        /// The log says that the call is over.
        case end(CallEndReason)
    }

    /// How far the session is from the app's point of view.
    enum Stage: Hashable, Sendable {
        /// No snapshot yet.
        case beginning
        /// The app was told that it joined.
        case inCall
        /// Nothing more is told behind what waits.
        case over
    }

    private(set) var stage: Stage = .beginning
    private(set) var isAttached = false
    var cursor = EventCursor()
    var snapshot = SnapshotAssembly()
    var roster = Roster()
    var deliveries = DeliveryQueue()
    var commands = CommandQueue()
    var acknowledgements = AcknowledgementPolicy()
    var clock = ServerClock()
    /// Whether the roster is what the log says. It is not in a process that was just restored.
    var isRosterKnown = false
    /// Whether events were left out because the app is too slow.
    var isShedding = false
    /// Whether the log told of the end of the call.
    var hasEnded = false
    /// Whether the app was told that the call is about to end.
    var isIdleWarned = false
    /// In a user's channel: its rings.
    var rings = RingBook()
    /// In a user's channel: what the server had at the welcome; nil once the app was told of all.
    var catchingUpTo: LogOffset?
    /// Where the channel's connection is, until the app is told that it joined.
    var channelState: ChannelState?
    /// What the call is called, as the first snapshot said.
    var title = ""
    /// What the welcome said, as far as the app is told.
    var idleTimeout: Duration = .zero
    let call: CallID

    /// Creates a session that nobody has welcomed yet.
    init(call: CallID) { self.call = call }

    /// Continues where an earlier process stopped (``ClientEvent/restore(_:_:_:)``).
    init(restoring stored: StoredSession) {
        self.init(call: stored.call)
        self.cursor = EventCursor(position: stored.cursor)
        self.deliveries.restore(processed: stored.cursor)
        self.roster.me = stored.participant
        self.commands.resume(after: stored.lastCommand, at: .zero)
    }

    /// Where delivery is to begin on the next connection: the last event received. What was
    /// received and not processed is kept here, so nothing is asked for twice.
    var resumePosition: LogOffset { self.cursor.resumePosition }

    /// What may be acknowledged: processed, and sent on this connection too, which may have begun
    /// further back.
    var acknowledgeable: LogOffset { min(self.deliveries.processed, self.cursor.reached) }

    /// Whether the app has deliveries that it has not processed.
    var isOwing: Bool { self.deliveries.processed < self.cursor.position }

    /// Whether everything was told.
    var isDrained: Bool { self.deliveries.isEmpty }

    /// When ``Event/deadlineReached`` is due next.
    var nextDeadline: MonotonicInstant? {
        guard self.isAttached else { return nil }
        return earliest(self.acknowledgements.dueAt, self.commands.nextDeadline)
    }

    /// Applies one event, at a time never earlier than the last one.
    mutating func handle(
        _ event: Event,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        switch event {
        case .welcomed(let welcome, let cursor):
            self.welcomed(welcome, from: cursor, at: now, effects: &effects)
        case .detached:
            self.isAttached = false
            self.snapshot.reset()
        case .received(let message):
            self.received(message, at: now, effects: &effects)
        case .submitted(let request, let command):
            self.submitted(request, command, effects: &effects)
        case .processed(let number):
            self.processed(number, at: now, effects: &effects)
        case .reported(let event):
            self.report(event)
        case .acknowledging:
            self.acknowledgements.sent(self.acknowledgeable)
        case .deadlineReached:
            for lost in self.commands.expire(at: now) {
                effects.append(.finish(lost.request, lost.outcome))
            }
        }
        self.checkCaughtUp(at: now)
        self.flush(at: now, effects: &effects)
    }

    /// Ends the session: nothing more is delivered behind `terminal`. `lastCommand` is the last
    /// one that took effect, if the server said so.
    mutating func end(
        with terminal: SessionEvent,
        lastCommand: CommandNumber?,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        guard self.stage != .over else { return }
        // Nothing is told before `joined`, not even what was received.
        if self.stage == .beginning { self.deliveries = DeliveryQueue() }
        self.stage = .over
        self.isAttached = false
        for outcome in self.commands.end(after: lastCommand) {
            effects.append(.finish(outcome.request, outcome.outcome))
        }
        self.deliveries.append(terminal)
        self.flush(at: now, effects: &effects)
    }

    mutating func setStage(_ stage: Stage) { self.stage = stage }

    mutating func setAttached(_ isAttached: Bool) { self.isAttached = isAttached }

    private mutating func report(_ event: SessionEvent) {
        if self.stage == .beginning, case .channel(.state(let state)) = event {
            self.channelState = state
        }
        guard self.stage == .inCall else { return }
        self.deliveries.append(event)
    }

    private mutating func submitted(
        _ request: RequestID?,
        _ command: Command,
        effects: inout [Effect]
    ) {
        let refusal: CommandOutcome? =
            if self.stage == .over {
                .failed(.callOver)
            } else if let failure = command.localFailure(in: self.call) {
                .failed(failure)
            } else if !self.commands.append(command, request: request) {
                .backpressure
            } else {
                nil
            }
        if let refusal, let request { effects.append(.finish(request, refusal)) }
    }

    private mutating func processed(
        _ number: DeliveryNumber,
        at now: MonotonicInstant,
        effects: inout [Effect]
    ) {
        let done = self.deliveries.processed(number)
        self.acknowledgements.processed(
            upTo: self.acknowledgeable,
            count: done.count,
            byteCount: done.byteCount,
            at: now
        )
        guard self.isShedding, self.deliveries.isHalfEmpty, self.isAttached else { return }
        self.isShedding = false
        effects.append(.send(.synchronize(from: self.cursor.position)))
    }

    /// Hands over, sends and acknowledges whatever has become possible.
    private mutating func flush(at now: MonotonicInstant, effects: inout [Effect]) {
        // Messages may come before the first snapshot; `joined` is told first.
        while self.stage != .beginning, let (number, event) = self.deliveries.next() {
            effects.append(.deliver(number, event))
        }
        guard self.isAttached else { return }
        for (number, command) in self.commands.takeSendable(at: now) {
            effects.append(.send(.command(number, command)))
        }
        if let dueAt = self.acknowledgements.dueAt, now >= dueAt {
            self.acknowledgements.sent(self.acknowledgeable)
            effects.append(.send(.acknowledge(self.acknowledgeable)))
        }
    }
}
