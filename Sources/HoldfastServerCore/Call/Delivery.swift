package import HoldfastWire

/// One connection's place in its call's log: a cursor and a window, never a queue (HF-35).
package struct Delivery: Sendable {
    /// What is sent next.
    package enum Mode: Hashable, Sendable {
        /// Nothing: the welcome waits for its commit.
        case notStarted
        /// Every visible event.
        case live
        /// The messages, then a snapshot (HF-23).
        case catchingUp(isReset: Bool)
    }

    package let session: SessionID
    package let participant: ParticipantID
    package var mode: Mode
    /// Everything up to here was sent or is not for this session.
    package var position: LogOffset
    /// Where the client's cursor stands once it has processed what was sent (HF-32).
    package private(set) var lastSent: LogOffset
    /// Set while the store reads a page behind ``position``: what was published when it was asked.
    package var readThrough: LogOffset?
    package private(set) var isWritable = true
    /// Since when the socket has taken nothing.
    package private(set) var unwritableSince: MonotonicInstant?
    /// When the client was last heard.
    package var lastHeard: MonotonicInstant
    package var isInBackground: Bool
    private var inFlight = RingBuffer<(offset: LogOffset, bytes: Int)>()
    private var inFlightBytes = 0
    private let eventCountMax: Int
    private let bytesMax: Int

    package init(
        session: SessionID,
        participant: ParticipantID,
        isInBackground: Bool,
        configuration: ServerConfiguration,
        at now: MonotonicInstant
    ) {
        self.session = session
        self.participant = participant
        self.mode = .notStarted
        self.position = .zero
        self.lastSent = .zero
        self.lastHeard = now
        self.isInBackground = isInBackground
        self.eventCountMax = configuration.windowEventCountMax
        self.bytesMax = configuration.windowBytesMax
    }

    /// Begins, or begins again, at a cursor of the client's. `position` is where the log is read
    /// from; it differs from the cursor when the log knows no such offset.
    package mutating func start(_ mode: Mode, cursor: LogOffset, position: LogOffset) {
        self.mode = mode
        self.lastSent = cursor
        self.position = position
        self.readThrough = nil
        self.inFlight = RingBuffer()
        self.inFlightBytes = 0
    }

    /// Whether anything may be sent now.
    package var isOpen: Bool {
        self.mode != .notStarted && self.isWritable && self.readThrough == nil
            && self.inFlight.count < self.eventCountMax && self.inFlightBytes < self.bytesMax
    }

    /// How many more events the window takes.
    package var eventCountLeft: Int { max(0, self.eventCountMax - self.inFlight.count) }

    /// An event or a snapshot goes out.
    package mutating func noteSent(_ offset: LogOffset, bytes: Int) {
        self.lastSent = offset
        self.inFlight.append((offset, bytes))
        self.inFlightBytes += bytes
    }

    /// The client processed everything up to `offset`. False when that was never sent (HF-34).
    package mutating func acknowledge(_ offset: LogOffset) -> Bool {
        guard offset <= self.lastSent else { return false }
        while let first = self.inFlight.first, first.offset <= offset {
            _ = self.inFlight.popFirst()
            self.inFlightBytes -= first.bytes
        }
        return true
    }

    package mutating func setWritable(_ isWritable: Bool, at now: MonotonicInstant) {
        self.isWritable = isWritable
        self.unwritableSince = isWritable ? nil : (self.unwritableSince ?? now)
    }

    /// A reset snapshot may lie below what was in flight; nothing before it will be acknowledged.
    package mutating func forgetInFlight() {
        self.inFlight = RingBuffer()
        self.inFlightBytes = 0
    }
}
