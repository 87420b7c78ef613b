import HoldfastWire

/// What the app is told, in order, and how far it has got.
///
/// At most ``windowCountMax`` events are with the app's listeners; the rest waits here. A listener
/// that hangs stops acknowledgements, so the server stops sending after 256 events or 128 KiB
/// (HF-35). Each new connection opens that window anew; ``isFull`` ends it.
struct DeliveryQueue: Hashable, Sendable {
    private struct Item: Hashable, Sendable {
        var event: SessionEvent
        /// What is processed when this item is: nil for what is not in the log.
        var offset: LogOffset?
        var byteCount: Int
    }

    /// Handed over and not processed.
    static let windowCountMax = 32
    /// Beyond one of these two, events from the log are not taken.
    static let countMax = 1024
    static let byteCountMax = 512 * 1024

    /// The last event of the log whose listeners returned.
    private(set) var processed: LogOffset = .zero
    private var waiting: [Item] = []
    private var delivered: [Item] = []
    private var deliveredCount: UInt64 = 0
    private var waitingByteCount = 0

    /// Whether nothing waits and nobody is at work.
    var isEmpty: Bool { self.waiting.isEmpty && self.delivered.isEmpty }

    /// Whether events of the log must not be taken.
    var isFull: Bool {
        self.waiting.count >= Self.countMax || self.waitingByteCount >= Self.byteCountMax
    }

    /// Whether enough room is there again to ask for what was not taken.
    var isHalfEmpty: Bool {
        self.waiting.count <= Self.countMax / 2 && self.waitingByteCount <= Self.byteCountMax / 2
    }

    /// Begins where an earlier process stopped.
    mutating func restore(processed: LogOffset) { self.processed = processed }

    /// Adds an event. A report replaces one of its kind that still waits, and a loss that was
    /// repaired before the app could be told of it is not told.
    mutating func append(_ event: SessionEvent, offset: LogOffset? = nil, byteCount: Int = 0) {
        if case .restored = event, let index = self.waiting.lastIndex(where: { $0.event.isLoss }) {
            self.remove(at: index)
            return
        }
        if let topic = event.topic,
            let same = self.waiting.firstIndex(where: { $0.event.topic == topic })
        {
            guard topic == .caughtUp else {
                self.waiting[same].event = event
                return
            }
            // It speaks of everything before it.
            self.remove(at: same)
        }
        self.waiting.append(Item(event: event, offset: offset, byteCount: byteCount))
        self.waitingByteCount += byteCount
    }

    /// Puts an event before everything that waits.
    mutating func insertFirst(_ event: SessionEvent) {
        self.waiting.insert(Item(event: event, offset: nil, byteCount: 0), at: 0)
    }

    /// Everything so far stands for the log up to `offset`: processed when it is.
    mutating func mark(_ offset: LogOffset) {
        if let last = self.waiting.indices.last {
            self.waiting[last].offset = max(self.waiting[last].offset ?? .zero, offset)
        } else if let last = self.delivered.indices.last {
            self.delivered[last].offset = max(self.delivered[last].offset ?? .zero, offset)
        } else {
            self.processed = max(self.processed, offset)
        }
    }

    /// The server's log is another one (HF-37): positions in the old one mean nothing any more.
    mutating func forgetOffsets(at offset: LogOffset) {
        for index in self.waiting.indices { self.waiting[index].offset = nil }
        for index in self.delivered.indices { self.delivered[index].offset = nil }
        self.processed = min(self.processed, offset)
    }

    /// The next event to hand over, if the window has room.
    mutating func next() -> (DeliveryNumber, SessionEvent)? {
        guard self.delivered.count < Self.windowCountMax, !self.waiting.isEmpty else { return nil }
        let item = self.waiting.removeFirst()
        self.waitingByteCount -= item.byteCount
        self.delivered.append(item)
        self.deliveredCount += 1
        return (DeliveryNumber(self.deliveredCount), item.event)
    }

    /// The listeners returned for `number`, and so for everything before it.
    ///
    /// - Returns: How many events of the log and how many of their bytes are newly processed.
    mutating func processed(_ number: DeliveryNumber) -> (count: Int, byteCount: Int) {
        let first = self.deliveredCount - UInt64(self.delivered.count) + 1
        guard number.rawValue >= first, number.rawValue <= self.deliveredCount else {
            return (0, 0)
        }
        let done = self.delivered.prefix(Int(number.rawValue - first) + 1)
        self.delivered.removeFirst(done.count)
        var sum = (count: 0, byteCount: 0)
        for item in done {
            guard let offset = item.offset else { continue }
            self.processed = max(self.processed, offset)
            sum.count += 1
            sum.byteCount += item.byteCount
        }
        return sum
    }

    private mutating func remove(at index: Int) {
        self.waitingByteCount -= self.waiting[index].byteCount
        guard let offset = self.waiting.remove(at: index).offset else { return }
        if index > 0 {
            self.waiting[index - 1].offset = max(self.waiting[index - 1].offset ?? .zero, offset)
        } else if let last = self.delivered.indices.last {
            self.delivered[last].offset = max(self.delivered[last].offset ?? .zero, offset)
        } else {
            self.processed = max(self.processed, offset)
        }
    }
}

extension SessionEvent {
    fileprivate var isLoss: Bool { if case .lost = self { true } else { false } }

    /// What a newer event of the same topic makes obsolete; nil for what is always told.
    fileprivate enum Topic: Hashable {
        case media(MediaReport.Topic)
        case keepAlive(KeepAliveReport.Topic)
        case presence(UserID)
        case channelState
        case caughtUp
    }

    fileprivate var topic: Topic? {
        switch self {
        case .media(let report): .media(report.topic)
        case .keepAlive(let report): report.topic.map { .keepAlive($0) }
        case .channel(.presence(let user, _)): .presence(user)
        case .channel(.state): .channelState
        case .channel(.caughtUp): .caughtUp
        case .channel(.ring), .channel(.ringEnded), .channel(.message), .joined, .lost, .restored,
            .left, .timedOut, .closed, .participantJoined, .participantUpdated, .participantLeft,
            .message, .idleWarning, .idleCleared, .missedMessages:
            nil
        }
    }
}

extension KeepAliveReport {
    /// What a newer report makes obsolete.
    fileprivate enum Topic: Hashable {
        case service
        case microphone
        case hold
        case screenShare
        case pictureInPicture
        case outputs
        case microphoneChoice
        case cameraChoice
    }

    fileprivate var topic: Topic? {
        switch self {
        case .service: .service
        case .microphoneSilenced, .microphoneHeard: .microphone
        case .held, .resumed: .hold
        case .screenShare: .screenShare
        case .pictureInPicture: .pictureInPicture
        case .outputs: .outputs
        case .microphoneToggled: .microphoneChoice
        case .cameraToggled: .cameraChoice
        // Each tap is one.
        case .action: nil
        }
    }
}

extension MediaReport {
    /// What a newer report makes obsolete.
    fileprivate enum Topic: Hashable {
        case peer(ParticipantID)
        case reception(ParticipantID)
        case statistics(ParticipantID)
        case source
        case videoReplaced(VideoTrack)
        case videoEnded(VideoTrack)
        case devices
        case route(AudioDirection)
        case failure(MediaFailure.Code)
    }

    fileprivate var topic: Topic {
        switch self {
        case .peer(let id, _): .peer(id)
        case .reception(let id, _): .reception(id)
        case .statistics(let statistics): .statistics(statistics.peer)
        case .sourceReplaced: .source
        case .videoReplaced(let replacement): .videoReplaced(replacement.track)
        case .videoEnded(let end): .videoEnded(end.track)
        case .devices: .devices
        case .routeChanged(let change): .route(change.direction)
        case .failed(let failure): .failure(failure.code)
        }
    }
}
