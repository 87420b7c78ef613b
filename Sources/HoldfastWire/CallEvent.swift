/// One entry of a call's log, as one session sees it.
package struct LoggedEvent: Hashable, Sendable {
    package var offset: LogOffset
    /// The offset of the event before it that this session can see; a filtered event leaves no gap.
    package var previous: LogOffset
    /// When it was appended, in milliseconds since the Unix epoch, by the server's clock.
    package var timestampMilliseconds: Int64
    package var event: CallEvent

    package init(
        offset: LogOffset,
        previous: LogOffset,
        timestampMilliseconds: Int64,
        event: CallEvent
    ) {
        self.offset = offset
        self.previous = previous
        self.timestampMilliseconds = timestampMilliseconds
        self.event = event
    }
}

/// What can happen in a call. Logged, replayed and delivered exactly once.
package enum CallEvent: Hashable, Sendable {
    case participantJoined(Participant)
    /// Display name, media or reachability changed, or the identity moved to another device.
    case participantUpdated(Participant)
    case participantLeft(ParticipantID, LeaveReason)
    case message(CallMessage)
    /// One participant is alone; the call ends at `endsAtMilliseconds` (server's clock).
    case idleWarning(endsAtMilliseconds: Int64)
    /// Somebody came back before the idle timeout.
    case idleCleared
    case ended(CallEndReason)

    // In a user's channel.
    /// A ring began, or a leg of it ended while others go on.
    case ring(Ring)
    /// Nothing rings any more: every leg has its end.
    case ringEnded(Ring)
    case userMessage(UserMessage)
    /// An event of a newer version. It moves the cursor and is not shown.
    case unknown

    /// Decides what may be left out when a cursor is far behind.
    package enum Class: Hashable, Sendable {
        /// Superseded by a snapshot.
        case state
        /// Always replayed while any session may still resume.
        case message
    }

    package var deliveryClass: Class {
        switch self {
        // Who was away while it rang is told of it.
        case .message, .ringEnded, .userMessage: .message
        case .participantJoined, .participantUpdated, .participantLeft, .idleWarning, .idleCleared,
            .ended, .ring, .unknown:
            .state
        }
    }
}

/// Text or data that a participant sent to the others.
package struct CallMessage: Hashable, Sendable {
    package var from: ParticipantID
    /// Empty: everybody.
    package var to: [ParticipantID]
    package var body: Body

    /// What was sent. At most ``Limits/messageBytesMax`` bytes.
    package enum Body: Hashable, Sendable {
        case text(String)
        /// `topic` is the app's own, at most ``Limits/topicBytesMax`` bytes.
        case data(topic: String, bytes: [UInt8])

        package var byteCount: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .data(_, let bytes): bytes.count
            }
        }
    }

    package init(from: ParticipantID, to: [ParticipantID] = [], body: Body) {
        self.from = from
        self.to = to
        self.body = body
    }
}

extension CallMessage.Body {
    /// Whether the body is within its limits, and its frame within ``Limits/frameBytesMax`` in either
    /// encoding.
    package var fits: Bool {
        guard self.byteCount <= Limits.messageBytesMax else { return false }
        switch self {
        case .text(let text): return text.jsonByteCount <= Limits.messageBytesMax * 5 / 4
        case .data(let topic, _): return topic.utf8.count <= Limits.topicBytesMax
        }
    }
}

extension String {
    /// Bytes of the text inside a JSON string, as this project writes it: control characters take
    /// six, those with a short escape, the quote and the backslash two.
    package var jsonByteCount: Int {
        self.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x22, 0x5C: sum + 2
            case 0x00...0x1F, 0x7F...0x9F: sum + 6
            default: sum + UTF8.width(scalar)
            }
        }
    }
}
