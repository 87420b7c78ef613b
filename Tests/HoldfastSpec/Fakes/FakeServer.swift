// A fake of the call server, for one call and one client: it answers inside the client's own calls,
// without time. It enforces that joins carry the token, that a resume's MAC and counter are right and
// that command numbers have no gap, and it keeps one log with cursors. No idle time, no limits.
internal import Holdfast
internal import HoldfastCore
import HoldfastProto
package import HoldfastWire

/// Plays the server on a ``FakeTransport``.
package final class FakeServer: Sendable {
    private struct State {
        var log: [LoggedEvent] = []
        var participants: [Participant] = []
        var generation: UInt32 = 0
        var lastCounter: UInt64 = 0
        var lastCommand: UInt32 = 0
        var connection: FakeConnection?
        var refusal: CloseCode?
        var faults: [String] = []
        var acknowledged: LogOffset = .zero
    }

    private static let secret = [UInt8](repeating: 7, count: 32)
    private static let codec = FrameCodec(encoding: .binary)
    package let token = "good-token"
    package let local = ParticipantID("p_local")
    private let state = Locked(State())
    private let crypto = FakeCryptography()

    package init() {}

    /// What the client did wrong; empty in a good test.
    package var faults: [String] { self.state.withLock { $0.faults } }

    /// The connection that is attached.
    package var connection: FakeConnection? { self.state.withLock { $0.connection } }

    /// Up to where the client says that its app has processed events.
    package var acknowledged: LogOffset { self.state.withLock { $0.acknowledged } }

    /// The end of the log.
    package var top: LogOffset { self.state.withLock { $0.log.last?.offset ?? .zero } }

    /// What to pass to ``FakeTransport``.
    package var peer: FakeTransport.Peer {
        { [self] connection in self.accept(connection) }
    }

    /// From now on every upgrade is answered with `bye`; nil ends that.
    package func refuse(with code: CloseCode?) { self.state.withLock { $0.refusal = code } }

    /// Somebody else joins.
    package func join(_ participant: Participant) {
        self.state.withLock { $0.participants.append(participant) }
        self.append(.participantJoined(participant))
    }

    /// A message from somebody else.
    package func say(_ text: String, from: ParticipantID) {
        self.append(.message(CallMessage(from: from, body: .text(text))))
    }

    /// The call ends for everybody.
    package func end(_ reason: CallEndReason) {
        self.append(.ended(reason))
        self.bye(.callEnded, reason.rawValue)
    }

    /// Says goodbye and closes.
    package func bye(_ code: CloseCode, _ reason: String = "") {
        guard let connection = self.connection else { return }
        self.send(.bye(Bye(code: code, reason: reason)), to: connection)
        connection.end(.closed(code))
    }

    private func append(_ event: CallEvent) {
        let (logged, connection) = self.state.withLock { state in
            let previous = state.log.last?.offset ?? .zero
            let logged = LoggedEvent(
                offset: LogOffset(era: Era(1), number: previous.number + 1),
                previous: previous,
                timestampMilliseconds: 1_735_689_600_000,
                event: event
            )
            state.log.append(logged)
            return (logged, state.connection)
        }
        if let connection { self.send(.events([logged]), to: connection) }
    }

    // MARK: - Upgrades

    private func accept(_ connection: FakeConnection) {
        let fields = Dictionary(
            connection.request.fields.map { ($0.name, $0.value.value) },
            uniquingKeysWith: { first, _ in first }
        )
        guard let authorization = fields["Authorization"] else {
            return self.fault("a request without Authorization")
        }
        if let code = self.state.withLock({ $0.refusal }) {
            connection.open()
            self.send(.bye(Bye(code: code, reason: "refused by the test")), to: connection)
            return connection.end(.closed(code))
        }
        connection.onSend { [self] in self.receive($0, on: connection) }
        if authorization.hasPrefix("Resume ") {
            self.resume(authorization, connection)
        } else {
            self.join(authorization, fields["X-Holdfast-Options"] ?? "", connection)
        }
    }

    private func join(_ authorization: String, _ options: String, _ connection: FakeConnection) {
        guard let options = try? Self.codec.decodeJoinOptions(token: options) else {
            return self.fault("options that cannot be read")
        }
        connection.open()
        guard authorization == "Bearer \(self.token)" else {
            self.send(.bye(Bye(code: .unauthorized, reason: "bad token")), to: connection)
            return connection.end(.closed(.unauthorized))
        }
        let me = Participant(
            id: self.local,
            userID: UserID("me"),
            displayName: options.displayName,
            media: options.media
        )
        self.attach { $0.participants.insert(me, at: 0) }
        self.append(.participantJoined(me))
        let welcome = self.welcome(mode: .joined, options.call, from: .zero)
        self.send(.welcome(welcome), to: connection)
        self.sendSnapshot(to: connection)
        self.state.withLock { $0.connection = connection }
    }

    private func resume(_ authorization: String, _ connection: FakeConnection) {
        guard let proof = try? ResumeAuthorization(headerValue: authorization),
            let ticket = try? Self.codec.decodeResumeTicket(token: proof.payload)
        else { return self.fault("a ticket that cannot be read") }
        let host = connection.request.server.authority
        let input = resumeSigningInput(host: host, payload: proof.payload)
        guard proof.mac == self.crypto.authenticationCode(of: input, key: Self.secret) else {
            self.fault("a ticket with a wrong MAC")
            return connection.end(.rejected(status: 401, retryAfter: nil))
        }
        let isFresh = self.state.withLock { state in
            defer { state.lastCounter = max(state.lastCounter, ticket.counter.rawValue) }
            return ticket.counter.rawValue > state.lastCounter
        }
        guard isFresh else { return self.fault("a counter that did not grow") }
        connection.open()
        self.attach { _ in }
        let welcome = self.welcome(mode: .resumed, ticket.call, from: ticket.cursor)
        self.send(.welcome(welcome), to: connection)
        let missed = self.state.withLock { $0.log.filter { $0.offset > ticket.cursor } }
        if !missed.isEmpty { self.send(.events(missed), to: connection) }
        self.state.withLock { $0.connection = connection }
    }

    private func attach(_ change: (inout State) -> Void) {
        let old = self.state.withLock { state in
            state.generation += 1
            change(&state)
            defer { state.connection = nil }
            return state.connection
        }
        old?.end(.closed(.superseded))
    }

    private func welcome(mode: Welcome.Mode, _ call: CallID, from: LogOffset) -> Welcome {
        self.state.withLock { state in
            Welcome(
                call: call,
                session: SessionID("session"),
                participant: self.local,
                generation: ConnectionGeneration(state.generation),
                mode: mode,
                from: from,
                top: state.log.last?.offset ?? .zero,
                snapshotFollows: mode == .joined,
                lastCommand: CommandNumber(state.lastCommand),
                nowMilliseconds: 1_735_689_600_000,
                authExpiresAtMilliseconds: 1_735_689_600_000 + 3_600_000,
                resumeKey: mode == .joined
                    ? ResumeKey(id: KeyID("k1"), secret: Self.secret) : nil
            )
        }
    }

    private func sendSnapshot(to connection: FakeConnection) {
        let chunk = self.state.withLock { state in
            SnapshotChunk(
                offset: state.log.last?.offset ?? .zero,
                index: 0,
                count: 1,
                title: "fake",
                participants: state.participants
            )
        }
        self.send(.snapshot(chunk), to: connection)
    }

    // MARK: - Frames

    private func receive(_ message: TransportMessage, on connection: FakeConnection) {
        guard let frame = try? Self.codec.decodeClient(message.bytes) else {
            return self.fault("a frame that cannot be read")
        }
        switch frame {
        case .command(let number, let command):
            self.perform(command, number, on: connection)
        case .ping(let id, let acknowledged):
            self.acknowledge(acknowledged)
            self.send(.pong(id: id, top: self.top, nowMilliseconds: 0), to: connection)
        case .acknowledge(let offset):
            self.acknowledge(offset)
        case .leave:
            self.bye(.left)
        case .synchronize(let from):
            self.repeatMessages(behind: from, to: connection)
            self.sendSnapshot(to: connection)
        case .appState, .authenticate, .signal, .watch, .unknown:
            break
        }
    }

    /// The messages that a snapshot does not supersede, linked as if nothing else existed (HF-23).
    private func repeatMessages(behind cursor: LogOffset, to connection: FakeConnection) {
        var previous = cursor
        var messages: [LoggedEvent] = []
        for var event in self.state.withLock({ $0.log }) where event.offset > cursor {
            guard case .message = event.event else { continue }
            event.previous = previous
            previous = event.offset
            messages.append(event)
        }
        if !messages.isEmpty { self.send(.events(messages), to: connection) }
    }

    private func acknowledge(_ offset: LogOffset) {
        self.state.withLock { $0.acknowledged = max($0.acknowledged, offset) }
    }

    private func perform(
        _ command: Command,
        _ number: CommandNumber,
        on connection: FakeConnection
    ) {
        let isNext = self.state.withLock { state in
            defer { state.lastCommand = number.rawValue }
            return number.rawValue == state.lastCommand + 1
        }
        guard isNext else { return self.fault("a gap in the commands") }
        switch command {
        case .sendMessage(let to, let body):
            self.append(.message(CallMessage(from: self.local, to: to, body: body)))
        case .removeParticipant:
            let failure = CommandFailure(code: .forbidden, message: "no grant")
            let result = CommandResult(number: number, outcome: .failed(failure))
            return self.send(.result(result), to: connection)
        case .setMedia, .endCall, .ring, .cancelRing, .acceptRing, .rejectRing, .messageUser,
            .setPush, .unknown:
            break
        }
        let result = CommandResult(number: number, outcome: .done(self.top))
        self.send(.result(result), to: connection)
        if case .endCall = command { self.end(.ended) }
    }

    private func send(_ message: ServerMessage, to connection: FakeConnection) {
        guard let bytes = try? Self.codec.encode(message) else {
            return self.fault("an answer that cannot be written")
        }
        connection.deliver(TransportMessage(bytes: bytes, kind: .binary))
    }

    private func fault(_ text: String) { self.state.withLock { $0.faults.append(text) } }
}
