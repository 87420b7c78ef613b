package import HoldfastWire

/// One connection's place in its call's log: a cursor and a window, never a queue (HF-35).
package struct Delivery: Sendable {
    /// What is sent next.
    package enum Mode: Hashable, Sendable {
        /// Nothing: the welcome waits for its commit.
        case notStarted
        /// Nothing: a snapshot is due, and that must be durable before the first message goes out.
        case held(isReset: Bool)
        /// The messages, then a snapshot (HF-23).
        case catchingUp(isReset: Bool)
        /// Every visible event.
        case live
    }

    /// Where delivery begins for a cursor (HF-22).
    package struct Plan: Hashable, Sendable {
        /// Nil: every event. Otherwise messages and a snapshot.
        package var snapshot: Snapshot?
        package var cursor: LogOffset
        /// Where the log is read from; not the cursor when the log knows no such offset.
        package var position: LogOffset

        package enum Snapshot: Hashable, Sendable {
            case ordinary
            case reset
            /// A reset to the position, before anything else: the cursor is another log's (HF-22).
            case otherPast
        }
    }

    /// What a connection needs now.
    package enum Step: Hashable, Sendable {
        /// These go out; empty when what was looked at is for others.
        case events([LoggedEvent])
        case snapshot(isReset: Bool)
        /// Messages behind this are to be read from the store.
        case read(after: LogOffset, PageBounds)
        /// Slower than memory reaches back: what is behind is cheaper as a snapshot.
        case fallBehind
    }

    package let session: SessionID
    package let participant: ParticipantID
    /// The generation of the session that this connection is.
    package let generation: ConnectionGeneration
    package let attachedAt: MonotonicInstant
    package private(set) var mode: Mode = .notStarted
    /// Everything up to here was sent or is not for this session.
    package private(set) var position: LogOffset = .zero
    /// Where the client's cursor stands once it has processed what was sent (HF-32).
    package private(set) var lastSent: LogOffset = .zero
    /// The highest offset that the client can truthfully name: what it came with, or was sent.
    private var known: LogOffset = .zero
    /// What the next message needs, when the store gave it and the window had no room: until there is
    /// room, to ask again would be to ask for ever.
    private var bytesNeeded = 0
    /// Set while the store reads a page behind ``position``.
    private var reading: Reading?
    package private(set) var isWritable = true
    /// Since when the socket has taken nothing.
    package private(set) var unwritableSince: MonotonicInstant?
    /// When the client was last heard.
    package var lastHeard: MonotonicInstant
    package var isInBackground: Bool
    /// Whether a frame was ignored because the session was over, or another connection's. Should that
    /// turn out not to be durable, the client must come back to send it again.
    package var hasMissedFrames = false
    private var inFlight = RingBuffer<(offset: LogOffset, bytes: Int)>()
    private var inFlightBytes = 0
    private let eventCountMax: Int
    private let bytesMax: Int

    /// A question to the store: what was published when it was asked, and for how much.
    private struct Reading {
        var through: LogOffset
        var bounds: PageBounds
    }

    package init(
        session: SessionID,
        participant: ParticipantID,
        generation: ConnectionGeneration,
        isInBackground: Bool,
        configuration: ServerConfiguration,
        at now: MonotonicInstant
    ) {
        self.session = session
        self.participant = participant
        self.generation = generation
        self.attachedAt = now
        self.lastHeard = now
        self.isInBackground = isInBackground
        self.eventCountMax = configuration.windowEventCountMax
        self.bytesMax = configuration.windowBytesMax
    }

    /// Whether the welcome has been sent.
    package var hasStarted: Bool { self.mode != .notStarted }

    /// Begins, or begins again. `isHeld`: that a snapshot is due is not durable yet.
    package mutating func start(_ plan: Plan, isHeld: Bool) {
        switch plan.snapshot {
        case nil: self.mode = .live
        case .ordinary?, .otherPast?:
            self.mode = isHeld ? .held(isReset: false) : .catchingUp(isReset: false)
        case .reset?:
            self.mode = isHeld ? .held(isReset: true) : .catchingUp(isReset: true)
        }
        self.lastSent = plan.cursor
        self.position = plan.position
        self.known = max(self.known, plan.cursor)
        self.reading = nil
        self.forgetInFlight()
    }

    /// Turns a live connection into one for which a snapshot is due.
    package mutating func fallBehind(isHeld: Bool) {
        guard self.mode == .live else { return }
        self.mode = isHeld ? .held(isReset: false) : .catchingUp(isReset: false)
    }

    /// Opposite of ``release()``.
    package mutating func holdBack() {
        guard case .catchingUp(let isReset) = self.mode else { return }
        self.mode = .held(isReset: isReset)
    }

    /// That a snapshot is due is durable.
    package mutating func release() {
        guard case .held(let isReset) = self.mode else { return }
        self.mode = .catchingUp(isReset: isReset)
    }

    /// A page that was asked for will not come.
    package mutating func forgetReading() { self.reading = nil }

    /// What the connection needs now, and nil when it needs nothing or takes nothing.
    package mutating func nextStep(in log: CallLog) -> Step? {
        guard self.isOpen else { return nil }
        let top = log.durableTop
        if self.position >= top {
            guard case .catchingUp(let isReset) = self.mode else { return nil }
            return .snapshot(isReset: isReset)
        }
        guard log.holdsInMemory(after: self.position) else {
            if self.mode == .live { return .fallBehind }
            let bounds = PageBounds(
                eventCountMax: min(
                    Limits.pageEventCountMax,
                    self.eventCountMax - self.inFlight.count
                ),
                bytesMax: self.bytesMax - self.inFlightBytes
            )
            self.reading = Reading(through: top, bounds: bounds)
            return .read(after: self.position, bounds)
        }
        let before = self.position
        let behind = log.entries(after: self.position).prefix(Self.scanCountMax)
        let events = self.take(behind, upTo: top)
        return events.isEmpty && self.position == before ? nil : .events(events)
    }

    /// A page of messages came from the store: what goes out, in frames' worth. Nil when nobody waits
    /// for it any more.
    package mutating func take(
        page entries: [LogEntry],
        after: LogOffset,
        upTo top: LogOffset
    ) -> [[LoggedEvent]]? {
        guard let reading = self.reading, self.position == after else { return nil }
        self.reading = nil
        var pages: [[LoggedEvent]] = []
        while true {
            let events = self.take(entries.drop { $0.offset <= self.position }, upTo: top)
            if events.isEmpty { break }
            pages.append(events)
        }
        let rest = entries.first { $0.offset > self.position }
        self.bytesNeeded = rest?.byteEstimate ?? 0
        let isWholeLog = !reading.bounds.isFilled(by: entries)
        if rest.map({ $0.offset > reading.through }) ?? isWholeLog {
            // Nothing but state lies between the last message and what was published then.
            self.position = max(self.position, reading.through)
        }
        return pages
    }

    /// The snapshot as of `offset` goes out.
    package mutating func noteSnapshot(at offset: LogOffset, bytes: Int, isReset: Bool) {
        // A reset may lie below what was in flight; nothing before it will be acknowledged.
        if isReset { self.forgetInFlight() }
        self.noteSent(offset, bytes: bytes)
        self.position = offset
        self.bytesNeeded = 0
        self.mode = .live
    }

    /// A snapshot goes out that leads the client's cursor back to the position; messages and another
    /// snapshot follow.
    package mutating func noteLedBack(bytes: Int) { self.noteSent(self.position, bytes: bytes) }

    /// The client processed everything up to `offset`. False when it cannot know of it (HF-34).
    package mutating func acknowledge(_ offset: LogOffset) -> Bool {
        // Before its welcome a client may speak of the connection before.
        guard self.hasStarted else { return true }
        guard self.isKnown(offset) else { return false }
        while let first = self.inFlight.first, first.offset <= offset {
            _ = self.inFlight.popFirst()
            self.inFlightBytes -= first.bytes
        }
        return true
    }

    /// Whether the client can truthfully name this offset.
    package func isKnown(_ offset: LogOffset) -> Bool { offset <= self.known }

    package mutating func setWritable(_ isWritable: Bool, at now: MonotonicInstant) {
        self.isWritable = isWritable
        self.unwritableSince = isWritable ? nil : (self.unwritableSince ?? now)
    }

    /// The server did not run: nobody was silent in that time.
    package mutating func noteStall(_ gap: Duration, at now: MonotonicInstant) {
        self.lastHeard = now
        self.unwritableSince = self.unwritableSince.map { min($0.advanced(by: gap), now) }
    }

    /// Whether anything may be sent now.
    private var isOpen: Bool {
        switch self.mode {
        case .notStarted, .held: false
        case .catchingUp, .live:
            self.isWritable && self.reading == nil
                && self.inFlight.count < self.eventCountMax && self.inFlightBytes < self.bytesMax
                && self.hasRoom(for: self.bytesNeeded)
        }
    }

    /// Takes what of `entries` is for this connection, at most a page and what the window has left,
    /// and moves the position behind what is done with.
    private mutating func take(
        _ entries: some Sequence<LogEntry>,
        upTo top: LogOffset
    ) -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        var bytes = 0
        for entry in entries {
            guard entry.offset <= top else { break }
            if self.takes(entry) {
                let size = entry.byteEstimate
                guard self.hasRoom(for: size), events.count < Limits.pageEventCountMax,
                    events.isEmpty || bytes + size <= Self.pageBytesMax
                else { break }
                events.append(
                    LoggedEvent(
                        offset: entry.offset,
                        previous: self.lastSent,
                        timestampMilliseconds: entry.timestampMilliseconds,
                        event: entry.event
                    )
                )
                bytes += size
                self.noteSent(entry.offset, bytes: size)
            }
            self.position = entry.offset
        }
        return events
    }

    /// Whether an entry goes to this connection in its mode.
    private func takes(_ entry: LogEntry) -> Bool {
        guard entry.isVisible(to: self.participant) else { return false }
        return self.mode == .live || entry.event.deliveryClass == .message
    }

    private func hasRoom(for bytes: Int) -> Bool {
        // An empty window takes anything: the largest event must get through the smallest window.
        self.inFlight.isEmpty
            || (self.inFlight.count < self.eventCountMax
                && self.inFlightBytes + bytes <= self.bytesMax)
    }

    private mutating func noteSent(_ offset: LogOffset, bytes: Int) {
        self.lastSent = offset
        self.known = max(self.known, offset)
        self.inFlight.append((offset, bytes))
        self.inFlightBytes += bytes
    }

    private mutating func forgetInFlight() {
        self.inFlight = RingBuffer()
        self.inFlightBytes = 0
    }

    private static let pageBytesMax = Limits.frameBytesMax - 512
    /// Entries looked at for one page; more than a page holds, for some are not for everybody.
    private static let scanCountMax = 256
}
