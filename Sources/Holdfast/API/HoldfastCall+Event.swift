public import HoldfastCore
public import HoldfastWire

extension HoldfastCall {
    /// What an app is told about its call. One grammar for the connection:
    /// `joined (lost restored)* lost? (left | timedOut | closed)`, then nothing; everything else
    /// comes between `joined` and the end.
    ///
    /// A call from ``HoldfastClient/restoreCalls(settings:)`` may be over before it was joined
    /// again: then its only event is the end.
    @nonexhaustive
    public enum Event: Hashable, Sendable {
        /// The device is in the call.
        case joined(Joined)
        /// The connection is lost and the SDK is at work on it. Nothing needs to be done; media
        /// between participants may go on.
        case lost(LossReason)
        /// The connection is back, with everything that was missed. `downtime` is how long it was
        /// lost.
        case restored(downtime: Duration)
        /// The device left, as ``HoldfastCall/leave()`` asked. The end.
        case left
        /// The call ended because this participant was alone for the idle timeout. The end.
        case timedOut
        /// The call is over for this device for another reason. The end.
        case closed(EndReason)

        /// Somebody else is in the call: a newcomer, or one of those that were there before.
        case participantJoined(Participant)
        /// Somebody else's name, media or reachability changed.
        case participantUpdated(Participant)
        /// Somebody else is gone. Never because of a connection that came back in time.
        case participantLeft(Participant, LeaveReason)
        /// A message to this participant, or its own.
        case message(Message)
        /// This participant is alone; the call ends after this time unless somebody comes.
        case idleWarning(endsIn: Duration)
        /// Somebody came before the idle timeout.
        case idleCleared
        /// Messages that nobody keeps any more, or that came while this process read no events.
        case missedMessages(count: Int)
        /// Measurements and turns of the media engine.
        case media(MediaUpdate)
        /// What keeps the call alive: whether the service runs and why not, a microphone that the
        /// system silenced, hold, screen share, taps on the notification.
        case keepAlive(KeepAliveReport)
        /// This reader did not take its events for ``HoldfastCall/readerPatience`` and held up the
        /// call. It gets nothing after this; the call goes on. Begin again with
        /// ``HoldfastCall/events``.
        case fellBehind
    }

    /// Who this device is in the call.
    public struct Joined: Hashable, Sendable {
        /// The call.
        public var call: CallID
        /// This device's participant.
        public var participant: ParticipantID
        /// The title that the first joiner gave.
        public var title: String
        /// What the call is meant for.
        public var kind: CallKind
        /// After how long alone the call ends, as the server granted it; zero is never.
        public var idleTimeout: Duration

        init(_ description: SessionEvent.SelfDescription) {
            self.call = description.call
            self.participant = description.participant
            self.title = description.title
            self.kind = description.kind
            self.idleTimeout = description.idleTimeout
        }
    }

    /// Text or data that a participant sent.
    public struct Message: Hashable, Sendable, Identifiable {
        /// Unique within the call, and growing.
        public var id: MessageID
        /// The sender.
        public var from: ParticipantID
        /// The addressees; empty: everybody.
        public var to: [ParticipantID]
        /// What was sent.
        public var content: Content
        /// When the server took it, in milliseconds since the Unix epoch, by its clock.
        public var sentAtMilliseconds: Int64

        /// What a message contains; at most 7168 bytes.
        @nonexhaustive
        public enum Content: Hashable, Sendable {
            /// Text.
            case text(String)
            /// Bytes of the app's own, under a topic of its own.
            case data(topic: String, bytes: [UInt8])
        }
    }

    /// Names a message within its call, or within a user's channel.
    public struct MessageID: Hashable, Sendable, Comparable {
        /// The position in the call's log; below 2⁵³.
        public let rawValue: UInt64

        /// Takes the value as it is.
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// Older before newer.
        public static func < (left: MessageID, right: MessageID) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Why a connection was lost; an open set, for logs and support.
    public struct LossReason: Hashable, Sendable, CustomStringConvertible {
        /// The value, such as `path_lost`.
        public let rawValue: String

        /// Takes any value.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The device has no network.
        public static let pathLost = LossReason(rawValue: "path_lost")
        /// The device is on another network.
        public static let pathChanged = LossReason(rawValue: "path_changed")
        /// Nothing was heard, and a probe was not answered.
        public static let noAnswer = LossReason(rawValue: "no_answer")
        /// Server or network closed the connection.
        public static let connectionClosed = LossReason(rawValue: "connection_closed")
        /// The process was stopped or suspended.
        public static let suspended = LossReason(rawValue: "suspended")
        /// The server restarts.
        public static let serverRestart = LossReason(rawValue: "server_restart")

        /// The value itself.
        public var description: String { self.rawValue }
    }

    /// Why a call is over for this device.
    @nonexhaustive
    public enum EndReason: Hashable, Sendable {
        /// The call ended for everybody.
        case callEnded(CallEndReason)
        /// A moderator removed this participant. Joining again is up to the app's backend.
        case removed
        /// The connection did not come back within the server's window. The app may join again.
        case expired
        /// The same user joined with the same device id elsewhere. Joining again would take
        /// the call back from there.
        case replaced
        /// The token does not allow the call. `message` is the server's, for logs.
        case unauthorized(message: String)
        /// The server does not take it: full, no common version. `message` is the server's.
        case refused(message: String)
        /// The server's certificate is not trusted.
        case untrusted
        /// A fault of the SDK's own; please report it with the flight record.
        case internalFault(message: String)
    }

    /// What the media engine reports.
    @nonexhaustive
    public enum MediaUpdate: Hashable, Sendable {
        /// The transport to a participant changed.
        case peer(ParticipantID, PeerConnectionState)
        /// Sound from a participant began or stopped coming in.
        case reception(ParticipantID, Reception)
        /// Measurements, at most once a second and participant.
        case statistics(MediaStatistics)
        /// Another source took the place of the wanted one.
        case sourceReplaced(SourceReplacement)
        /// Another picture took the place of the wanted one.
        case videoReplaced(VideoReplacement)
        /// A picture ended without having been stopped: its window was closed, the camera is gone.
        /// The others see it too. The call goes on, and the app may start it again.
        case videoEnded(VideoEnd)
        /// The sound devices of this machine, whenever one comes or goes.
        case devices([AudioDevice])
        /// A sound device that is used was lost or came back.
        case routeChanged(RouteChange)
        /// The engine cannot go on; the call does.
        case failed(MediaFailure)
    }

    /// Where the call's connection is.
    @nonexhaustive
    public enum ConnectionState: Hashable, Sendable {
        /// Not joined yet.
        case connecting
        /// Connected.
        case connected
        /// Lost, and the SDK is at work on it.
        case reconnecting
        /// The call is over for this device.
        case ended
    }
}

extension HoldfastCall.Event {
    /// Whether this is the last event of the call's grammar.
    public var isEnd: Bool {
        switch self {
        case .left, .timedOut, .closed: true
        default: false
        }
    }

    /// Nil for an event that no call has.
    init?(_ event: SessionEvent) {
        switch event {
        case .joined(let description): self = .joined(HoldfastCall.Joined(description))
        case .lost(let reason): self = .lost(HoldfastCall.LossReason(rawValue: reason.rawValue))
        case .restored(let summary): self = .restored(downtime: summary.downtime)
        case .left: self = .left
        case .timedOut: self = .timedOut
        case .closed(let reason): self = .closed(HoldfastCall.EndReason(reason))
        case .participantJoined(let participant): self = .participantJoined(participant)
        case .participantUpdated(let participant): self = .participantUpdated(participant)
        case .participantLeft(let participant, let reason):
            self = .participantLeft(participant, reason)
        case .message(let id, let message, let milliseconds):
            self = .message(HoldfastCall.Message(id: id, message, at: milliseconds))
        case .idleWarning(let time): self = .idleWarning(endsIn: time)
        case .idleCleared: self = .idleCleared
        case .missedMessages(let count): self = .missedMessages(count: count)
        case .media(let report): self = .media(HoldfastCall.MediaUpdate(report))
        case .channel: return nil
        case .keepAlive(let report): self = .keepAlive(report)
        }
    }
}

extension HoldfastCall.Message {
    init(id: LogOffset, _ message: CallMessage, at milliseconds: Int64) {
        self.id = HoldfastCall.MessageID(rawValue: id.rawValue)
        self.from = message.from
        self.to = message.to
        self.content = Content(message.body)
        self.sentAtMilliseconds = milliseconds
    }
}

extension HoldfastCall.Message.Content {
    init(_ body: CallMessage.Body) {
        self =
            switch body {
            case .text(let text): .text(text)
            case .data(let topic, let bytes): .data(topic: topic, bytes: bytes)
            }
    }
}

extension HoldfastCall.EndReason {
    init(_ reason: CloseReason) {
        self =
            switch reason {
            case .callEnded(let reason): .callEnded(reason)
            case .removed: .removed
            case .expired: .expired
            case .replaced: .replaced
            case .unauthorized(let message): .unauthorized(message: message)
            case .refused(_, let message): .refused(message: message)
            case .untrusted: .untrusted
            case .internalFault(let message): .internalFault(message: message)
            }
    }
}

extension HoldfastCall.MediaUpdate {
    init(_ report: MediaReport) {
        self =
            switch report {
            case .peer(let id, let state): .peer(id, state)
            case .reception(let id, let reception): .reception(id, reception)
            case .statistics(let statistics): .statistics(statistics)
            case .sourceReplaced(let replacement): .sourceReplaced(replacement)
            case .videoReplaced(let replacement): .videoReplaced(replacement)
            case .videoEnded(let end): .videoEnded(end)
            case .devices(let devices): .devices(devices)
            case .routeChanged(let change): .routeChanged(change)
            case .failed(let failure): .failed(failure)
            }
    }
}
