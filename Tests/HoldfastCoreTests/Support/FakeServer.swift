// A fake server: one call in memory. It keeps the HF rules of docs/protocol.md that a client can
// see, and it enforces those that a client must keep: every breach ends up in `violations`.
import HoldfastWire

@testable import HoldfastCore

struct FakeServer {
    struct Session {
        var participant: ParticipantID
        var generation: UInt32 = 1
        var counter: UInt64 = 0
        var lastCommand: UInt32 = 0
        var results: [UInt32: CommandResult] = [:]
        var connection: ConnectionID?
        var detachedAt: MonotonicInstant?
        var over: Over?
    }

    enum Over { case left, removed, expired }

    struct Connection {
        var session: SessionID
        /// The last offset sent, and where the next event's `previous` leads.
        var cursor: LogOffset
        var acknowledged: LogOffset
        var heardAt: MonotonicInstant
        /// Commands from here on are refused until the first of them comes again.
        var limitedFrom: UInt32?
    }

    /// Frames and ends, in order, that the network carries to the client.
    enum Output {
        case frame(ConnectionID, ServerMessage)
        case close(ConnectionID, CloseCode)
    }

    static let windowEventCount = 256
    static let replayCountMax = 20

    var random: SeededRandom
    private(set) var log: [LoggedEvent] = []
    private(set) var participants: [ParticipantID: Participant] = [:]
    private(set) var sessions: [SessionID: Session] = [:]
    private(set) var connections: [ConnectionID: Connection] = [:]
    private(set) var violations: [String] = []
    /// Effects of commands, by the text of their message.
    var effectCounts: [String: Int] = [:]
    /// Of a user's channel: those that have not ended.
    private(set) var rings: [RingID: Ring] = [:]
    /// Messages between these need not reach the client: its session was another one.
    private(set) var excused: [ClosedRange<LogOffset>] = []
    private(set) var firstSnapshot: LogOffset?
    var output: [Output] = []
    var detachWindow: Duration = .seconds(300)
    var isDraining = false
    /// One in so many commands is refused for now, and one in so many events is left out; 0: none.
    var limitRate = 0
    var gapRate = 0
    private var era: UInt32 = 1
    private var number: UInt32 = 0
    private var sessionCount = 0
    private(set) var ended: CallEndReason?

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    var top: LogOffset { self.log.last?.offset ?? .zero }

    private mutating func chance(_ rate: Int) -> Bool {
        rate > 0 && Int.random(in: 0..<rate, using: &self.random) == 0
    }

    // MARK: The call

    mutating func append(_ event: CallEvent, at now: MonotonicInstant) -> LogOffset {
        switch event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.participants[participant.id] = participant
        case .participantLeft(let id, _):
            self.participants[id] = nil
        case .ended(let reason):
            self.ended = reason
        case .ring(let ring):
            self.rings[ring.id] = ring
        case .ringEnded(let ring):
            self.rings[ring.id] = nil
        case .message, .idleWarning, .idleCleared, .userMessage, .unknown:
            break
        }
        self.number += 1
        let offset = LogOffset(era: Era(self.era), number: self.number)
        self.log.append(
            LoggedEvent(
                offset: offset,
                previous: self.top,
                timestampMilliseconds: now.offset.milliseconds,
                event: event
            )
        )
        for id in self.connections.keys.sorted() { self.pump(id) }
        if case .ended(let reason) = event {
            for id in self.connections.keys.sorted() {
                self.bye(id, Bye(code: .callEnded, reason: reason.rawValue))
            }
        }
        return offset
    }

    /// Whether the session may see an event: private messages to somebody else are filtered.
    private func isVisible(_ event: LoggedEvent, to participant: ParticipantID) -> Bool {
        guard case .message(let message) = event.event, !message.to.isEmpty else { return true }
        return message.to.contains(participant) || message.from == participant
    }

    /// Every message that the client must see, in order.
    func expectedMessages(of participant: ParticipantID) -> [LogOffset] {
        guard let first = self.firstSnapshot else { return [] }
        return self.log.filter { event in
            guard event.event.deliveryClass == .message, event.offset > first else { return false }
            return self.isVisible(event, to: participant)
        }.map(\.offset)
    }

    // MARK: Processes

    /// kill -9 and a start: everybody is detached, the log stays, the era is another one.
    mutating func restart(at now: MonotonicInstant) {
        for id in self.connections.keys.sorted() { self.detach(id, at: now) }
        self.era += 1
        self.number = 0
        self.isDraining = false
    }

    mutating func drain(delay: Duration) {
        self.isDraining = true
        for id in self.connections.keys.sorted() {
            self.output.append(.frame(id, .goAway(reason: "restart", delay: delay)))
        }
    }

    /// The transport says that a connection is gone, or the server saw 25 s of silence.
    mutating func detach(_ id: ConnectionID, at now: MonotonicInstant) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        guard self.sessions[connection.session]?.connection == id else { return }
        self.sessions[connection.session]?.connection = nil
        self.sessions[connection.session]?.detachedAt = now
    }

    mutating func tick(at now: MonotonicInstant) {
        for (id, connection) in self.connections.sorted(by: { $0.key < $1.key })
        where connection.heardAt.duration(to: now) > .seconds(75) {
            self.detach(id, at: now)
        }
        for (id, session) in self.sessions.sorted(by: { $0.key < $1.key }) {
            guard let at = session.detachedAt, session.over == nil,
                at.duration(to: now) > self.detachWindow
            else { continue }
            self.sessions[id]?.over = .expired
            _ = self.append(.participantLeft(session.participant, .timeout), at: now)
        }
        self.expireRings(at: now)
    }

    // MARK: Upgrades

    mutating func upgrade(
        _ id: ConnectionID,
        _ credentials: Credentials,
        at now: MonotonicInstant
    ) {
        switch credentials {
        case .join(let options, let token):
            if token.value.isEmpty { self.violations.append("a join without a token") }
            self.join(id, options, mode: .joined, at: now)
        case .resume(let ticket, _, let rejoin):
            self.resume(id, ticket, rejoin, at: now)
        }
    }

    private mutating func join(
        _ id: ConnectionID,
        _ options: JoinOptions,
        mode: Welcome.Mode,
        at now: MonotonicInstant
    ) {
        guard self.ended == nil else {
            return self.refuse(id, Bye(code: .callEnded, reason: "ended"))
        }
        self.sessionCount += 1
        let sessionID = SessionID("s\(self.sessionCount)")
        let participant = Participant(
            id: EngineHarness.me,
            userID: UserID("me"),
            displayName: options.displayName,
            media: options.media,
            joinedAtMilliseconds: 7
        )
        for (old, session) in self.sessions where session.over == nil {
            self.sessions[old]?.over = .left
            if let connection = session.connection {
                self.bye(connection, Bye(code: .replaced, reason: "replaced"))
            }
        }
        self.sessions[sessionID] = Session(participant: participant.id, connection: id)
        let isKnown = self.participants[participant.id] != nil
        _ = self.append(
            isKnown ? .participantUpdated(participant) : .participantJoined(participant),
            at: now
        )
        self.connections[id] = Connection(
            session: sessionID,
            cursor: .zero,
            acknowledged: .zero,
            heardAt: now
        )
        self.welcome(id, mode, from: .zero, snapshot: true, at: now)
        self.sendSnapshot(id, isReset: false, isJoin: true)
    }

    private mutating func resume(
        _ id: ConnectionID,
        _ ticket: ResumeTicket,
        _ rejoin: Credentials.Rejoin?,
        at now: MonotonicInstant
    ) {
        guard var session = self.sessions[ticket.session] else {
            return self.refuse(id, Bye(code: .sessionExpired, reason: ""))
        }
        guard ticket.counter.rawValue > session.counter else {
            let last = ResumeCounter(session.counter)
            return self.refuse(id, Bye(code: .staleCounter, reason: "", lastCounter: last))
        }
        session.counter = ticket.counter.rawValue
        self.sessions[ticket.session] = session
        if session.over != nil || self.ended != nil {
            return self.answerGone(id, session, ticket, rejoin, at: now)
        }
        if let old = session.connection {
            self.bye(old, Bye(code: .superseded, reason: ""))
        }
        session.generation += 1
        session.connection = id
        session.detachedAt = nil
        self.sessions[ticket.session] = session
        self.connections[id] = Connection(
            session: ticket.session,
            cursor: ticket.cursor,
            acknowledged: ticket.cursor,
            heardAt: now
        )
        let isKnown = ticket.cursor == .zero || self.log.contains { $0.offset == ticket.cursor }
        let behind = self.log.count { $0.offset > ticket.cursor }
        let snapshot = ticket.cursor == .zero || !isKnown || behind > Self.replayCountMax
        self.welcome(id, .resumed, from: ticket.cursor, snapshot: snapshot, at: now)
        let numbers = session.results.keys.sorted()
        for number in numbers where number > ticket.lastResult.rawValue {
            if let result = session.results[number] {
                self.output.append(.frame(id, .result(result)))
            }
        }
        if snapshot { self.sendSnapshot(id, isReset: !isKnown) } else { self.pump(id) }
    }

    private mutating func answerGone(
        _ id: ConnectionID,
        _ session: Session,
        _ ticket: ResumeTicket,
        _ rejoin: Credentials.Rejoin?,
        at now: MonotonicInstant
    ) {
        if let rejoin, self.ended == nil, session.over == .expired {
            self.excused.append(ticket.cursor...max(self.top, ticket.cursor))
            return self.join(id, rejoin.options, mode: .rejoined, at: now)
        }
        let code: CloseCode
        var welcome = EngineHarness.welcome(.ended, generation: session.generation)
        welcome.session = ticket.session
        welcome.lastCommand = CommandNumber(session.lastCommand)
        switch (self.ended, session.over) {
        case (let reason?, _): (code, welcome.reason) = (.callEnded, reason.rawValue)
        case (nil, .left?): (code, welcome.reason) = (.left, "left")
        case (nil, .removed?): (code, welcome.reason) = (.removed, "removed")
        case (nil, .expired?), (nil, nil):
            code = .sessionExpired
            welcome.mode = .expired
        }
        self.output.append(.frame(id, .welcome(welcome)))
        self.refuse(id, Bye(code: code, reason: welcome.reason))
    }

    private mutating func welcome(
        _ id: ConnectionID,
        _ mode: Welcome.Mode,
        from: LogOffset,
        snapshot: Bool,
        at now: MonotonicInstant
    ) {
        guard let sessionID = self.connections[id]?.session, let session = self.sessions[sessionID]
        else { return }
        var welcome = EngineHarness.welcome(mode, generation: session.generation)
        welcome.session = sessionID
        welcome.from = from
        welcome.top = self.top
        welcome.snapshotFollows = snapshot
        welcome.lastCommand = CommandNumber(session.lastCommand)
        welcome.detachWindow = self.detachWindow
        welcome.nowMilliseconds = now.offset.milliseconds
        self.output.append(.frame(id, .welcome(welcome)))
    }

    private mutating func sendSnapshot(_ id: ConnectionID, isReset: Bool, isJoin: Bool = false) {
        guard let connection = self.connections[id],
            let session = self.sessions[connection.session]
        else { return }
        // HF-23: messages behind the cursor come first, linked to each other.
        var previous = connection.cursor
        if !isJoin, !isReset {
            for var event in self.log where event.offset > connection.cursor {
                guard event.event.deliveryClass == .message,
                    self.isVisible(event, to: session.participant)
                else { continue }
                event.previous = previous
                previous = event.offset
                self.output.append(.frame(id, .events([event])))
            }
        }
        let everybody = self.participants.values.sorted { $0.id < $1.id }
        let half = everybody.count / 2
        for (index, part) in [everybody[..<half], everybody[half...]].enumerated() {
            let chunk = SnapshotChunk(
                offset: self.top,
                index: UInt32(index),
                count: 2,
                isReset: isReset,
                title: "Standup",
                participants: Array(part),
                rings: index == 0 ? [] : self.rings.values.sorted { $0.id < $1.id }
            )
            self.output.append(.frame(id, .snapshot(chunk)))
        }
        let top = self.top
        if self.firstSnapshot == nil { self.firstSnapshot = top }
        self.connections[id]?.cursor = top
    }

    private mutating func pump(_ id: ConnectionID) {
        guard var connection = self.connections[id],
            let session = self.sessions[connection.session]
        else { return }
        var page: [LoggedEvent] = []
        for var event in self.log where event.offset > connection.cursor {
            guard self.isVisible(event, to: session.participant) else { continue }
            let unacknowledged = self.log.count {
                $0.offset > connection.acknowledged && $0.offset <= connection.cursor
            }
            guard unacknowledged < Self.windowEventCount else { break }
            event.previous = connection.cursor
            connection.cursor = event.offset
            if !self.chance(self.gapRate) { page.append(event) }
        }
        self.connections[id] = connection
        if !page.isEmpty {
            self.output.append(.frame(id, .events(page)))
            // A duplicate must change nothing.
            if self.chance(10) { self.output.append(.frame(id, .events(page))) }
        }
    }

    // MARK: Frames

    mutating func receive(_ id: ConnectionID, _ message: ClientMessage, at now: MonotonicInstant) {
        guard let connection = self.connections[id] else { return }
        self.connections[id]?.heardAt = now
        switch message {
        case .command(let number, let command):
            self.command(id, connection.session, number, command, at: now)
        case .acknowledge(let offset):
            self.acknowledge(id, offset)
        case .ping(let ping, let acknowledged):
            self.acknowledge(id, acknowledged)
            let top = self.connections[id]?.cursor ?? .zero
            let pong = ServerMessage.pong(
                id: ping,
                top: top,
                nowMilliseconds: now.offset.milliseconds
            )
            self.output.append(.frame(id, pong))
        case .synchronize(let from):
            self.connections[id]?.cursor = from
            if from == .zero { self.sendSnapshot(id, isReset: false) } else { self.pump(id) }
        case .leave:
            self.sessions[connection.session]?.over = .left
            _ = self.append(.participantLeft(EngineHarness.me, .left), at: now)
            self.bye(id, Bye(code: .left, reason: "left"))
        case .watch(let users):
            for user in users { self.output.append(.frame(id, .presence(user, .attached))) }
        case .authenticate, .appState, .signal:
            break
        case .unknown:
            self.violations.append("an unknown frame")
        }
    }

    private mutating func acknowledge(_ id: ConnectionID, _ offset: LogOffset) {
        guard let connection = self.connections[id] else { return }
        if offset > connection.cursor {
            self.violations.append("HF-34: acknowledged \(offset) of \(connection.cursor)")
        }
        self.connections[id]?.acknowledged = max(connection.acknowledged, offset)
        self.pump(id)
    }

    private mutating func command(
        _ id: ConnectionID,
        _ sessionID: SessionID,
        _ number: CommandNumber,
        _ command: Command,
        at now: MonotonicInstant
    ) {
        guard let session = self.sessions[sessionID] else { return }
        if number.rawValue <= session.lastCommand {
            guard let result = session.results[number.rawValue] else { return }
            return self.output.append(.frame(id, .result(result)))
        }
        if let limited = self.connections[id]?.limitedFrom, number.rawValue > limited {
            return self.limit(id, number)
        }
        guard number.rawValue == session.lastCommand + 1 else {
            return self.violations.append("HF-39: \(number) behind \(session.lastCommand)")
        }
        if self.chance(self.limitRate) {
            self.connections[id]?.limitedFrom = number.rawValue
            return self.limit(id, number)
        }
        self.connections[id]?.limitedFrom = nil
        var outcome = CommandResult.Outcome.done(.zero)
        switch command {
        case .sendMessage(let to, let body):
            if case .text(let text) = body { self.effectCounts[text, default: 0] += 1 }
            let message = CallMessage(from: session.participant, to: to, body: body)
            outcome = .done(self.append(.message(message), at: now))
        case .setMedia(let media):
            if var participant = self.participants[session.participant] {
                participant.media = media
                outcome = .done(self.append(.participantUpdated(participant), at: now))
            }
        case .ring, .cancelRing, .acceptRing, .rejectRing, .messageUser, .setPush:
            outcome = self.channelCommand(command, at: now)
        case .removeParticipant, .endCall, .unknown:
            break
        }
        let result = CommandResult(number: number, outcome: outcome)
        self.sessions[sessionID]?.lastCommand = number.rawValue
        self.sessions[sessionID]?.results[number.rawValue] = result
        self.output.append(.frame(id, .result(result)))
    }

    private mutating func limit(_ id: ConnectionID, _ number: CommandNumber) {
        let failure = CommandFailure(
            code: .rateLimited,
            message: "",
            retryAfter: .milliseconds(200)
        )
        let result = CommandResult(number: number, outcome: .failed(failure))
        self.output.append(.frame(id, .result(result)))
    }

    mutating func bye(_ id: ConnectionID, _ bye: Bye) {
        self.output.append(.frame(id, .bye(bye)))
        self.output.append(.close(id, bye.code))
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        if self.sessions[connection.session]?.connection == id {
            self.sessions[connection.session]?.connection = nil
        }
    }

    private mutating func refuse(_ id: ConnectionID, _ bye: Bye) { self.bye(id, bye) }
}
