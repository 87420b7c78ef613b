package import HoldfastWire

/// A call as its events tell it. A call's machine folds them twice: into a draft when they are
/// appended, which decisions read, and into the published view once they are durable, which
/// snapshots show.
package struct CallView: Sendable {
    package var title: String
    package var kind: CallKind
    package private(set) var participants: [ParticipantID: Participant]
    package private(set) var idleEndsAtMilliseconds: Int64

    package init(
        title: String = "",
        kind: CallKind = .audio,
        participants: [Participant] = [],
        idleEndsAtMilliseconds: Int64 = 0
    ) {
        self.title = title
        self.kind = kind
        self.participants = Dictionary(
            participants.map { ($0.id, $0) },
            uniquingKeysWith: { _, later in later }
        )
        self.idleEndsAtMilliseconds = idleEndsAtMilliseconds
    }

    package mutating func apply(_ event: CallEvent) {
        switch event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.participants[participant.id] = participant
        case .participantLeft(let id, _):
            self.participants[id] = nil
        case .idleWarning(let endsAtMilliseconds):
            self.idleEndsAtMilliseconds = endsAtMilliseconds
        case .idleCleared:
            self.idleEndsAtMilliseconds = 0
        case .ended:
            self.participants.removeAll()
            self.idleEndsAtMilliseconds = 0
        case .message, .ring, .ringEnded, .userMessage, .unknown:
            break
        }
    }

    /// The view as of `offset`, in chunks that fit a frame (HF-36). Participants come in the order
    /// of their joining.
    package func snapshot(at offset: LogOffset, isReset: Bool) -> [SnapshotChunk] {
        let ordered = self.participants.values.sorted {
            ($0.joinedAtMilliseconds, $0.id) < ($1.joinedAtMilliseconds, $1.id)
        }
        var pages: [[Participant]] = [[]]
        var bytes = Self.headBytes + 6 * self.title.utf8.count
        for participant in ordered {
            bytes += participant.byteEstimate
            if bytes > Self.chunkBytesMax {
                pages.append([])
                bytes = Self.headBytes + participant.byteEstimate
            }
            pages[pages.count - 1].append(participant)
        }
        return pages.enumerated().map { index, page in
            SnapshotChunk(
                offset: offset,
                index: UInt32(truncatingIfNeeded: index),
                count: UInt32(truncatingIfNeeded: pages.count),
                isReset: isReset,
                title: index == 0 ? self.title : "",
                kind: self.kind,
                participants: page,
                idleEndsAtMilliseconds: self.idleEndsAtMilliseconds
            )
        }
    }

    /// What a snapshot takes on the wire, never too little for the binary encoding.
    var snapshotBytes: Int {
        self.participants.values.reduce(Self.headBytes) { $0 + $1.byteEstimate }
    }

    private static let headBytes = 256
    private static let chunkBytesMax = Limits.frameBytesMax - 1024
}
