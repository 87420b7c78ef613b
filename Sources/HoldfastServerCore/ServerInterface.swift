package import HoldfastWire

// The vocabulary between the server's engine and the shell around it.
//
// One engine owns a shard of the calls and runs on one event loop. The shell performs every effect
// in order and feeds every outcome back as an event. Time is what the shell says: the Unix epoch as
// read once at start, plus what a monotonic clock has counted since.

/// Names a WebSocket of this process, from its upgrade to its end. Never reused.
package struct ConnectionID: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Numbers a call's commits: 1, 2, 3 … per process.
package struct CommitNumber: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: CommitNumber, right: CommitNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names a request of the operator's interface until it is answered.
package struct AdministrationID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// What an access token says, once its signature and its times were checked.
package struct AccessClaims: Hashable, Sendable {
    package var user: UserID
    package var scope: Scope
    package var grants: Grants
    /// By the server's clock.
    package var expiresAt: MonotonicInstant

    /// Which calls a token is for.
    package enum Scope: Hashable, Sendable {
        case call(CallID)
        case everyCall
    }

    package init(user: UserID, scope: Scope, grants: Grants, expiresAt: MonotonicInstant) {
        self.user = user
        self.scope = scope
        self.grants = grants
        self.expiresAt = expiresAt
    }

    /// Whether the token is for this call, or for this channel, whose owner its holder must be.
    package func allows(_ call: CallID) -> Bool {
        if let owner = call.channelOwner, owner != self.user { return false }
        return switch self.scope {
        case .call(let named): named == call
        case .everyCall: true
        }
    }
}

/// What a token's holder may do.
package struct Grants: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let ring = Grants(rawValue: 16)
    package static let message = Grants(rawValue: 32)
    package static let presence = Grants(rawValue: 64)
    package static let join = Grants(rawValue: 1)
    package static let publish = Grants(rawValue: 2)
    package static let remove = Grants(rawValue: 4)
    package static let end = Grants(rawValue: 8)
}

/// What the engine is told.
package enum ServerEvent: Hashable, Sendable {
    // By connections. The upgrade is done and its credentials are checked.
    case joinRequested(ConnectionID, AccessClaims, JoinOptions)
    /// The MAC was right. `rejoin`: what came in `X-Holdfast-Join`, if its token holds.
    case resumeRequested(ConnectionID, ResumeTicket, rejoin: Rejoin?)
    case received(ConnectionID, ClientMessage)
    /// A frame that this protocol does not allow. `reason` names no content.
    case receivedGarbage(ConnectionID, reason: String)
    /// The last event of a connection. `code` is what the client sent, nil for a loss without a word.
    case closed(ConnectionID, code: CloseCode?)
    /// Whether the socket takes more. Connections begin writable.
    case writabilityChanged(ConnectionID, isWritable: Bool)
    /// The answer to ``ServerEffect/verify``; nil when the token does not hold.
    case verified(ConnectionID, AccessClaims?)

    // By the store.
    case loaded(CallID, StoredCall)
    case loadFailed(CallID)
    /// The answer to ``ServerEffect/readMessages``: the messages behind `after`, in order; within the
    /// bounds that were asked for only at the end of the log.
    case pageRead(CallID, ConnectionID, after: LogOffset, [LogEntry])
    case committed(CallID, CommitNumber)
    /// Neither this commit nor any later one of this call took place, until the call is loaded.
    case commitFailed(CallID, CommitNumber)
    /// Calls that were open when the last process ended, with the deadline each of them stored.
    case openCallsFound([OpenCall])

    // By the operator.
    case endCallRequested(AdministrationID, CallID)
    case removalRequested(AdministrationID, CallID, ParticipantID)

    /// A message without a sender for a user (HF-71).
    case messageRequested(AdministrationID, UserID, CallMessage.Body)
    /// Where is the user?
    case userAsked(AdministrationID, UserID)

    // By other channels, of this shard or another.
    case letterArrived(Letter)
    /// What a channel of this shard has posted was taken.
    case letterTaken(LetterReceipt)

    // By watchers, of this shard or another (HF-72).
    case watchStarted(UserID, Watcher)
    case watchEnded(UserID, Watcher)
    /// Word for connections of this shard.
    case presenceTold(UserID, UserPresence, [Watcher])

    /// What became of ``ServerEffect/push(_:)``, of this user's channel.
    case pushAnswered(UserID, PushID, PushRegistration, PushOutcome)

    // By the process.
    /// The event loop did not run for this long.
    case stalled(Duration)
    /// The operator named other ICE servers: every connection gets them.
    case iceServersChanged
    /// Tell the clients to come back; take no joins.
    case drainStarted
    /// Close everything.
    case drainEnded
    /// ``ServerEngine/nextDeadline`` has passed.
    case deadlineReached

    /// With what to join when the session is gone.
    package struct Rejoin: Hashable, Sendable {
        package var claims: AccessClaims
        package var options: JoinOptions

        package init(claims: AccessClaims, options: JoinOptions) {
            self.claims = claims
            self.options = options
        }
    }
}

/// A call that may have something to do although nobody is attached.
package struct OpenCall: Hashable, Sendable {
    package var call: CallID
    /// Nil when a session was attached: its window begins with this process.
    package var deadline: MonotonicInstant?

    package init(call: CallID, deadline: MonotonicInstant?) {
        self.call = call
        self.deadline = deadline
    }
}

/// What the shell must do.
package enum ServerEffect: Hashable, Sendable {
    /// The first frame. `issuesKey`: add the session's resume key. The shell adds ICE servers.
    case welcome(ConnectionID, Welcome, issuesKey: Bool)
    /// Events of one call in one or more frames. Their bodies are the same for every session, only
    /// `previous` differs: encode a body once.
    case deliver(ConnectionID, CallID, [LoggedEvent])
    case send(ConnectionID, ServerMessage)
    /// Send the ICE servers again, with new credentials for this session.
    case sendICEServers(ConnectionID, SessionID)
    /// Send `bye`, then close with its code. `closed` follows and is ignored.
    case close(ConnectionID, Bye)
    /// Check a token, then answer with `verified`.
    case verify(ConnectionID, token: String)

    /// Read a call, then answer with `loaded` (an empty ``StoredCall`` when there is none).
    case load(CallID)
    /// Read events of the class `message` behind `after` until the bounds are filled, then answer with
    /// `pageRead`. Only messages are ever read: what else is not in memory a snapshot supersedes.
    case readMessages(CallID, ConnectionID, after: LogOffset, PageBounds)
    /// One transaction, in the order of the numbers, then `committed` or `commitFailed`.
    case commit(CallID, CommitNumber, [StoreWrite])

    /// Give ``ServerEvent/letterArrived(_:)`` to the engine that owns the channel it is for. May be
    /// lost: it is repeated.
    case post(Letter)
    /// Give ``ServerEvent/letterTaken(_:)`` to the engine that owns the sender. May be lost.
    case acknowledge(LetterReceipt)

    /// Give it to the engine that owns the user's channel.
    case watchStarted(UserID, Watcher)
    /// Give it to the engine that owns the user's channel.
    case watchEnded(UserID, Watcher)
    /// Give ``ServerEvent/presenceTold(_:_:_:)`` to the engines that own the watchers.
    case tellPresence(UserID, UserPresence, [Watcher])

    /// Call the operator's webhook, then answer with ``ServerEvent/pushAnswered(_:_:_:_:)`` (HF-74).
    case push(PushRequest)

    /// The outcome of the operator's request.
    case administered(AdministrationID, AdministrationOutcome)
    /// Worth a metric.
    case count(ServerMetric)
    /// A fault of this program: log it, and count it.
    case fault(CallID, String)
}

/// What became of an operator's request.
package enum AdministrationOutcome: Hashable, Sendable {
    case done
    case notFound
    case unavailable
    /// The user's id is not valid, or the message is too large.
    case invalid
    /// The answer to ``ServerEvent/userAsked(_:_:)``.
    case user(UserSummary)
}

/// What the engine counts.
package enum ServerMetric: String, Hashable, Sendable, CaseIterable {
    case joined, resumed, rejoined, resumeRefused, detached, expired, left, removed
    case callStarted, callEnded
    case commandDone, commandFailed, commandRepeated, commitFailed
    case cursorAhead, suffixLost, snapshotSent
    case badFrame, rateLimited, slowConsumer, pingTimeout
    case ringStarted, ringAccepted, ringRejected, ringCancelled, ringTimedOut
    case letterPosted, letterTaken, letterRepeated, letterDropped
}
