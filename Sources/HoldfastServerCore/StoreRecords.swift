package import HoldfastWire

/// One entry of a call's log, as it is stored and kept in memory.
package struct LogEntry: Hashable, Sendable {
    package var offset: LogOffset
    package var timestampMilliseconds: Int64
    package var event: CallEvent
    /// Empty: for everybody. Otherwise only these participants see it.
    package var audience: [ParticipantID]

    package init(
        offset: LogOffset,
        timestampMilliseconds: Int64,
        event: CallEvent,
        audience: [ParticipantID] = []
    ) {
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
        self.event = event
        self.audience = audience
    }

    package func isVisible(to participant: ParticipantID) -> Bool {
        self.audience.isEmpty || self.audience.contains(participant)
    }
}

/// What is stored of a call beside its log.
package struct CallRecord: Hashable, Sendable {
    package var id: CallID
    package var title: String
    package var kind: CallKind
    /// Zero is off.
    package var idleTimeout: Duration
    package var createdAt: MonotonicInstant
    /// When the call ends unless somebody comes.
    package var idleEndsAt: MonotonicInstant?
    package var end: End?
    /// Nothing has to happen before, whoever stays away; nil while a session is attached.
    package var deadline: MonotonicInstant?
    /// The highest offset that was ever appended: it outlives the log.
    package var top: LogOffset
    /// Of a channel: the last letter that was written (HF-75). It outlives the letters.
    package var letterTop: LetterNumber

    /// How it ended.
    package struct End: Hashable, Sendable {
        package var reason: CallEndReason
        package var at: MonotonicInstant

        package init(reason: CallEndReason, at: MonotonicInstant) {
            self.reason = reason
            self.at = at
        }
    }

    package init(
        id: CallID,
        title: String,
        kind: CallKind,
        idleTimeout: Duration,
        createdAt: MonotonicInstant,
        idleEndsAt: MonotonicInstant? = nil,
        end: End? = nil,
        deadline: MonotonicInstant? = nil,
        top: LogOffset = .zero,
        letterTop: LetterNumber = .none
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.idleTimeout = idleTimeout
        self.createdAt = createdAt
        self.idleEndsAt = idleEndsAt
        self.end = end
        self.deadline = deadline
        self.top = top
        self.letterTop = letterTop
    }
}

/// What is stored of a session. A session that is over stays as a tombstone (HF-45).
package struct SessionRecord: Hashable, Sendable {
    package var id: SessionID
    package var participant: ParticipantID
    package var user: UserID
    package var deviceID: String
    package var grants: Grants
    package var authExpiresAt: MonotonicInstant
    package var generation: ConnectionGeneration
    package var counter: ResumeCounter
    package var lastCommand: CommandNumber
    /// The offset of its own joining: nothing before it is this session's.
    package var joinedAt: LogOffset
    /// Whether a snapshot is due that its client has not processed. Until then its cursor may stand on
    /// a message behind which events of state are missing (HF-23), so that a replay would not do.
    /// A store that can lose its last transactions with the power syncs the one that sets this.
    package var isAwaitingSnapshot: Bool
    /// The era in which it was last attached: a cursor from a later one was given out by a server
    /// whose database this is not, for example the one that was there before a copy was restored.
    package var era: Era
    /// The last event that the client is known to have processed. Stored with the next change of the
    /// session; a loss makes a channel count too many messages as missed.
    package var acknowledged: LogOffset
    /// Messages that the log of a channel no longer has and this session has not seen (HF-66).
    package var missedMessageCount: UInt32
    package var state: State

    package enum State: Hashable, Sendable {
        case attached
        case detached(isExpected: Bool, until: MonotonicInstant)
        case over(Ending, forgetAt: MonotonicInstant)
    }

    /// Why a session is over.
    package enum Ending: Hashable, Sendable {
        case left, expired, removed, replaced
        /// With the call's own reason: the call may have begun anew since.
        case callEnded(CallEndReason)
    }

    package init(
        id: SessionID,
        participant: ParticipantID,
        user: UserID,
        deviceID: String,
        grants: Grants,
        authExpiresAt: MonotonicInstant,
        generation: ConnectionGeneration = ConnectionGeneration(1),
        counter: ResumeCounter = ResumeCounter(0),
        lastCommand: CommandNumber = .none,
        joinedAt: LogOffset = .zero,
        isAwaitingSnapshot: Bool,
        era: Era,
        acknowledged: LogOffset = .zero,
        missedMessageCount: UInt32 = 0,
        state: State = .attached
    ) {
        self.id = id
        self.participant = participant
        self.user = user
        self.deviceID = deviceID
        self.grants = grants
        self.authExpiresAt = authExpiresAt
        self.generation = generation
        self.counter = counter
        self.lastCommand = lastCommand
        self.joinedAt = joinedAt
        self.isAwaitingSnapshot = isAwaitingSnapshot
        self.era = era
        self.acknowledged = acknowledged
        self.missedMessageCount = missedMessageCount
        self.state = state
    }
}

/// As it is stored: one word, and for the end of a call its reason behind a colon.
extension SessionRecord.Ending: RawRepresentable {
    package init?(rawValue: String) {
        switch rawValue {
        case "left": self = .left
        case "expired": self = .expired
        case "removed": self = .removed
        case "replaced": self = .replaced
        default:
            guard rawValue.hasPrefix(Self.callEndedPrefix) else { return nil }
            let reason = rawValue.dropFirst(Self.callEndedPrefix.count)
            self = .callEnded(CallEndReason(rawValue: String(reason)))
        }
    }

    package var rawValue: String {
        switch self {
        case .left: "left"
        case .expired: "expired"
        case .removed: "removed"
        case .replaced: "replaced"
        case .callEnded(let reason): Self.callEndedPrefix + reason.rawValue
        }
    }

    private static let callEndedPrefix = "call_ended:"
}

/// Everything a call's machine starts from.
package struct StoredCall: Hashable, Sendable {
    /// Nil when the call never was, or was forgotten.
    package var record: CallRecord?
    package var participants: [Participant]
    /// Tombstones among them.
    package var sessions: [SessionRecord]
    /// The last results of each session that is not over, in order.
    package var results: [SessionID: [CommandResult]]
    /// The last number of every era in which something was appended, oldest first.
    package var eraEnds: [LogOffset]
    /// The end of the log, as much as fits the ring.
    package var recent: [LogEntry]
    /// The oldest event on disk; zero when there is none.
    package var oldest: LogOffset
    /// Bytes of the log on disk.
    package var logBytes: Int
    /// What only a channel has.
    package var channel: UserChannel.Stored

    package init(
        record: CallRecord? = nil,
        participants: [Participant] = [],
        sessions: [SessionRecord] = [],
        results: [SessionID: [CommandResult]] = [:],
        eraEnds: [LogOffset] = [],
        recent: [LogEntry] = [],
        oldest: LogOffset = .zero,
        logBytes: Int = 0,
        channel: UserChannel.Stored = UserChannel.Stored()
    ) {
        self.record = record
        self.participants = participants
        self.sessions = sessions
        self.results = results
        self.eraEnds = eraEnds
        self.recent = recent
        self.oldest = oldest
        self.logBytes = logBytes
        self.channel = channel
    }
}

/// One change inside a transaction. All belong to the call that the commit names.
package enum StoreWrite: Hashable, Sendable {
    case call(CallRecord)
    case append(LogEntry)
    case participant(Participant)
    case removeParticipant(ParticipantID)
    case session(SessionRecord)
    /// Keep this result, and of this session only the last `keeping` results.
    case result(SessionID, CommandResult, keeping: Int)
    /// Forget the log's events before this one.
    case trim(before: LogOffset)

    // Of a channel.
    /// Instead of what was stored of the ring.
    case ring(ChannelRing)
    case removeRing(RingID)
    case letter(Letter)
    case removeLetter(LetterReceipt)
    /// Instead of what was stored of its sender.
    case letterTaken(TakenLetter)
    case forgetLetters(from: CallID)
    case push(PushRecord)
    case removePush(PushID)
    /// Instead of what was stored of the device; none are forgotten.
    case registrations(ParticipantID, [PushRegistration])
}
