/// What a client sends after the upgrade.
package enum ClientMessage: Hashable, Sendable {
    /// Idempotent by its number.
    case command(CommandNumber, Command)
    /// Every event up to here has been processed: its listener returned. Cumulative.
    case acknowledge(LogOffset)
    /// Carries the acknowledgement too.
    case ping(id: UInt32, acknowledged: LogOffset)
    case appState(AppState, hold: Duration?)
    /// A gap was seen: replay from here without reconnecting.
    case synchronize(from: LogOffset)
    /// A fresh access token for this user and call.
    case authenticate(token: String)
    /// The only way in which a client ends its session.
    case leave
    /// WebRTC signalling for one participant. Not logged; void on resume.
    case signal(Signal)
    /// Whose presence this connection wants to know, instead of those named before. In a user's channel;
    /// needs the grant `presence`. Not logged; void on resume.
    case watch([UserID])
    /// A frame of a newer version. Ignored.
    case unknown
}

/// What a client asks the server to do, exactly once.
package enum Command: Hashable, Sendable {
    /// Needs the grant `publish`. An empty `to` means everybody.
    case sendMessage(to: [ParticipantID], body: CallMessage.Body)
    case setMedia(MediaState)
    /// Needs the grant `remove`.
    case removeParticipant(ParticipantID)
    /// Needs the grant `end`.
    case endCall

    // In a user's channel.
    /// Needs the grant `ring`.
    case ring(RingRequest)
    /// By the caller.
    case cancelRing(RingID)
    /// By a callee. The first answer counts; a later one fails with `too_late`.
    case acceptRing(RingID)
    case rejectRing(RingID, RejectReason)
    /// Needs the grant `message`.
    case messageUser(UserID, body: CallMessage.Body)
    /// How this device is woken, instead of what it said before; empty: not at all.
    case setPush([PushRegistration])
    /// A command of a newer version: answered with `bad_request`.
    case unknown
}

/// Where the client's app is. Processed before the frames behind it.
package enum AppState: Hashable, Sendable {
    case foreground
    case background
    /// About to be suspended; the socket follows.
    case suspending
}

/// WebRTC signalling between two participants.
package struct Signal: Hashable, Sendable {
    /// The other end: the addressee on the way up, the sender on the way down.
    package var peer: ParticipantID
    package var content: Content

    package enum Content: Hashable, Sendable {
        /// Session description; `restart` when its ICE credentials are new.
        case offer(sdp: String)
        case answer(sdp: String)
        case candidate(line: UInt32, candidate: String)
        /// Asks the offerer of the pair for an offer; with `restart`, for one with new ICE
        /// credentials.
        case offerRequest(restart: Bool)
        case unknown
    }

    package init(peer: ParticipantID, content: Content) {
        self.peer = peer
        self.content = content
    }
}

/// What a joining client says about itself and about the call it may be the first to join.
package struct JoinOptions: Hashable, Sendable {
    package var call: CallID
    package var displayName: String
    package var title: String
    package var kind: CallKind
    /// The idle timeout that a first joiner asks for; zero is off, nil is the server's default.
    package var idleTimeout: Duration?
    package var media: MediaState
    /// Tells apart the devices of one user; empty when there is only one.
    package var deviceID: String

    package init(
        call: CallID,
        displayName: String = "",
        title: String = "",
        kind: CallKind = .audio,
        idleTimeout: Duration? = nil,
        media: MediaState = MediaState(),
        deviceID: String = ""
    ) {
        self.call = call
        self.displayName = displayName
        self.title = title
        self.kind = kind
        self.idleTimeout = idleTimeout
        self.media = media
        self.deviceID = deviceID
    }
}

/// What a returning client says in its upgrade request; a MAC by the session's key goes with it.
package struct ResumeTicket: Hashable, Sendable {
    package var call: CallID
    package var session: SessionID
    package var key: KeyID
    package var counter: ResumeCounter
    /// The last event whose listener returned.
    package var cursor: LogOffset
    package var appState: AppState
    /// The last command whose result was seen.
    package var lastResult: CommandNumber

    package init(
        call: CallID,
        session: SessionID,
        key: KeyID,
        counter: ResumeCounter,
        cursor: LogOffset,
        appState: AppState,
        lastResult: CommandNumber
    ) {
        self.call = call
        self.session = session
        self.key = key
        self.counter = counter
        self.cursor = cursor
        self.appState = appState
        self.lastResult = lastResult
    }
}
