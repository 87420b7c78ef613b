package import HoldfastWire

/// The log of one call: its end in memory, the rest on disk.
///
/// Offsets grow with every append and are never reused. What is behind the ring is read from the
/// store by whoever needs it.
package struct CallLog: Sendable {
    /// Where a cursor stands.
    package enum Position: Hashable, Sendable {
        /// Everything behind it can be sent.
        case known
        /// The client has seen a future that this store never had (HF-22).
        case ahead
        /// The store lost a suffix that the client has seen (HF-22).
        case suffixLost
        /// Older than what is kept on disk.
        case beforeOldest
    }

    package let era: Era
    private let ringEventCountMax: Int
    private let ringBytesMax: Int
    /// Of a channel, memory and disk hold the same, and its machine says what is forgotten.
    private let isChannel: Bool
    /// The last offset of each era before this one.
    private var eraEnds: [LogOffset]
    private var ring: RingBuffer<LogEntry>
    private var ringBytes: Int
    /// The last offset that was appended, in whatever era.
    package private(set) var top: LogOffset
    /// The last offset that the store has. What is behind it stays in memory, whatever its size.
    package private(set) var durableTop: LogOffset
    /// The oldest offset on disk or in the ring; zero when nothing was ever appended.
    package private(set) var oldest: LogOffset
    /// Bytes of the whole log, as estimated.
    package private(set) var byteCount: Int

    package init(
        era: Era,
        configuration: ServerConfiguration,
        stored: StoredCall = StoredCall(),
        isChannel: Bool = false
    ) {
        self.era = era
        self.isChannel = isChannel
        self.ringEventCountMax = configuration.ringEventCountMax
        self.ringBytesMax = configuration.ringBytesMax
        self.eraEnds = stored.eraEnds
        self.ring = RingBuffer(stored.recent)
        self.ringBytes = stored.recent.reduce(0) { $0 + $1.byteEstimate }
        self.top = max(
            stored.record?.top ?? .zero,
            stored.recent.last?.offset ?? .zero,
            stored.eraEnds.last ?? .zero
        )
        self.durableTop = self.top
        self.oldest = stored.oldest
        self.byteCount = stored.logBytes
        self.trim()
    }

    /// The offset that the next event gets. Nil when the era has run out of numbers.
    package var next: LogOffset? {
        let number = self.top.era == self.era ? self.top.number : 0
        return number < UInt32.max ? LogOffset(era: self.era, number: number + 1) : nil
    }

    /// Appends an event and returns its entry. Nil when the era has run out of numbers.
    package mutating func append(
        _ event: CallEvent,
        audience: [ParticipantID],
        timestampMilliseconds: Int64
    ) -> LogEntry? {
        guard let offset = self.next else { return nil }
        if self.top.era < self.era, self.top != .zero, self.eraEnds.last != self.top {
            self.eraEnds.append(self.top)
        }
        let entry = LogEntry(
            offset: offset,
            timestampMilliseconds: timestampMilliseconds,
            event: event,
            audience: audience
        )
        self.top = entry.offset
        if self.oldest == .zero { self.oldest = entry.offset }
        self.ring.append(entry)
        self.ringBytes += entry.byteEstimate
        self.byteCount += entry.byteEstimate
        self.trim()
        return entry
    }

    /// Everything up to here is in the store.
    package mutating func noteDurable(_ offset: LogOffset) {
        self.durableTop = max(self.durableTop, offset)
    }

    /// Whether everything behind `cursor` is in memory.
    package func holdsInMemory(after cursor: LogOffset) -> Bool {
        guard let first = self.ring.first else { return cursor >= self.top }
        return cursor >= first.offset || self.isFirst(first.offset, after: cursor)
    }

    /// The entries behind `cursor` that are in memory, oldest first.
    package func entries(after cursor: LogOffset) -> Slice<RingBuffer<LogEntry>> {
        self.ring[self.ring.partitioningIndex { $0.offset > cursor }...]
    }

    /// Where a cursor stands (HF-22).
    package func position(of cursor: LogOffset) -> Position {
        if cursor.era > self.era { return .ahead }
        if cursor == .zero { return .known }
        let end = self.end(of: cursor.era)
        if cursor > end { return .suffixLost }
        return cursor < self.oldest && !self.isFirst(self.oldest, after: cursor)
            ? .beforeOldest : .known
    }

    /// The last offset that is known of the era of `cursor`.
    package func end(ofEraOf cursor: LogOffset) -> LogOffset { self.end(of: cursor.era) }

    /// The last offset of an era and of all before it.
    package func end(upTo era: Era) -> LogOffset {
        if self.top.era <= era { return self.top }
        return self.eraEnds.last { $0.era <= era } ?? .zero
    }

    /// The last offset of an era, or the era's beginning when nothing was appended in it.
    private func end(of era: Era) -> LogOffset {
        if self.top.era == era { return self.top }
        return self.eraEnds.last { $0.era == era } ?? LogOffset(era: era, number: 0)
    }

    /// Whether nothing lies between `cursor` and `offset`.
    private func isFirst(_ offset: LogOffset, after cursor: LogOffset) -> Bool {
        if offset.era == cursor.era { return offset.number == cursor.number &+ 1 }
        guard offset.number == 1 else { return false }
        // In another era: everything of the cursor's own has been seen, and none lies between.
        return cursor >= (self.eraEnds.last { $0 < offset } ?? .zero)
    }

    /// Forgets the oldest durable events of a channel beyond its bounds, or from before a time
    /// (HF-66), and returns them. They are to be forgotten on disk, too.
    package mutating func forgetOldest(
        eventCountMax: Int,
        bytesMax: Int,
        beforeMilliseconds: Int64
    ) -> [LogEntry] {
        var forgotten: [LogEntry] = []
        while let first = self.ring.first, first.offset <= self.durableTop,
            self.ring.count > eventCountMax || self.ringBytes > bytesMax
                || first.timestampMilliseconds <= beforeMilliseconds
        {
            _ = self.ring.popFirst()
            self.ringBytes -= first.byteEstimate
            self.byteCount = max(0, self.byteCount - first.byteEstimate)
            forgotten.append(first)
        }
        if !forgotten.isEmpty { self.oldest = self.ring.first?.offset ?? .zero }
        return forgotten
    }

    /// The oldest entry in memory.
    package var first: LogEntry? { self.ring.first }

    private mutating func trim() {
        guard !self.isChannel else { return }
        while let first = self.ring.first, first.offset <= self.durableTop,
            self.ring.count > self.ringEventCountMax
                || (self.ringBytes > self.ringBytesMax && self.ring.count > 1)
        {
            _ = self.ring.popFirst()
            self.ringBytes -= first.byteEstimate
        }
    }
}

extension LogEntry {
    /// What the entry takes on the wire, never too little for the binary encoding.
    package var byteEstimate: Int {
        switch self.event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            64 + participant.byteEstimate
        case .message(let message):
            112 + message.body.byteCount + 24 * message.to.count
        case .ring(let ring), .ringEnded(let ring):
            64 + ring.byteEstimate
        case .userMessage(let message):
            176 + message.body.byteCount
        case .participantLeft, .idleWarning, .idleCleared, .ended, .unknown:
            96
        }
    }
}

extension Ring {
    /// What a ring takes on the wire. In JSON a character may take six bytes.
    package var byteEstimate: Int {
        512 + 6 * self.fromName.utf8.count + self.payload.count * 4 / 3
            + self.legs.reduce(0) { $0 + 96 + $1.user.rawValue.utf8.count }
    }
}

extension Participant {
    /// What a participant takes on the wire. In JSON a character may take six bytes.
    package var byteEstimate: Int {
        160 + 6 * self.displayName.utf8.count + self.userID.rawValue.utf8.count
            + self.media.microphone.rawValue.utf8.count + self.media.camera.rawValue.utf8.count
            + self.media.screen.rawValue.utf8.count
    }
}
