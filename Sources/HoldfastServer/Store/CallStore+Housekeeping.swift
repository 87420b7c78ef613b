#if Server

import GRDB
import HoldfastServerCore
package import HoldfastWire

/// What is thrown away, and when. Every pass takes a bounded bite, for the writer serves calls
/// meanwhile.
extension CallStore {
    package struct Retention: Sendable {
        /// The log of an ended call (HF-61). Default 10 min.
        package var endedLogLife: Duration = .seconds(600)
        /// Everything else about an ended call (HF-45).
        package var tombstoneLife: Duration
        /// Everything else about an ended channel: longer than others remember its letters, for the
        /// numbers of its letters begin anew (HF-75). Default 8 days.
        package var channelLife: Duration = .seconds(8 * 24 * 3600)
        /// Calls, and sessions, taken by one pass.
        package var biteCountMax = 500

        package init(tombstoneLife: Duration) { self.tombstoneLife = tombstoneLife }
    }

    /// Begins a pass on the writer, behind what waits there. A pass that fails is tried again with
    /// the next one.
    package func clean(now: MonotonicInstant, retention: Retention) {
        self.writer.perform { database in
            try? Self.clean(database, now: now, retention: retention)
        }
    }

    static func clean(
        _ database: Database,
        now: MonotonicInstant,
        retention: Retention
    ) throws {
        let bite = retention.biteCountMax
        let logLimit = now.nanoseconds - retention.endedLogLife.nanoseconds
        let callLimit = now.nanoseconds - retention.tombstoneLife.nanoseconds
        let channelLimit = now.nanoseconds - retention.channelLife.nanoseconds
        try database.inTransaction(.immediate) {
            let withLog = try String.fetchAll(
                database,
                sql: """
                    SELECT id FROM call WHERE ended_at IS NOT NULL AND ended_at < ?
                        AND log_bytes > 0 LIMIT ?
                    """,
                arguments: [logLimit, bite]
            )
            for call in withLog {
                try database.run("DELETE FROM ev WHERE call = ?", [call])
                try database.run("UPDATE call SET log_bytes = 0 WHERE id = ?", [call])
            }
            try database.run(
                """
                DELETE FROM session WHERE (call, id) IN (SELECT call, id FROM session
                    WHERE state NOT IN ('attached', 'lost', 'away') AND until < ? LIMIT ?)
                """,
                [now.nanoseconds, bite]
            )
            let forgotten = try String.fetchAll(
                database,
                sql: """
                    SELECT id FROM call WHERE ended_at IS NOT NULL
                        AND ended_at < CASE WHEN id GLOB '~*' THEN ? ELSE ? END LIMIT ?
                    """,
                arguments: [channelLimit, callLimit, bite]
            )
            for call in forgotten { try Self.forget(call, in: database) }
            return .commit
        }
        try database.execute(sql: "PRAGMA incremental_vacuum(2000)")
    }

    private static func forget(_ call: String, in database: Database) throws {
        let tables = [
            "ev", "era_end", "participant", "session", "cmdres", "ring", "letter", "letter_taken",
            "push", "push_registration",
        ]
        for table in tables {
            try database.run("DELETE FROM \(table) WHERE call = ?", [call])
        }
        try database.run("DELETE FROM call WHERE id = ?", [call])
    }
}

#endif
