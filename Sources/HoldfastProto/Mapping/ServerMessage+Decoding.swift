import HoldfastWire

// Frames of a server, from the wire.

extension ServerMessage {
    init(_ proto: ProtoServerFrame) throws(FrameError) {
        switch proto.message {
        case .welcome(let welcome): self = .welcome(try Welcome(welcome))
        case .events(let page): self = .events(try eventPage(page))
        case .snapshot(let snapshot): self = .snapshot(try SnapshotChunk(snapshot))
        case .result(let result): self = .result(try CommandResult(result))
        case .pong(let pong):
            self = .pong(
                id: pong.id,
                top: try LogOffset(wire: pong.top),
                nowMilliseconds: boundedTimestamp(pong.nowMs)
            )
        case .goAway(let goAway):
            self = .goAway(reason: goAway.reason, delay: Duration(wireMilliseconds: goAway.delayMs))
        case .bye(let bye): self = .bye(try Bye(bye))
        case .signal(let signal): self = .signal(Signal(signal))
        case .iceServers(let list): self = .iceServers(list.servers.map { ICEServer($0) })
        case .presence(let presence):
            self = .presence(UserID(presence.user), UserPresence(rawValue: presence.state))
        case nil: self = .unknown
        }
    }
}

private func eventPage(_ proto: ProtoEvents) throws(FrameError) -> [LoggedEvent] {
    guard proto.events.count <= Limits.pageEventCountMax else { throw .malformed(.eventCount) }
    var events: [LoggedEvent] = []
    events.reserveCapacity(proto.events.count)
    for event in proto.events {
        events.append(try LoggedEvent(event))
    }
    return events
}

extension Welcome {
    fileprivate init(_ proto: ProtoWelcome) throws(FrameError) {
        self.init(
            version: proto.version,
            call: CallID(proto.call),
            session: SessionID(proto.session),
            participant: ParticipantID(proto.participant),
            generation: ConnectionGeneration(proto.generation),
            mode: try Mode(proto.mode),
            from: try LogOffset(wire: proto.from),
            top: try LogOffset(wire: proto.top),
            snapshotFollows: proto.snapshotFollows,
            lastCommand: CommandNumber(proto.lastCommand),
            heartbeat: Heartbeat(proto.heartbeat),
            detachWindow: Duration(wireMilliseconds: proto.detachWindowMs),
            reconnectSpread: Duration(wireMilliseconds: proto.reconnectSpreadMs),
            nowMilliseconds: boundedTimestamp(proto.nowMs),
            authExpiresAtMilliseconds: boundedTimestamp(proto.authExpiresAtMs),
            idleTimeout: Duration(wireMilliseconds: proto.idleTimeoutMs),
            resumeKey: proto.hasResumeKey ? try ResumeKey(proto.resumeKey) : nil,
            iceServers: proto.iceServers.map { ICEServer($0) },
            reason: proto.reason
        )
    }
}

extension Welcome.Mode {
    fileprivate init(_ proto: ProtoWelcome.Mode) throws(FrameError) {
        switch proto {
        case .joined: self = .joined
        case .resumed: self = .resumed
        case .rejoined: self = .rejoined
        case .expired: self = .expired
        case .ended: self = .ended
        case .unspecified, .UNRECOGNIZED: throw .malformed(.welcomeMode)
        }
    }
}

extension Welcome.Heartbeat {
    /// Zero is a missing field and reads as the default: a client that pings without a pause, or
    /// takes every connection for dead at once, is nobody's wish.
    fileprivate init(_ proto: ProtoHeartbeat) {
        self.init()
        if proto.foregroundMs > 0 {
            self.foreground = Duration(wireMilliseconds: proto.foregroundMs)
        }
        if proto.backgroundMs > 0 {
            self.background = Duration(wireMilliseconds: proto.backgroundMs)
        }
        if proto.deadMs > 0 { self.dead = Duration(wireMilliseconds: proto.deadMs) }
    }
}

extension ResumeKey {
    fileprivate init(_ proto: ProtoResumeKey) throws(FrameError) {
        guard proto.secret.count == Limits.resumeSecretBytes else {
            throw .malformed(.secretLength)
        }
        self.init(id: KeyID(proto.id), secret: [UInt8](proto.secret))
    }
}

extension ICEServer {
    fileprivate init(_ proto: ProtoIceServer) {
        self.init(urls: proto.urls, username: proto.username, credential: proto.credential)
    }
}

extension SnapshotChunk {
    fileprivate init(_ proto: ProtoSnapshot) throws(FrameError) {
        guard proto.index < proto.count else { throw .malformed(.numberOutOfRange) }
        self.init(
            offset: try LogOffset(wire: proto.offset),
            index: proto.index,
            count: proto.count,
            isReset: proto.isReset,
            missedMessageCount: proto.missedMessageCount,
            title: proto.title,
            kind: CallKind(wire: proto.kind),
            participants: proto.participants.map { Participant($0) },
            idleEndsAtMilliseconds: boundedTimestamp(proto.idleEndsAtMs),
            rings: proto.rings.map { Ring($0) }
        )
    }
}

extension CommandResult {
    fileprivate init(_ proto: ProtoResult) throws(FrameError) {
        let outcome: Outcome
        switch proto.outcome {
        case .doneAt(let offset): outcome = .done(try LogOffset(wire: offset))
        case .failed(let failure): outcome = .failed(CommandFailure(failure))
        case nil:
            // An outcome of a newer version. The command must not stay unanswered for ever.
            outcome = .failed(CommandFailure(code: .unknown, message: ""))
        }
        self.init(number: CommandNumber(proto.number), outcome: outcome)
    }
}

extension CommandFailure {
    fileprivate init(_ proto: ProtoFailure) {
        self.init(
            code: Code(rawValue: proto.code),
            message: proto.message,
            retryAfter: proto.hasRetryAfterMs
                ? Duration(wireMilliseconds: proto.retryAfterMs) : nil
        )
    }
}

extension Bye {
    fileprivate init(_ proto: ProtoBye) throws(FrameError) {
        guard let code = UInt16(exactly: proto.code) else { throw .malformed(.numberOutOfRange) }
        self.init(
            code: CloseCode(code),
            reason: proto.reason,
            retryAfter: proto.hasRetryAfterMs
                ? Duration(wireMilliseconds: proto.retryAfterMs) : nil,
            lastCounter: proto.hasLastCounter ? try ResumeCounter(wire: proto.lastCounter) : nil
        )
    }
}
