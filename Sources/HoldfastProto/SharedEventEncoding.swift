package import HoldfastWire

/// One event of a log, encoded once for every session that sees it.
///
/// Sessions differ in `previous` alone. It is the last field of an event, so a session's frame is
/// the shared bytes, that number and a wrapping: no session costs an encoding of its own.
package struct SharedEventEncoding: Hashable, Sendable {
    /// The encoding of the connections that this serves.
    package let encoding: FrameEncoding
    /// Where the event stands in its log.
    package let offset: LogOffset
    /// The event without `previous`; in JSON also without its closing brace.
    private let body: [UInt8]

    /// Throws when the offset is out of range, and when a frame with this event alone would be
    /// longer than HF-3 allows for some `previous`.
    package init(
        offset: LogOffset,
        timestampMilliseconds: Int64,
        event: CallEvent,
        encoding: FrameEncoding
    ) throws(FrameError) {
        var proto = ProtoEvent(event)
        proto.offset = try offset.wire()
        proto.timestampMs = boundedTimestamp(timestampMilliseconds)
        var body = try FrameCodec(encoding: encoding).serialize(proto)
        if encoding == .json { body.removeLast() }

        self.encoding = encoding
        self.offset = offset
        self.body = body
        let byteCount = self.frame(previous: LogOffset(LogOffset.rawValueMax)).count
        guard byteCount <= Limits.frameBytesMax else { throw .tooLarge(byteCount: byteCount) }
    }

    /// A frame with this event alone, linked to `previous` (HF-32).
    package func frame(previous: LogOffset) -> [UInt8] {
        EventPageEncoder.frame(
            around: self.element(previous: previous),
            encoding: self.encoding
        )
    }

    /// This event as an element of the list in an `events` frame.
    func element(previous: LogOffset) -> [UInt8] {
        // The server's own offsets are in range; a fault there becomes a gap that the client heals.
        let previous = min(previous.rawValue, LogOffset.rawValueMax)
        // Zero is left out, as everywhere.
        switch self.encoding {
        case .binary:
            // Field 2 of Event, a varint.
            let link = previous == 0 ? [] : [0x10] + varint(previous)
            let byteCount = self.body.count + link.count
            // Field 1 of Events, length-delimited.
            return [0x0A] + varint(UInt64(byteCount)) + self.body + link
        case .json:
            let separator = self.body.count > 1 ? "," : ""
            let link = previous == 0 ? "" : "\(separator)\"previous\":\"\(previous)\""
            return self.body + Array("\(link)}".utf8)
        }
    }
}

/// Packs shared events into one frame, as many as fit: at most ``Limits/pageEventCountMax`` and
/// ``Limits/frameBytesMax`` bytes.
package struct EventPageEncoder: Sendable {
    /// The encoding of the connection.
    package let encoding: FrameEncoding
    /// Events taken so far.
    package private(set) var eventCount = 0
    private var elements: [UInt8] = []

    package init(encoding: FrameEncoding) { self.encoding = encoding }

    /// Takes one more event, or returns false and changes nothing when the page is full or the
    /// event was encoded for another kind of connection. An empty page takes every event.
    package mutating func append(_ event: SharedEventEncoding, previous: LogOffset) -> Bool {
        guard event.encoding == self.encoding, self.eventCount < Limits.pageEventCountMax else {
            return false
        }
        let element = event.element(previous: previous)
        let separatorByteCount = self.encoding == .json && self.eventCount > 0 ? 1 : 0
        let byteCount = self.elements.count + separatorByteCount + element.count
        guard Self.frameByteCount(of: byteCount, encoding: self.encoding) <= Limits.frameBytesMax
        else { return false }
        if separatorByteCount > 0 { self.elements.append(UInt8(ascii: ",")) }
        self.elements.append(contentsOf: element)
        self.eventCount += 1
        return true
    }

    /// The frame; the page is empty afterwards. Nil when no event was taken.
    package mutating func finish() -> [UInt8]? {
        guard self.eventCount > 0 else { return nil }
        let frame = Self.frame(around: self.elements, encoding: self.encoding)
        self.elements.removeAll(keepingCapacity: true)
        self.eventCount = 0
        return frame
    }

    private static let prefixJSON = Array(#"{"events":{"events":["#.utf8)
    private static let suffixJSON = Array("]}}".utf8)

    static func frame(around elements: [UInt8], encoding: FrameEncoding) -> [UInt8] {
        switch encoding {
        // Field 2 of ServerFrame, length-delimited.
        case .binary: [0x12] + varint(UInt64(elements.count)) + elements
        case .json: Self.prefixJSON + elements + Self.suffixJSON
        }
    }

    private static func frameByteCount(of byteCount: Int, encoding: FrameEncoding) -> Int {
        switch encoding {
        case .binary: 1 + varint(UInt64(byteCount)).count + byteCount
        case .json: Self.prefixJSON.count + byteCount + Self.suffixJSON.count
        }
    }
}

/// A protobuf varint: seven bits a byte, the lowest first.
private func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
    return bytes
}
