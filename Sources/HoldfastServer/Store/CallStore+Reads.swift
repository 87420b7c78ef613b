#if Server

import Foundation
package import GRDB
package import HoldfastServerCore
package import HoldfastWire

/// What the engine asks for. Each runs on a reader, beside the writer.
extension CallStore {
    /// Events and bytes of the log that a loaded call starts with.
    package struct RecentBounds: Sendable {
        package var eventCountMax: Int
        package var bytesMax: Int

        package init(eventCountMax: Int, bytesMax: Int) {
            self.eventCountMax = eventCountMax
            self.bytesMax = bytesMax
        }
    }

    /// Everything about one call; an empty value when there is none.
    package static func load(
        _ call: CallID,
        recent bounds: RecentBounds,
        from database: Database
    ) throws -> StoredCall {
        guard
            let row = try database.first(
                "SELECT * FROM call WHERE id = ?",
                [call.rawValue]
            )
        else { return StoredCall() }
        let sessions = try Self.sessions(of: call, from: database)
        let oldest = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT min(o) FROM ev WHERE call = ?"),
            arguments: [call.rawValue]
        )
        return StoredCall(
            record: try Self.record(row),
            participants: try Self.participants(of: call, from: database),
            sessions: sessions,
            results: try Self.results(of: call, sessions: sessions, from: database),
            eraEnds: try Self.eraEnds(of: call, from: database),
            recent: try Self.recent(of: call, within: bounds, from: database),
            oldest: LogOffset(UInt64(clamping: oldest ?? 0)),
            logBytes: row["log_bytes"],
            channel: try Self.channel(of: call, from: database)
        )
    }

    /// The messages behind `after`, in order, until `bounds` are filled.
    package static func messages(
        of call: CallID,
        after: LogOffset,
        within bounds: PageBounds,
        from database: Database
    ) throws -> [LogEntry] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT o, audience, body FROM ev WHERE call = ? AND is_message = 1 AND o > ?
                ORDER BY o LIMIT ?
                """
        )
        let values: [(any DatabaseValueConvertible)?] = [
            call.rawValue, Int64(clamping: after.rawValue), bounds.eventCountMax,
        ]
        let rows = try Row.fetchCursor(statement, arguments: StatementArguments(values))
        var page: [LogEntry] = []
        var bytes = 0
        // A row that is not asked for is not read.
        while bytes < bounds.bytesMax, let row = try rows.next() {
            let entry = try Self.entry(row)
            page.append(entry)
            bytes += entry.byteEstimate
        }
        return page
    }

    /// Calls that have not ended, each with its next deadline.
    package func openCalls() throws -> [OpenCall] {
        try self.pool.read { database in
            let sql = "SELECT id, deadline FROM call WHERE ended_at IS NULL"
            return try Row.fetchAll(database, sql: sql).map { row in
                let deadline: Int64? = row["deadline"]
                return OpenCall(
                    call: CallID(row["id"]),
                    deadline: deadline.map { MonotonicInstant(nanoseconds: $0) }
                )
            }
        }
    }

    private static func record(_ row: Row) throws -> CallRecord {
        let idleEndsAt: Int64? = row["idle_ends_at"]
        let deadline: Int64? = row["deadline"]
        let endReason: String? = row["end_reason"]
        let endedAt: Int64? = row["ended_at"]
        var end: CallRecord.End?
        if let endReason, let endedAt {
            end = CallRecord.End(
                reason: CallEndReason(rawValue: endReason),
                at: MonotonicInstant(nanoseconds: endedAt)
            )
        }
        return CallRecord(
            id: CallID(row["id"]),
            title: row["title"],
            kind: CallKind(rawValue: row["kind"]),
            idleTimeout: .nanoseconds(row["idle_timeout"] as Int64),
            createdAt: MonotonicInstant(nanoseconds: row["created_at"]),
            idleEndsAt: idleEndsAt.map { MonotonicInstant(nanoseconds: $0) },
            end: end,
            deadline: deadline.map { MonotonicInstant(nanoseconds: $0) },
            top: LogOffset(UInt64(clamping: row["top"] as Int64)),
            letterTop: LetterNumber(UInt64(clamping: row["letter_top"] as Int64))
        )
    }

    private static func participants(
        of call: CallID,
        from database: Database
    ) throws -> [Participant] {
        try database.all(
            "SELECT body FROM participant WHERE call = ? ORDER BY id",
            [call.rawValue]
        ).map { row in try StoredBody.participant(row["body"]) }
    }

    private static func sessions(
        of call: CallID,
        from database: Database
    ) throws -> [SessionRecord] {
        try database.all("SELECT * FROM session WHERE call = ? ORDER BY id", [call.rawValue])
            .map { row in
                guard
                    let state = SessionRecord.State(state: row["state"], until: row["until"])
                else { throw UnreadableRow(table: "session") }
                return SessionRecord(
                    id: SessionID(row["id"]),
                    participant: ParticipantID(row["participant"]),
                    user: UserID(row["user"]),
                    deviceID: row["device"],
                    grants: Grants(rawValue: UInt8(clamping: row["grants"] as Int64)),
                    authExpiresAt: MonotonicInstant(nanoseconds: row["auth_expires_at"]),
                    generation: ConnectionGeneration(UInt32(clamping: row["generation"] as Int64)),
                    counter: ResumeCounter(UInt64(clamping: row["counter"] as Int64)),
                    lastCommand: CommandNumber(UInt32(clamping: row["last_command"] as Int64)),
                    joinedAt: LogOffset(UInt64(clamping: row["joined_at"] as Int64)),
                    isAwaitingSnapshot: row["is_awaiting_snapshot"],
                    era: Era(UInt32(clamping: row["era"] as Int64)),
                    acknowledged: LogOffset(UInt64(clamping: row["acknowledged"] as Int64)),
                    missedMessageCount: UInt32(clamping: row["missed"] as Int64),
                    state: state
                )
            }
    }

    private static func results(
        of call: CallID,
        sessions: [SessionRecord],
        from database: Database
    ) throws -> [SessionID: [CommandResult]] {
        var results: [SessionID: [CommandResult]] = [:]
        let rows = try database.all(
            "SELECT * FROM cmdres WHERE call = ? ORDER BY session, number",
            [call.rawValue]
        )
        for row in rows {
            let session = SessionID(row["session"])
            results[session, default: []].append(try Self.result(row))
        }
        return results
    }

    private static func result(_ row: Row) throws -> CommandResult {
        let number = CommandNumber(UInt32(clamping: row["number"] as Int64))
        if let doneAt: Int64 = row["done_at"] {
            return CommandResult(
                number: number,
                outcome: .done(LogOffset(UInt64(clamping: doneAt)))
            )
        }
        guard let code: String = row["code"] else { throw UnreadableRow(table: "cmdres") }
        let retryAfter: Int64? = row["retry_after"]
        return CommandResult(
            number: number,
            outcome: .failed(
                CommandFailure(
                    code: CommandFailure.Code(rawValue: code),
                    message: row["message"] ?? "",
                    retryAfter: retryAfter.map { .nanoseconds($0) }
                )
            )
        )
    }

    private static func eraEnds(of call: CallID, from database: Database) throws -> [LogOffset] {
        try database.all("SELECT o FROM era_end WHERE call = ? ORDER BY era", [call.rawValue])
            .map { row in LogOffset(UInt64(clamping: row["o"] as Int64)) }
    }

    /// The end of the log, read backwards until one of the bounds is reached.
    private static func recent(
        of call: CallID,
        within bounds: RecentBounds,
        from database: Database
    ) throws -> [LogEntry] {
        var entries: [LogEntry] = []
        var bytes = 0
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT o, audience, body FROM ev WHERE call = ? ORDER BY o DESC LIMIT ?
                    """
            ),
            arguments: [call.rawValue, bounds.eventCountMax]
        )
        while let row = try rows.next() {
            bytes += (row["body"] as Data).count
            if bytes > bounds.bytesMax, !entries.isEmpty { break }
            entries.append(try Self.entry(row))
        }
        entries.reverse()
        return entries
    }

    private static func entry(_ row: Row) throws -> LogEntry {
        let audience: String = row["audience"]
        let stored = try StoredBody.event(row["body"])
        return LogEntry(
            offset: LogOffset(UInt64(clamping: row["o"] as Int64)),
            timestampMilliseconds: stored.timestampMilliseconds,
            event: stored.event,
            audience: audience.split(separator: "\n").map { ParticipantID(String($0)) }
        )
    }
}

extension Database {
    /// The rows of one statement, prepared once.
    func all(
        _ sql: String,
        _ values: [(any DatabaseValueConvertible)?]
    ) throws -> [Row] {
        try Row.fetchAll(self.cachedStatement(sql: sql), arguments: StatementArguments(values))
    }

    fileprivate func first(
        _ sql: String,
        _ values: [(any DatabaseValueConvertible)?]
    ) throws -> Row? {
        try Row.fetchOne(self.cachedStatement(sql: sql), arguments: StatementArguments(values))
    }
}

#endif
