#if Server

import Foundation
import GRDB
import HoldfastServerCore
import HoldfastWire

/// One commit of the engine, as statements. The caller opens and ends the transaction.
extension CallStore {
    static func apply(_ writes: [StoreWrite], of call: CallID, to database: Database) throws {
        var logBytes = 0
        var ends: [Era: LogOffset] = [:]
        for write in writes {
            switch write {
            case .call(let record):
                try Self.write(record, to: database)
            case .append(let entry):
                logBytes += try Self.append(entry, of: call, to: database)
                ends[entry.offset.era] = max(ends[entry.offset.era] ?? .zero, entry.offset)
            case .participant(let participant):
                try database.run(
                    "INSERT OR REPLACE INTO participant (call, id, body) VALUES (?, ?, ?)",
                    [call.rawValue, participant.id.rawValue, StoredBody.encode(participant)]
                )
            case .removeParticipant(let id):
                try database.run(
                    "DELETE FROM participant WHERE call = ? AND id = ?",
                    [call.rawValue, id.rawValue]
                )
            case .session(let record):
                try Self.write(record, of: call, to: database)
            case .result(let session, let result, let keeping):
                try Self.write(result, of: session, keeping: keeping, call: call, to: database)
            case .trim(let offset):
                logBytes -= try Self.trim(call, before: offset, in: database)
            case .ring, .removeRing, .letter, .removeLetter, .letterTaken, .forgetLetters:
                try Self.applyToChannel(write, of: call, to: database)
            case .push, .removePush, .registrations:
                try Self.applyToPush(write, of: call, to: database)
            }
        }
        try Self.noteLog(of: call, grewBy: logBytes, ends: ends, in: database)
    }

    private static func write(_ record: CallRecord, to database: Database) throws {
        // `log_bytes` is not the record's: an update leaves it as it is.
        try database.run(
            """
            INSERT INTO call (id, title, kind, idle_timeout, created_at, idle_ends_at, end_reason,
                ended_at, deadline, top, letter_top)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, kind = excluded.kind,
                idle_timeout = excluded.idle_timeout, created_at = excluded.created_at,
                idle_ends_at = excluded.idle_ends_at, end_reason = excluded.end_reason,
                ended_at = excluded.ended_at, deadline = excluded.deadline, top = excluded.top,
                letter_top = excluded.letter_top
            """,
            [
                record.id.rawValue, record.title, record.kind.rawValue,
                record.idleTimeout.nanoseconds, record.createdAt.nanoseconds,
                record.idleEndsAt?.nanoseconds, record.end?.reason.rawValue,
                record.end?.at.nanoseconds, record.deadline?.nanoseconds,
                Int64(record.top.rawValue), Int64(clamping: record.letterTop.rawValue),
            ]
        )
    }

    private static func append(
        _ entry: LogEntry,
        of call: CallID,
        to database: Database
    ) throws -> Int {
        let body = try StoredBody.encode(entry)
        // No REPLACE: an offset is never reused (HF-31), so a second one is a fault to stop at.
        try database.run(
            "INSERT INTO ev (call, o, audience, is_message, body) VALUES (?, ?, ?, ?, ?)",
            [
                call.rawValue, Int64(entry.offset.rawValue),
                entry.audience.map(\.rawValue).joined(separator: "\n"),
                entry.event.deliveryClass == .message, body,
            ]
        )
        return body.count
    }

    private static func noteLog(
        of call: CallID,
        grewBy bytes: Int,
        ends: [Era: LogOffset],
        in database: Database
    ) throws {
        for (era, end) in ends {
            try database.run(
                """
                INSERT INTO era_end (call, era, o) VALUES (?, ?, ?)
                ON CONFLICT (call, era) DO UPDATE SET o = max(o, excluded.o)
                """,
                [call.rawValue, Int64(era.rawValue), Int64(end.rawValue)]
            )
        }
        guard bytes != 0 else { return }
        try database.run(
            "UPDATE call SET log_bytes = max(0, log_bytes + ?) WHERE id = ?",
            [Int64(bytes), call.rawValue]
        )
    }

    private static func write(
        _ record: SessionRecord,
        of call: CallID,
        to database: Database
    ) throws {
        let (state, until) = record.state.columns
        try database.run(
            """
            INSERT OR REPLACE INTO session (call, id, participant, user, device, grants,
                auth_expires_at, generation, counter, last_command, joined_at,
                is_awaiting_snapshot, era, acknowledged, missed, state, until)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                call.rawValue, record.id.rawValue, record.participant.rawValue,
                record.user.rawValue, record.deviceID, Int64(record.grants.rawValue),
                record.authExpiresAt.nanoseconds, Int64(record.generation.rawValue),
                Int64(clamping: record.counter.rawValue), Int64(record.lastCommand.rawValue),
                Int64(record.joinedAt.rawValue), record.isAwaitingSnapshot,
                Int64(record.era.rawValue), Int64(clamping: record.acknowledged.rawValue),
                Int64(record.missedMessageCount), state, until,
            ]
        )
        if case .over = record.state {
            // Nobody will ask for its results again; the tombstone has the last number.
            try database.run(
                "DELETE FROM cmdres WHERE call = ? AND session = ?",
                [call.rawValue, record.id.rawValue]
            )
        }
    }

    private static func write(
        _ result: CommandResult,
        of session: SessionID,
        keeping: Int,
        call: CallID,
        to database: Database
    ) throws {
        var doneAt: Int64?
        var failure: CommandFailure?
        switch result.outcome {
        case .done(let offset): doneAt = Int64(offset.rawValue)
        case .failed(let reason): failure = reason
        }
        let number = Int64(result.number.rawValue)
        try database.run(
            """
            INSERT OR REPLACE INTO cmdres (call, session, number, done_at, code, message,
                retry_after)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                call.rawValue, session.rawValue, number, doneAt, failure?.code.rawValue,
                failure?.message, failure?.retryAfter?.nanoseconds,
            ]
        )
        // Numbers have no gaps (HF-39), so the last `keeping` are those above this.
        try database.run(
            "DELETE FROM cmdres WHERE call = ? AND session = ? AND number <= ?",
            [call.rawValue, session.rawValue, number - Int64(keeping)]
        )
    }
}

extension Database {
    /// Runs one statement, prepared once.
    func run(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
        try self.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }
}

#endif
