import HoldfastProto
import HoldfastServerCore
import HoldfastWire

/// One server engine with a few connections, driven by a fuzzer's input: frames as they were read,
/// in any order, with commits that fail and time that passes.
struct ServerWorld {
    private static let call = CallID("fuzz")
    private static let claims = AccessClaims(
        user: UserID("u"),
        scope: .everyCall,
        grants: [.join, .publish, .remove, .end],
        expiresAt: MonotonicInstant(offset: .seconds(2_000_000))
    )

    private var now = MonotonicInstant(offset: .seconds(1_000_000))
    private var engine: ServerEngine
    private var connectionCount: UInt64 = 0
    private var sessions: [SessionID] = []
    private var answers: [ServerEvent] = []
    private var isDiskFull = false

    init() {
        self.engine = ServerEngine(
            era: Era(1),
            startedAt: self.now,
            seed: (1, 2, 3, 4)
        )
    }

    mutating func step(_ input: inout InputReader) {
        switch input.choice(9) {
        case 0: self.join(&input)
        case 1: self.resume(&input)
        case 2, 3: self.receive(&input)
        case 4: self.handle(.closed(self.connection(&input), code: nil))
        case 5: self.handle(.receivedGarbage(self.connection(&input), reason: "fuzz"))
        case 6:
            let connection = self.connection(&input)
            self.handle(.writabilityChanged(connection, isWritable: input.byte() & 1 == 0))
        case 7: self.isDiskFull.toggle()
        default: self.advance(by: .milliseconds(1 << input.choice(24)))
        }
        self.answerStore()
    }

    private mutating func newConnection() -> ConnectionID {
        self.connectionCount += 1
        return ConnectionID(self.connectionCount)
    }

    private func connection(_ input: inout InputReader) -> ConnectionID {
        ConnectionID(UInt64(input.byte() % 8) + 1)
    }

    private mutating func join(_ input: inout InputReader) {
        let token = Base64URL.encode(input.chunk())
        let codec = FrameCodec(encoding: .binary)
        var options = (try? codec.decodeJoinOptions(token: token)) ?? JoinOptions(call: Self.call)
        options.call = Self.call
        self.handle(.joinRequested(self.newConnection(), Self.claims, options))
    }

    private mutating func resume(_ input: inout InputReader) {
        guard !self.sessions.isEmpty else { return }
        let session = self.sessions[input.choice(self.sessions.count)]
        let ticket = ResumeTicket(
            call: Self.call,
            session: session,
            key: KeyID("k1"),
            counter: ResumeCounter(UInt64(input.byte())),
            cursor: LogOffset(
                era: Era(UInt32(input.byte() & 3)),
                number: UInt32(input.byte())
            ),
            appState: input.byte() & 1 == 0 ? .foreground : .background,
            lastResult: CommandNumber(UInt32(input.byte()))
        )
        self.handle(.resumeRequested(self.newConnection(), ticket, rejoin: nil))
    }

    private mutating func receive(_ input: inout InputReader) {
        let connection = self.connection(&input)
        let codec = FrameCodec(encoding: .binary)
        guard let message = try? codec.decodeClient(input.chunk()) else {
            return self.handle(.receivedGarbage(connection, reason: "fuzz"))
        }
        self.handle(.received(connection, message))
    }

    private mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        var count = 0
        while let deadline = self.engine.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            self.handle(.deadlineReached)
            self.answerStore()
            count += 1
            check(count < 100_000, "the engine's deadlines do not end")
        }
        self.now = end
    }

    private mutating func answerStore() {
        while !self.answers.isEmpty { self.handle(self.answers.removeFirst()) }
    }

    private mutating func handle(_ event: ServerEvent) {
        var effects: [ServerEffect] = []
        self.engine.handle(event, at: self.now, effects: &effects)
        for effect in effects {
            switch effect {
            case .welcome(_, let welcome, _):
                if self.sessions.count < 8 { self.sessions.append(welcome.session) }
            case .load(let call):
                self.answers.append(.loaded(call, StoredCall()))
            case .readMessages(let call, let connection, let after, _):
                self.answers.append(.pageRead(call, connection, after: after, []))
            case .commit(let call, let number, _):
                let isDone = !self.isDiskFull
                self.answers.append(
                    isDone ? .committed(call, number) : .commitFailed(call, number)
                )
            case .verify(let connection, let token):
                let holds = token.utf8.count.isMultiple(of: 2)
                self.answers.append(.verified(connection, holds ? Self.claims : nil))
            case .fault:
                check(false, "the engine reports a fault of its own")
            case .deliver(_, _, let events):
                Self.write(.events(events))
            case .send(_, let message):
                Self.write(message)
            case .post(let letter):
                self.answers.append(.letterArrived(letter))
            case .acknowledge(let receipt):
                self.answers.append(.letterTaken(receipt))
            case .watchStarted(let user, let watcher):
                self.answers.append(.watchStarted(user, watcher))
            case .watchEnded(let user, let watcher):
                self.answers.append(.watchEnded(user, watcher))
            case .tellPresence(let user, let presence, let watchers):
                self.answers.append(.presenceTold(user, presence, watchers))
            case .push(let push):
                self.answers.append(
                    .pushAnswered(push.user, push.id, push.registration, .failed(retryAfter: nil))
                )
            case .close, .administered, .count, .sendICEServers:
                break
            }
        }
    }

    /// What a server says can be written, but for pages that the shell divides.
    private static func write(_ message: ServerMessage) {
        for codec in [FrameCodec(encoding: .binary), FrameCodec(encoding: .json)] {
            do {
                _ = try codec.encode(message)
            } catch {
                guard case .tooLarge = error else { return check(false, "cannot be written") }
            }
        }
    }
}
