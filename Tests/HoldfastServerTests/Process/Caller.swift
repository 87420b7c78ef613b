#if Server

import Foundation
import HoldfastWire
import Testing

@testable import HoldfastServer

/// A client of a real server that keeps what `docs/protocol.md` says a client keeps: its session,
/// its cursor, and what it has seen. It decides nothing by itself, so that a test can.
struct Caller {
    /// One message of the log.
    struct Text: Hashable {
        var offset: LogOffset
        var text: String
    }

    let user: String
    let key: ResumeKey
    let call: CallID
    let session: SessionID
    let participant: ParticipantID
    private(set) var client: TestClient
    var cursor: LogOffset = .zero
    private(set) var texts: [Text] = []
    private(set) var roster: [ParticipantID: Participant] = [:]
    /// What others were seen as, in order.
    private(set) var reachabilities: [Reachability] = []
    private(set) var departureCount = 0
    private(set) var resetCount = 0
    /// Events whose `previous` was not the cursor (HF-33).
    private(set) var chainBreakCount = 0
    /// In a channel: the rings and their ends that it was told of, in order.
    private(set) var rings: [String] = []
    /// In a channel: what rings, as it was told.
    private(set) var ringing: Set<RingID> = []
    private(set) var results: [CommandResult] = []
    private(set) var goodbye: Bye?
    private var commandCount: UInt32 = 0
    private var counter: UInt64 = 0

    /// Joins, and reads up to its first snapshot.
    init(
        _ user: String,
        joining daemon: Daemon,
        port: Int,
        _ options: JoinOptions = JoinOptions(call: .demo)
    ) async throws {
        self.user = user
        self.client = try await daemon.join(port: port, user, options)
        let welcome = try #require(await self.client.welcome())
        self.key = try #require(welcome.resumeKey)
        self.call = welcome.call
        self.session = welcome.session
        self.participant = welcome.participant
        let isIn = await self.read { $0.cursor != .zero }
        try #require(isIn)
    }

    /// Comes back with this cursor, or its own; tries again until somebody answers.
    mutating func resume(
        port: Int,
        cursor: LogOffset? = nil,
        appState: AppState = .foreground
    ) async throws -> Welcome {
        self.cursor = cursor ?? self.cursor
        for _ in 0..<1000 {
            let header = try self.resumeHeader(port: port, appState: appState)
            if let client = try? await TestClient.connect(port: port, headers: [header]),
                client.status == 101
            {
                self.client = client
                return try #require(await client.welcome())
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CancellationError()
    }

    /// The header of its next attempt.
    mutating func resumeHeader(
        port: Int,
        appState: AppState = .foreground
    ) throws -> (String, String) {
        self.counter = max(self.counter + 1, UInt64(Date().timeIntervalSince1970 * 1000))
        let ticket = ResumeTicket(
            call: self.call,
            session: self.session,
            key: self.key.id,
            counter: ResumeCounter(self.counter),
            cursor: self.cursor,
            appState: appState,
            lastResult: CommandNumber(self.commandCount)
        )
        return try TestServer.resumeHeader(ticket, secret: self.key.secret.value, port: port)
    }

    /// Says something, and waits until that is durable.
    mutating func say(_ text: String) async throws {
        self.commandCount += 1
        try self.repeatLast(text)
        let number = CommandNumber(self.commandCount)
        let isAnswered = await self.read { $0.results.last?.number == number }
        try #require(isAnswered)
    }

    /// Sends a command, and waits for what became of it.
    mutating func ask(_ command: Command) async throws -> CommandResult.Outcome {
        self.commandCount += 1
        let number = CommandNumber(self.commandCount)
        try self.client.send(.command(number, command))
        let isAnswered = await self.read { $0.results.last?.number == number }
        try #require(isAnswered)
        return try #require(self.results.last?.outcome)
    }

    /// Sends the command with the last number again.
    func repeatLast(_ text: String) throws {
        let command = Command.sendMessage(to: [], body: .text(text))
        try self.client.send(.command(CommandNumber(self.commandCount), command))
    }

    /// Takes what comes until `isDone`; false when the connection ended before.
    mutating func read(until isDone: (Caller) -> Bool) async -> Bool {
        while !isDone(self) {
            switch await self.client.next() {
            case .message(let message): self.takeAndAcknowledge(message)
            case .pong: continue
            case .close, .end: return false
            }
        }
        return true
    }

    /// Everything up to the answer to a ping: the server has nothing more to say now.
    mutating func catchUp(_ id: UInt32 = 99) async throws {
        try self.client.send(.ping(id: id, acknowledged: self.cursor))
        while let message = await self.client.nextMessage() {
            if case .pong(id, _, _) = message { return }
            self.takeAndAcknowledge(message)
        }
        Issue.record("the connection ended")
    }

    private mutating func takeAndAcknowledge(_ message: ServerMessage) {
        let before = self.cursor
        self.take(message)
        if self.cursor != before { try? self.client.send(.acknowledge(self.cursor)) }
    }

    private mutating func take(_ message: ServerMessage) {
        switch message {
        case .events(let events):
            for event in events where event.offset > self.cursor {
                if event.previous != self.cursor { self.chainBreakCount += 1 }
                self.cursor = event.offset
                self.note(event)
            }
        case .snapshot(let chunk):
            guard chunk.isReset || chunk.offset > self.cursor else { return }
            if chunk.index == 0 {
                self.roster = [:]
                self.ringing = []
                if chunk.isReset { self.resetCount += 1 }
            }
            for one in chunk.participants { self.roster[one.id] = one }
            self.ringing.formUnion(chunk.rings.map(\.id))
            if chunk.index + 1 == chunk.count { self.cursor = chunk.offset }
        case .result(let result): self.results.append(result)
        case .bye(let bye): self.goodbye = bye
        case .welcome, .pong, .goAway, .signal, .iceServers, .presence, .unknown: break
        }
    }

    private mutating func note(_ event: LoggedEvent) {
        switch event.event {
        case .message(let message):
            guard case .text(let text) = message.body else { return }
            self.texts.append(Text(offset: event.offset, text: text))
        case .participantJoined(let one): self.roster[one.id] = one
        case .participantUpdated(let one):
            self.roster[one.id] = one
            self.reachabilities.append(one.reachability)
        case .participantLeft(let id, _):
            self.roster[id] = nil
            self.departureCount += 1
        case .ring(let ring):
            self.ringing.insert(ring.id)
        case .ringEnded(let ring):
            self.ringing.remove(ring.id)
            let legs = ring.legs.map { "\($0.user.rawValue) \($0.state)" }
            self.rings.append("\(ring.id): " + legs.joined(separator: ", "))
        case .idleWarning, .idleCleared, .ended, .userMessage, .unknown: break
        }
    }
}

#endif
