#if Server

import HoldfastProto
import HoldfastWire

/// The bodies of events that were encoded in this tick: a thousand connections that get the same
/// event share one encoding.
struct EventEncodingCache {
    /// Bodies kept at once; a replay beyond it encodes anew.
    static let bodyCountMax = 4096

    private struct Key: Hashable {
        var call: CallID
        var offset: LogOffset
        var encoding: FrameEncoding
    }

    private var bodies: [Key: SharedEventEncoding] = [:]

    /// Nil when the event fits no frame, which its admission should have prevented.
    mutating func encoding(
        of event: LoggedEvent,
        in call: CallID,
        as encoding: FrameEncoding
    ) -> SharedEventEncoding? {
        let key = Key(call: call, offset: event.offset, encoding: encoding)
        if let known = self.bodies[key] { return known }
        let body = try? SharedEventEncoding(
            offset: event.offset,
            timestampMilliseconds: event.timestampMilliseconds,
            event: event.event,
            encoding: encoding
        )
        if self.bodies.count < Self.bodyCountMax { self.bodies[key] = body }
        return body
    }

    mutating func removeAll() {
        if !self.bodies.isEmpty { self.bodies.removeAll(keepingCapacity: true) }
    }
}

#endif
