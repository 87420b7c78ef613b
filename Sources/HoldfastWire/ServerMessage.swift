/// What a server sends after the upgrade.
package enum ServerMessage: Hashable, Sendable {
    /// Always the first frame.
    case welcome(Welcome)
    /// One event, or a page of up to ``Limits/pageEventCountMax``.
    case events([LoggedEvent])
    case snapshot(SnapshotChunk)
    case result(CommandResult)
    /// `top` is the last offset sent on this connection: an idle client notices a gap by it.
    case pong(id: UInt32, top: LogOffset, nowMilliseconds: Int64)
    /// Reconnect after `delay`; keep using this socket until then.
    case goAway(reason: String, delay: Duration)
    /// The last frame before the close; the close code repeats `code`.
    case bye(Bye)
    case signal(Signal)
    /// Takes the place of the welcome's, before its credentials expire (HF-62).
    case iceServers([ICEServer])
    /// Where a watched user is: once at the beginning, then with each change.
    case presence(UserID, UserPresence)
    /// A frame of a newer version. Ignored.
    case unknown
}

/// How a connection begins.
package struct Welcome: Hashable, Sendable {
    package var version: UInt32
    package var call: CallID
    package var session: SessionID
    package var participant: ParticipantID
    package var generation: ConnectionGeneration
    package var mode: Mode
    /// Where delivery begins: the cursor that was taken over, or zero when a snapshot follows.
    package var from: LogOffset
    /// The end of the log when the welcome was made.
    package var top: LogOffset
    /// Whether a snapshot follows before any event.
    package var snapshotFollows: Bool
    /// The last command that took effect; the client resends all behind it.
    package var lastCommand: CommandNumber
    package var heartbeat: Heartbeat
    /// How long this session outlives its connection.
    package var detachWindow: Duration
    /// How long a client waits at random before it reconnects to a server that died silently.
    package var reconnectSpread: Duration
    package var nowMilliseconds: Int64
    /// When the access token runs out, by the server's clock.
    package var authExpiresAtMilliseconds: Int64
    /// The call's idle timeout; zero is off.
    package var idleTimeout: Duration
    /// Given once, on join.
    package var resumeKey: ResumeKey?
    package var iceServers: [ICEServer]
    /// Why the session is over, with the modes `expired` and `ended`.
    package var reason: String

    /// What became of the session.
    package enum Mode: Hashable, Sendable {
        case joined
        case resumed
        /// The session was gone; the client joined anew in the same exchange.
        case rejoined
        /// The detach window had passed. A `bye` follows.
        case expired
        /// The call or the participation is over. A `bye` follows.
        case ended

        /// Whether the connection has a session from now on.
        package var isAlive: Bool {
            switch self {
            case .joined, .resumed, .rejoined: true
            case .expired, .ended: false
            }
        }
    }

    /// Expected silence.
    package struct Heartbeat: Hashable, Sendable {
        package var foreground: Duration
        package var background: Duration
        /// Silence after which a client in the foreground takes the connection for dead.
        package var dead: Duration

        package init(
            foreground: Duration = .seconds(10),
            background: Duration = .seconds(30),
            dead: Duration = .seconds(15)
        ) {
            self.foreground = foreground
            self.background = background
            self.dead = dead
        }
    }

    package init(
        version: UInt32 = Limits.protocolVersion,
        call: CallID,
        session: SessionID,
        participant: ParticipantID,
        generation: ConnectionGeneration,
        mode: Mode,
        from: LogOffset,
        top: LogOffset,
        snapshotFollows: Bool,
        lastCommand: CommandNumber,
        heartbeat: Heartbeat = Heartbeat(),
        detachWindow: Duration = .seconds(300),
        reconnectSpread: Duration = .milliseconds(500),
        nowMilliseconds: Int64 = 0,
        authExpiresAtMilliseconds: Int64 = 0,
        idleTimeout: Duration = .seconds(300),
        resumeKey: ResumeKey? = nil,
        iceServers: [ICEServer] = [],
        reason: String = ""
    ) {
        self.version = version
        self.call = call
        self.session = session
        self.participant = participant
        self.generation = generation
        self.mode = mode
        self.from = from
        self.top = top
        self.snapshotFollows = snapshotFollows
        self.lastCommand = lastCommand
        self.heartbeat = heartbeat
        self.detachWindow = detachWindow
        self.reconnectSpread = reconnectSpread
        self.nowMilliseconds = nowMilliseconds
        self.authExpiresAtMilliseconds = authExpiresAtMilliseconds
        self.idleTimeout = idleTimeout
        self.resumeKey = resumeKey
        self.iceServers = iceServers
        self.reason = reason
    }
}

/// The secret by which a client proves that it owned a session. Never travels again.
package struct ResumeKey: Hashable, Sendable {
    package var id: KeyID
    /// 32 bytes.
    package var secret: Private<[UInt8]>

    package init(id: KeyID, secret: [UInt8]) {
        self.id = id
        self.secret = Private(secret)
    }
}

/// A STUN or TURN server.
package struct ICEServer: Hashable, Sendable {
    package var urls: [String]
    package var username: String
    package var credential: Private<String>

    package init(urls: [String], username: String = "", credential: String = "") {
        self.urls = urls
        self.username = username
        self.credential = Private(credential)
    }
}

/// Part `index` of `count` of a call's state as of `offset`; atomic when complete.
package struct SnapshotChunk: Hashable, Sendable {
    package var offset: LogOffset
    package var index: UInt32
    package var count: UInt32
    /// The server lost events that the client had seen: drop what the snapshot does not contain.
    package var isReset: Bool
    /// Messages beyond retention that this client will never see.
    package var missedMessageCount: UInt32
    package var title: String
    package var kind: CallKind
    package var participants: [Participant]
    /// When the call ends unless somebody comes, by the server's clock; zero when nobody is alone.
    package var idleEndsAtMilliseconds: Int64
    /// In a user's channel: the rings that are not over.
    package var rings: [Ring]

    package init(
        offset: LogOffset,
        index: UInt32,
        count: UInt32,
        isReset: Bool = false,
        missedMessageCount: UInt32 = 0,
        title: String = "",
        kind: CallKind = .audio,
        participants: [Participant],
        idleEndsAtMilliseconds: Int64 = 0,
        rings: [Ring] = []
    ) {
        self.offset = offset
        self.index = index
        self.count = count
        self.isReset = isReset
        self.missedMessageCount = missedMessageCount
        self.title = title
        self.kind = kind
        self.participants = participants
        self.idleEndsAtMilliseconds = idleEndsAtMilliseconds
        self.rings = rings
    }
}

/// What became of a command.
package struct CommandResult: Hashable, Sendable {
    package var number: CommandNumber
    package var outcome: Outcome

    package enum Outcome: Hashable, Sendable {
        /// It took effect at this offset; zero when it changed nothing.
        case done(LogOffset)
        case failed(CommandFailure)
    }

    package init(number: CommandNumber, outcome: Outcome) {
        self.number = number
        self.outcome = outcome
    }
}

/// Why a command had no effect.
package struct CommandFailure: Hashable, Sendable {
    package var code: Code
    package var message: String
    /// For `rate_limited` and `unavailable`: when to try again.
    package var retryAfter: Duration?

    /// An open set.
    package struct Code: Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        package static let badRequest = Code(rawValue: "bad_request")
        package static let notFound = Code(rawValue: "not_found")
        package static let forbidden = Code(rawValue: "forbidden")
        package static let tooLarge = Code(rawValue: "too_large")
        package static let rateLimited = Code(rawValue: "rate_limited")
        package static let unavailable = Code(rawValue: "unavailable")
        package static let internalError = Code(rawValue: "internal")
        /// Somebody else was first: the ring was answered, taken back or has timed out.
        package static let tooLate = Code(rawValue: "too_late")
        /// More than the server keeps at once, of something that does not pass by waiting.
        package static let limit = Code(rawValue: "limit")
        /// Never sent: an outcome of a newer version, which this one cannot tell from a failure.
        package static let unknown = Code(rawValue: "unknown")
    }

    package init(code: Code, message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }
}

/// The last word on a connection.
package struct Bye: Hashable, Sendable {
    package var code: CloseCode
    /// For people and for `ended`: the reason as ``CallEndReason`` or ``LeaveReason`` spells it.
    package var reason: String
    /// How long to wait before resuming.
    package var retryAfter: Duration?
    /// With `staleCounter`: the last counter the server accepted.
    package var lastCounter: ResumeCounter?

    package init(
        code: CloseCode,
        reason: String,
        retryAfter: Duration? = nil,
        lastCounter: ResumeCounter? = nil
    ) {
        self.code = code
        self.reason = reason
        self.retryAfter = retryAfter
        self.lastCounter = lastCounter
    }
}
