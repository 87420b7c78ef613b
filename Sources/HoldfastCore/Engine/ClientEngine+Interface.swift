package import HoldfastWire

// The vocabulary between the client's engine and its driver.
//
// The driver owns one engine, performs every effect in order and feeds every outcome back as an
// event. Nothing else passes between them.

/// Names a call inside one process, from `join` or `restore` until its terminal event.
package struct CallHandle: Hashable, Sendable, Comparable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func < (left: CallHandle, right: CallHandle) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names one attempt to connect, and the connection it becomes. Never reused in a process.
package struct ConnectionID: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names a command of the app's until its outcome is told. Chosen by the driver.
package struct RequestID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// What the engine is told.
package enum ClientEvent: Hashable, Sendable {
    // By the app.
    case join(CallHandle, JoinRequest)
    /// Returns to a call after the process was killed.
    case restore(CallHandle, StoredSession, JoinRequest)
    case leave(CallHandle)
    case submit(CallHandle, RequestID, Command)
    case setMicrophone(CallHandle, MicrophoneState)
    case setVideo(CallHandle, VideoTrack, VideoChoice)
    case setRoute(CallHandle, AudioDirection, AudioRoute)
    case reconnectNow(CallHandle)
    // Of a user's channel, which is joined or restored like a call.
    /// The app wants its channel connected, or does not (page 003).
    case connect(CallHandle)
    case disconnect(CallHandle)
    /// A push says that something waits.
    case pushArrived(CallHandle)
    /// Whose presence the app wants to know, instead of those named before.
    case watch(CallHandle, [UserID])
    /// Every listener returned for the event with this number (see ``ClientEffect/deliver``).
    case processed(CallHandle, DeliveryNumber)
    // Of what keeps the calls alive.
    /// The app starts the service by hand; the answer is ``ClientEffect/launched(_:_:)``.
    case launchService(RequestID)
    /// The app stops it by hand.
    case abortService
    case setHold(CallHandle, isHeld: Bool)
    /// The user chose where the sound comes out.
    case setOutput(AudioOutput)

    // By the token provider.
    case tokenProvided(CallHandle, Private<String>)
    case tokenFailed(CallHandle, reason: String)

    // By the transport.
    /// The upgrade is done.
    case opened(ConnectionID)
    case received(ConnectionID, ServerMessage)
    /// A frame that cannot be decoded. `reason` names no content.
    case receivedGarbage(ConnectionID, reason: String)
    /// The last event of a connection, whether or not it ever opened.
    case closed(ConnectionID, TransportEnd)

    // By the platform.
    case pathChanged(PathStatus)
    case appStateChanged(AppState)
    /// The process did not run for this long: it was stopped, frozen or suspended.
    case clockGap(Duration)
    case platform(PlatformFact)

    // By the media engine.
    case media(CallHandle, MediaEvent)

    /// ``ClientEngine/nextDeadline`` has passed.
    case deadlineReached
}

/// What the driver must do.
package enum ClientEffect: Hashable, Sendable {
    /// Open a connection: TCP, TLS and the upgrade within `timeout`, then `opened` or `closed`.
    case connect(ConnectionID, CallHandle, Credentials, timeout: Duration)
    case send(ConnectionID, ClientMessage)
    /// Close; `closed` follows. A second call and an unknown id change nothing.
    case close(ConnectionID, CloseCode)
    /// Ask the app's token provider; at most one request is under way for each call.
    case requestToken(CallHandle)
    /// Keep for ``ClientEvent/restore(_:_:_:)``; replaces what was kept for this call.
    case store(CallHandle, StoredSession)
    /// The session is over: keep nothing.
    case forget(CallHandle, CallID)
    /// Hand an event to every listener, in order; answer with `processed`.
    case deliver(CallHandle, DeliveryNumber, SessionEvent)
    /// The outcome of a command, once.
    case finish(RequestID, CommandOutcome)
    case media(CallHandle, MediaCommand)
    case platform(PlatformCommand)
    /// The answer to ``ClientEvent/launchService(_:)``, once.
    case launched(RequestID, CallServiceStatus)
    /// Ask the app's handler of taps; answer with ``PlatformFact/tapHandled(_:_:isReplaced:)``.
    case handleTap(NotificationAction, CallHandle)
    /// Ask the app what the call's notification is to say; answer with
    /// ``PlatformFact/content(_:_:avatar:)``, again when its avatar is loaded.
    case buildContent(CallHandle)
    /// A decision worth keeping in the flight recorder; carries no personal data.
    case note(CallHandle, String)
}

/// Numbers what is delivered to an app's listeners: 1, 2, 3 … per call.
package struct DeliveryNumber: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: DeliveryNumber, right: DeliveryNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// How a call is joined.
package struct JoinRequest: Hashable, Sendable {
    package var options: JoinOptions
    /// Nil: no media engine takes part.
    package var media: MediaSettings?
    /// The picture to begin with; what the others are told of it stands in `options`.
    package var camera: VideoChoice

    package init(
        options: JoinOptions,
        media: MediaSettings? = nil,
        camera: VideoChoice = .off
    ) {
        self.options = options
        self.media = media
        self.camera = camera
    }
}

/// With what a connection asks to be let in. The driver signs a ticket with its key.
package enum Credentials: Hashable, Sendable {
    case join(JoinOptions, token: Private<String>)
    /// `rejoin`: join anew if the session is gone (HF-25).
    case resume(ResumeTicket, secret: Private<[UInt8]>, rejoin: Rejoin?)

    /// What to join with if the session is gone.
    package struct Rejoin: Hashable, Sendable {
        package var options: JoinOptions
        package var token: Private<String>

        package init(options: JoinOptions, token: Private<String>) {
            self.options = options
            self.token = token
        }
    }
}

/// What survives the death of the process. Secret: it belongs in a keychain or a 0600 file.
package struct StoredSession: Hashable, Sendable {
    package var call: CallID
    package var session: SessionID
    package var participant: ParticipantID
    package var key: ResumeKey
    /// The last counter that was used.
    package var counter: ResumeCounter
    package var cursor: LogOffset
    package var lastCommand: CommandNumber

    package init(
        call: CallID,
        session: SessionID,
        participant: ParticipantID,
        key: ResumeKey,
        counter: ResumeCounter,
        cursor: LogOffset,
        lastCommand: CommandNumber
    ) {
        self.call = call
        self.session = session
        self.participant = participant
        self.key = key
        self.counter = counter
        self.cursor = cursor
        self.lastCommand = lastCommand
    }
}

/// How a connection ended.
package enum TransportEnd: Hashable, Sendable {
    /// The peer closed it with a code, or with none (1005 and 1006 read as nil).
    case closed(CloseCode?)
    /// Host reached, nobody listens.
    case refused
    /// No route, no address, no network.
    case unreachable
    /// Nothing came in time.
    case timedOut
    /// The connection broke.
    case reset
    /// The upgrade was refused with a status (HF-11). `retryAfter` as the server said.
    case rejected(status: Int, retryAfter: Duration?)
    /// TLS failed: the certificate is not trusted or has another name.
    case untrusted
    /// ``ClientEffect/close(_:_:)`` took effect.
    case closedByUs
}

/// What the platform says about the network.
package enum PathStatus: Hashable, Sendable {
    /// Usable; `identity` changes when interface or addresses do.
    case satisfied(identity: UInt64)
    case unsatisfied
}

/// What an app is told about its call. One grammar:
/// `joined (lost restored)* lost? (left | timedOut | closed)`, then nothing.
package enum SessionEvent: Hashable, Sendable {
    case joined(SelfDescription)
    /// The connection is lost, after a failed probe, and the SDK is at work on it.
    case lost(LossReason)
    case restored(RestoreSummary)
    case left
    /// The call ended because this participant was alone for the idle timeout.
    case timedOut
    case closed(CloseReason)

    case participantJoined(Participant)
    case participantUpdated(Participant)
    case participantLeft(Participant, LeaveReason)
    case message(id: LogOffset, CallMessage, timestampMilliseconds: Int64)
    case idleWarning(endsIn: Duration)
    case idleCleared
    /// Messages that nobody keeps any more.
    case missedMessages(count: Int)
    case media(MediaReport)
    /// Of a user's channel.
    case channel(ChannelEvent)
    /// Of what keeps the call alive.
    case keepAlive(KeepAliveReport)

    /// Who this device is in the call.
    package struct SelfDescription: Hashable, Sendable {
        package var call: CallID
        package var participant: ParticipantID
        package var title: String
        package var kind: CallKind
        package var idleTimeout: Duration

        package init(
            call: CallID,
            participant: ParticipantID,
            title: String,
            kind: CallKind,
            idleTimeout: Duration
        ) {
            self.call = call
            self.participant = participant
            self.title = title
            self.kind = kind
            self.idleTimeout = idleTimeout
        }
    }

    /// How long a connection was lost, and for how long the network was there again.
    package struct RestoreSummary: Hashable, Sendable {
        package var downtime: Duration

        package init(downtime: Duration) { self.downtime = downtime }
    }
}

/// What an app is told about its user's channel, between `joined` and the end.
package enum ChannelEvent: Hashable, Sendable {
    /// A ring began, or a leg of it ended while others go on. Told once for each change.
    case ring(Ring)
    /// Nothing rings any more. Also of a ring that began and ended while this device was away.
    case ringEnded(Ring)
    case message(id: LogOffset, UserMessage, timestampMilliseconds: Int64)
    case presence(UserID, UserPresence)
    case state(ChannelState)
    /// Whatever was missed has been told.
    case caughtUp
}

/// Where a channel's connection is (page 003).
package enum ChannelState: Hashable, Sendable {
    /// The app does not want it.
    case disconnected
    case connecting
    case connected
    /// Connected although the app is in the background, for at most 30 s.
    case keptInBackground
    /// Closed with 4000 because the app is in the background; opened on return or by a push.
    case suspended
}

/// Why a connection was lost; an open set.
package struct LossReason: Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let pathLost = LossReason(rawValue: "path_lost")
    package static let pathChanged = LossReason(rawValue: "path_changed")
    package static let noAnswer = LossReason(rawValue: "no_answer")
    package static let connectionClosed = LossReason(rawValue: "connection_closed")
    package static let suspended = LossReason(rawValue: "suspended")
    package static let serverRestart = LossReason(rawValue: "server_restart")
}

/// Why a call is over for this device.
package enum CloseReason: Hashable, Sendable {
    /// The call ended for everybody.
    case callEnded(CallEndReason)
    case removed
    /// The detach window passed before the connection came back.
    case expired
    /// The same user joined on another device or in another process.
    case replaced
    /// The token or its grants do not allow it.
    case unauthorized(message: String)
    /// The server does not take it: full, version, bad request.
    case refused(CloseCode, message: String)
    /// The server cannot be trusted (TLS).
    case untrusted
    /// A fault of the SDK's own.
    case internalFault(String)
}

/// What became of a command.
package enum CommandOutcome: Hashable, Sendable {
    case done(LogOffset)
    case failed(CommandFailure)
    /// The queue is full (256 commands or 256 KiB): wait for earlier ones.
    case backpressure
    /// The call ended before it was known whether the command took effect.
    case abandoned
}

/// What an app is told about media.
package enum MediaReport: Hashable, Sendable {
    case peer(ParticipantID, PeerConnectionState)
    case reception(ParticipantID, Reception)
    case statistics(MediaStatistics)
    case sourceReplaced(SourceReplacement)
    case videoReplaced(VideoReplacement)
    case videoEnded(VideoEnd)
    case devices([AudioDevice])
    case routeChanged(RouteChange)
    case failed(MediaFailure)
}
