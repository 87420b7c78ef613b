#if Server

import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastWire

/// How events and participants stand in the database: as the frame of `holdfast.v1` that would
/// carry them alone. The schema of the wire is the one that never changes incompatibly.
enum StoredBody {
    private static let codec = FrameCodec(encoding: .binary)

    static func encode(_ entry: LogEntry) throws -> Data {
        try Self.encode(
            LoggedEvent(
                offset: entry.offset,
                previous: .zero,
                timestampMilliseconds: entry.timestampMilliseconds,
                event: entry.event
            )
        )
    }

    static func encode(_ participant: Participant) throws -> Data {
        try Self.encode(.participantUpdated(participant))
    }

    static func event(_ body: Data) throws -> LoggedEvent {
        guard case .events(let events) = try Self.codec.decodeServer(body),
            let event = events.first
        else { throw UnreadableRow(table: "ev") }
        return event
    }

    static func participant(_ body: Data) throws -> Participant {
        guard case .participantUpdated(let participant) = try Self.event(body).event else {
            throw UnreadableRow(table: "participant")
        }
        return participant
    }

    /// An event that is in no log.
    static func encode(_ event: CallEvent) throws -> Data {
        try Self.encode(
            LoggedEvent(offset: .zero, previous: .zero, timestampMilliseconds: 0, event: event)
        )
    }

    private static func encode(_ event: LoggedEvent) throws -> Data {
        Data(try Self.codec.encode(.events([event])))
    }
}

#endif
