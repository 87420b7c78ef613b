// A fake stands here for network and server: whoever asks is let in, and every command is done.
import HoldfastCore
import HoldfastWire

/// The shipped client engine inside an app, in one call or two. What it decides comes out as commands for the
/// platform and for the media engine.
struct EngineInApp: Sendable {
    /// What is to be carried out.
    enum Order: Hashable, Sendable {
        case platform(PlatformCommand)
        case media(CallHandle, MediaCommand)
        case ended(CallHandle)
    }

    static let first = CallHandle(1)
    static let second = CallHandle(2)

    private var engine: ClientEngine
    private var hasServer = false
    /// Attempts that wait for the server to answer.
    private var attempts: [(id: ConnectionID, call: CallHandle)] = []
    private var open: [ConnectionID: CallHandle] = [:]
    private var generation: UInt32 = 0

    init(profile: PlatformProfile, options: KeepAliveOptions = KeepAliveOptions()) {
        self.engine = ClientEngine(
            configuration: ClientEngine.Configuration(
                seed: 1,
                wallOriginMilliseconds: 1_700_000_000_000,
                keepAlive: options,
                profile: profile
            )
        )
    }

    var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    // MARK: Calls

    mutating func join(
        _ call: CallHandle,
        isVideo: Bool,
        at now: MonotonicInstant
    ) -> [Order] {
        var options = JoinOptions(call: CallID("call-\(call.rawValue)"))
        options.media = MediaState(microphone: .live, camera: isVideo ? .live : .absent)
        let request = JoinRequest(
            options: options,
            media: MediaSettings(),
            camera: isVideo ? .live(.camera) : .off
        )
        return self.handle(.join(call, request), at: now)
    }

    /// A new process returns to the call of the one before it.
    mutating func restore(
        _ call: CallHandle,
        isVideo: Bool,
        at now: MonotonicInstant
    ) -> [Order] {
        self.hasServer = true
        return self.join(call, isVideo: isVideo, at: now)
    }

    /// The server answers, from now on.
    mutating func answer(at now: MonotonicInstant) -> [Order] {
        self.hasServer = true
        let attempts = self.attempts
        self.attempts = []
        return attempts.flatMap { self.welcome($0.id, $0.call, at: now) }
    }

    /// The server ends the call for idleness.
    mutating func timeOut(at now: MonotonicInstant) -> [Order] {
        self.open.keys.sorted().flatMap { id in
            let bye = Bye(code: .callEnded, reason: CallEndReason.idleTimeout.rawValue)
            return self.handle(.received(id, .bye(bye)), at: now)
        }
    }

    /// Every connection is gone.
    mutating func loseConnections(at now: MonotonicInstant) -> [Order] {
        let ids = self.open.keys.sorted()
        self.open = [:]
        return ids.flatMap { self.handle(.closed($0, .reset), at: now) }
    }

    // MARK: The engine

    mutating func handle(_ event: ClientEvent, at now: MonotonicInstant) -> [Order] {
        var effects: [ClientEffect] = []
        self.engine.handle(event, at: now, effects: &effects)
        return effects.flatMap { self.perform($0, at: now) }
    }

    private mutating func perform(_ effect: ClientEffect, at now: MonotonicInstant) -> [Order] {
        switch effect {
        case .connect(let id, let call, _, _):
            guard self.hasServer else {
                self.attempts.append((id, call))
                return []
            }
            return self.welcome(id, call, at: now)
        case .send(let id, let message): return self.receive(message, id, at: now)
        case .close(let id, _):
            self.attempts.removeAll { $0.id == id }
            self.open[id] = nil
            return self.handle(.closed(id, .closedByUs), at: now)
        case .requestToken(let call):
            return self.handle(.tokenProvided(call, Private("token")), at: now)
        case .deliver(let call, let number, let event):
            let orders = self.handle(.processed(call, number), at: now)
            switch event {
            case .left, .timedOut, .closed: return orders + [.ended(call)]
            default: return orders
            }
        case .platform(let command): return [.platform(command)]
        case .media(let call, let command): return [.media(call, command)]
        case .handleTap(let action, let call):
            return self.handle(.platform(.tapHandled(action, call, isReplaced: false)), at: now)
        case .buildContent, .store, .forget, .finish, .launched, .note: return []
        }
    }

    // MARK: The server

    private mutating func welcome(
        _ id: ConnectionID,
        _ call: CallHandle,
        at now: MonotonicInstant
    ) -> [Order] {
        self.generation += 1
        self.open[id] = call
        let offset = LogOffset(era: Era(1), number: self.generation)
        let welcome = Welcome(
            call: CallID("call-\(call.rawValue)"),
            session: SessionID("session-\(self.generation)"),
            participant: ParticipantID("me"),
            generation: ConnectionGeneration(self.generation),
            mode: .joined,
            from: .zero,
            top: .zero,
            snapshotFollows: true,
            lastCommand: .none,
            resumeKey: ResumeKey(id: KeyID("key"), secret: [1])
        )
        let snapshot = SnapshotChunk(
            offset: offset,
            index: 0,
            count: 1,
            participants: ["me", "other"].map { name in
                Participant(
                    id: ParticipantID(name),
                    userID: UserID(name),
                    media: MediaState(microphone: .live),
                    joinedAtMilliseconds: 1
                )
            }
        )
        let events: [ClientEvent] = [
            .opened(id), .received(id, .welcome(welcome)), .received(id, .snapshot(snapshot)),
        ]
        return events.flatMap { self.handle($0, at: now) }
    }

    private mutating func receive(
        _ message: ClientMessage,
        _ id: ConnectionID,
        at now: MonotonicInstant
    ) -> [Order] {
        guard self.open[id] != nil else { return [] }
        switch message {
        case .ping(let number, _):
            let top = LogOffset(era: Era(1), number: self.generation)
            let pong = ServerMessage.pong(id: number, top: top, nowMilliseconds: 0)
            return self.handle(.received(id, pong), at: now)
        case .command(let number, _):
            let result = CommandResult(number: number, outcome: .done(.zero))
            return self.handle(.received(id, .result(result)), at: now)
        case .leave:
            return self.handle(.received(id, .bye(Bye(code: .left, reason: ""))), at: now)
        default: return []
        }
    }
}
