package import HoldfastWire

/// A call as its events tell it. A call's machine folds them twice: into a draft when they are
/// appended, which decisions read, and into the published view once they are durable, which
/// snapshots show.
package struct CallView: Sendable {
    package var title: String
    package var kind: CallKind
    package private(set) var participants: [ParticipantID: Participant]
    package private(set) var idleEndsAtMilliseconds: Int64
    /// In a user's channel: those that have not ended (HF-70).
    package private(set) var rings: [RingID: Ring]

    package init(
        title: String = "",
        kind: CallKind = .audio,
        participants: [Participant] = [],
        idleEndsAtMilliseconds: Int64 = 0,
        rings: [Ring] = []
    ) {
        self.title = title
        self.kind = kind
        self.participants = Dictionary(
            participants.map { ($0.id, $0) },
            uniquingKeysWith: { _, later in later }
        )
        self.idleEndsAtMilliseconds = idleEndsAtMilliseconds
        self.rings = Dictionary(rings.map { ($0.id, $0) }, uniquingKeysWith: { _, later in later })
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
            self.rings.removeAll()
        case .ring(let ring):
            self.rings[ring.id] = ring
        case .ringEnded(let ring):
            self.rings[ring.id] = nil
        case .message, .userMessage, .unknown:
            break
        }
    }

    /// The view as of `offset`, in chunks that fit a frame (HF-36). Participants come in the order
    /// of their joining, rings behind them in the order of their beginning.
    package func snapshot(
        at offset: LogOffset,
        isReset: Bool,
        missedMessageCount: UInt32 = 0
    ) -> [SnapshotChunk] {
        let participants = self.participants.values.sorted {
            ($0.joinedAtMilliseconds, $0.id) < ($1.joinedAtMilliseconds, $1.id)
        }
        let rings = self.rings.values.sorted {
            ($0.startedAtMilliseconds, $0.id) < ($1.startedAtMilliseconds, $1.id)
        }
        var pages = Pages(bytes: Self.headBytes + 6 * self.title.utf8.count)
        for participant in participants {
            pages.makeRoom(for: participant.byteEstimate)
            pages.all[pages.all.count - 1].participants.append(participant)
        }
        for ring in rings {
            pages.makeRoom(for: ring.byteEstimate)
            pages.all[pages.all.count - 1].rings.append(ring)
        }
        return pages.all.enumerated().map { index, page in
            SnapshotChunk(
                offset: offset,
                index: UInt32(truncatingIfNeeded: index),
                count: UInt32(truncatingIfNeeded: pages.all.count),
                isReset: isReset,
                missedMessageCount: index == 0 ? missedMessageCount : 0,
                title: index == 0 ? self.title : "",
                kind: self.kind,
                participants: page.participants,
                idleEndsAtMilliseconds: self.idleEndsAtMilliseconds,
                rings: page.rings
            )
        }
    }

    /// What a snapshot takes on the wire, never too little for the binary encoding.
    var snapshotBytes: Int {
        self.participants.values.reduce(Self.headBytes) { $0 + $1.byteEstimate }
            + self.rings.values.reduce(0) { $0 + $1.byteEstimate }
    }

    /// What goes into each chunk.
    private struct Pages {
        var all: [(participants: [Participant], rings: [Ring])] = [([], [])]
        /// Bytes of the last page.
        var bytes: Int

        mutating func makeRoom(for size: Int) {
            self.bytes += size
            guard self.bytes > CallView.chunkBytesMax else { return }
            self.all.append(([], []))
            self.bytes = CallView.headBytes + size
        }
    }

    private static let headBytes = 256
    private static let chunkBytesMax = Limits.frameBytesMax - 1024
}
