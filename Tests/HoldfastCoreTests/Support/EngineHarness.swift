import HoldfastWire
import Testing

@testable import HoldfastCore

/// One engine with one call, driven by hand: the test is driver, transport and server.
///
/// Deadlines are served as ``advance(by:)`` passes them, as a driver would. What the app is told is
/// processed at once unless ``isAppBusy``.
struct EngineHarness {
    static let call = CallHandle(1)
    static let token = Private("token-1")
    static let key = ResumeKey(id: KeyID("k1"), secret: [1, 2, 3])
    static let me = ParticipantID("p_b")
    static let wall: UInt64 = 1_700_000_000_000

    var engine: ClientEngine
    private(set) var now: MonotonicInstant = .zero
    /// Everything since the last ``take()``.
    private(set) var effects: [ClientEffect] = []
    /// Everything the app was told, ever.
    private(set) var told: [SessionEvent] = []
    /// Every connection that was asked for and not closed by us.
    private(set) var open: Set<ConnectionID> = []
    private(set) var connections: [ConnectionID] = []
    var isAppBusy = false

    init(
        seed: UInt64 = 7,
        keepAlive: KeepAliveOptions = KeepAliveOptions(),
        profile: PlatformProfile = .plain
    ) {
        self.engine = ClientEngine(
            configuration: .init(
                seed: seed,
                wallOriginMilliseconds: Self.wall,
                keepAlive: keepAlive,
                profile: profile
            )
        )
    }

    /// Feeds one event and returns its effects.
    @discardableResult
    mutating func send(_ event: ClientEvent) -> [ClientEffect] {
        if case .closed(let id, _) = event { self.open.remove(id) }
        var new: [ClientEffect] = []
        self.engine.handle(event, at: self.now, effects: &new)
        self.effects += new
        var processed: [DeliveryNumber] = []
        for effect in new {
            switch effect {
            case .connect(let id, _, _, _):
                self.connections.append(id)
                self.open.insert(id)
            case .close(let id, _):
                self.open.remove(id)
            case .deliver(_, let number, let event):
                self.told.append(event)
                processed.append(number)
            default:
                break
            }
        }
        if !self.isAppBusy {
            for number in processed { new += self.send(.processed(Self.call, number)) }
        }
        return new
    }

    /// Lets time pass and serves every deadline on the way.
    @discardableResult
    mutating func advance(by duration: Duration) -> [ClientEffect] {
        let end = self.now.advanced(by: duration)
        var all: [ClientEffect] = []
        var steps = 0
        while let deadline = self.engine.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            all += self.send(.deadlineReached)
            steps += 1
            if steps > 10_000 {
                Issue.record("the engine spins at \(self.now)")
                break
            }
        }
        self.now = end
        return all
    }

    /// Whether the app was told that the call is over.
    var isOver: Bool { self.told.contains { $0.isTerminal } }

    /// Time passes, and the process does not run.
    mutating func isStopped(for duration: Duration) { self.now = self.now.advanced(by: duration) }

    /// The effects since the last call.
    mutating func take() -> [ClientEffect] {
        defer { self.effects = [] }
        return self.effects
    }

    /// The newest connection.
    var last: ConnectionID { self.connections.last ?? ConnectionID(0) }

    // MARK: A call that works

    /// Joins, with `others` already there; the first snapshot is at offset (1, 1).
    mutating func join(
        others: [Participant] = [],
        media: MediaSettings? = nil,
        welcome change: (inout Welcome) -> Void = { _ in }
    ) {
        self.send(.join(Self.call, Self.request(media: media)))
        self.send(.tokenProvided(Self.call, Self.token))
        self.send(.opened(self.last))
        var welcome = Self.welcome(.joined, generation: 1)
        change(&welcome)
        self.send(.received(self.last, .welcome(welcome)))
        self.snapshot([Self.participant("p_b")] + others, at: LogOffset(era: Era(1), number: 1))
        self.effects = []
    }

    mutating func snapshot(
        _ participants: [Participant],
        at offset: LogOffset,
        isReset: Bool = false
    ) {
        let chunk = SnapshotChunk(
            offset: offset,
            index: 0,
            count: 1,
            isReset: isReset,
            title: "Standup",
            participants: participants
        )
        self.send(.received(self.last, .snapshot(chunk)))
    }

    /// The newest attempt is welcomed back.
    @discardableResult
    mutating func resume(
        generation: UInt32,
        welcome change: (inout Welcome) -> Void = { _ in }
    ) -> [ClientEffect] {
        self.send(.opened(self.last))
        var welcome = Self.welcome(.resumed, generation: generation)
        change(&welcome)
        return self.send(.received(self.last, .welcome(welcome)))
    }

    /// A message of somebody else's with the number `number` of era 1, behind the one before it.
    static func message(_ number: UInt32, _ text: String = "hello") -> LoggedEvent {
        LoggedEvent(
            offset: LogOffset(era: Era(1), number: number),
            previous: LogOffset(era: Era(1), number: number - 1),
            timestampMilliseconds: 5,
            event: .message(CallMessage(from: ParticipantID("p_a"), body: .text(text)))
        )
    }

    static func participant(_ id: String, joinedAt: Int64 = 1) -> Participant {
        Participant(
            id: ParticipantID(id),
            userID: UserID("user-of-\(id)"),
            media: MediaState(microphone: .live),
            joinedAtMilliseconds: joinedAt
        )
    }

    static func request(media: MediaSettings? = nil) -> JoinRequest {
        JoinRequest(options: JoinOptions(call: CallID("standup")), media: media)
    }

    static func welcome(_ mode: Welcome.Mode, generation: UInt32) -> Welcome {
        Welcome(
            call: CallID("standup"),
            session: SessionID("s1"),
            participant: Self.me,
            generation: ConnectionGeneration(generation),
            mode: mode,
            from: .zero,
            top: .zero,
            snapshotFollows: mode != .resumed,
            lastCommand: .none,
            resumeKey: mode == .joined || mode == .rejoined ? Self.key : nil
        )
    }
}

extension [ClientEffect] {
    /// The frames sent, without their connections.
    var sent: [ClientMessage] {
        self.compactMap { if case .send(_, let message) = $0 { message } else { nil } }
    }

    /// What the app is told.
    var delivered: [SessionEvent] {
        self.compactMap { if case .deliver(_, _, let event) = $0 { event } else { nil } }
    }

    var connects: [Credentials] {
        self.compactMap {
            if case .connect(_, _, let credentials, _) = $0 { credentials } else { nil }
        }
    }

    var timeouts: [Duration] {
        self.compactMap { if case .connect(_, _, _, let timeout) = $0 { timeout } else { nil } }
    }

    var tickets: [ResumeTicket] {
        self.connects.compactMap { if case .resume(let ticket, _, _) = $0 { ticket } else { nil } }
    }

    var closes: [CloseCode] {
        self.compactMap { if case .close(_, let code) = $0 { code } else { nil } }
    }

    var commands: [MediaCommand] {
        self.compactMap { if case .media(_, let command) = $0 { command } else { nil } }
    }

    var outcomes: [CommandOutcome] {
        self.compactMap { if case .finish(_, let outcome) = $0 { outcome } else { nil } }
    }
}

extension EngineHarness {
    /// In a call in which `p_a` is, too.
    static func joined(
        media: MediaSettings? = nil,
        welcome: (inout Welcome) -> Void = { _ in }
    ) -> EngineHarness {
        var phone = EngineHarness()
        phone.join(others: [EngineHarness.participant("p_a")], media: media, welcome: welcome)
        return phone
    }
}
