#if Server

import GRDB

/// The tables. Points in time and durations are nanoseconds: what the engine stored comes back
/// exactly, so a deadline never moves by being written down.
extension CallStore {
    /// Stands in `PRAGMA user_version`; one more with each migration.
    static let schemaVersion = 4

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: Self.firstSchema)
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("2") { database in
            try database.execute(sql: Self.secondSchema)
            try database.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("3") { database in
            try database.execute(sql: Self.thirdSchema)
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("4") { database in
            try database.execute(sql: Self.fourthSchema)
            try database.execute(sql: "PRAGMA user_version = 4")
        }
        return migrator
    }

    /// `ev` has no row id: a page of a log is one range of one tree. `era_end` outlives the log,
    /// for a cursor must be judged (HF-22) after its events are gone.
    private static let firstSchema = """
        CREATE TABLE server (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            era INTEGER NOT NULL
        ) STRICT;
        INSERT INTO server (id, era) VALUES (1, 0);

        CREATE TABLE call (
            id TEXT NOT NULL PRIMARY KEY,
            title TEXT NOT NULL,
            kind TEXT NOT NULL,
            idle_timeout INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            idle_ends_at INTEGER,
            end_reason TEXT,
            ended_at INTEGER,
            deadline INTEGER,
            top INTEGER NOT NULL,
            log_bytes INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX call_open ON call (deadline) WHERE ended_at IS NULL;
        CREATE INDEX call_over ON call (ended_at) WHERE ended_at IS NOT NULL;

        CREATE TABLE era_end (
            call TEXT NOT NULL,
            era INTEGER NOT NULL,
            o INTEGER NOT NULL,
            PRIMARY KEY (call, era)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ev (
            call TEXT NOT NULL,
            o INTEGER NOT NULL,
            audience TEXT NOT NULL,
            is_message INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (call, o)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX ev_message ON ev (call, o) WHERE is_message = 1;

        CREATE TABLE participant (
            call TEXT NOT NULL,
            id TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (call, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE session (
            call TEXT NOT NULL,
            id TEXT NOT NULL,
            participant TEXT NOT NULL,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            grants INTEGER NOT NULL,
            auth_expires_at INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            counter INTEGER NOT NULL,
            last_command INTEGER NOT NULL,
            joined_at INTEGER NOT NULL,
            is_awaiting_snapshot INTEGER NOT NULL,
            state TEXT NOT NULL,
            until INTEGER,
            PRIMARY KEY (call, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_over ON session (until)
            WHERE state NOT IN ('attached', 'lost', 'away');

        CREATE TABLE cmdres (
            call TEXT NOT NULL,
            session TEXT NOT NULL,
            number INTEGER NOT NULL,
            done_at INTEGER,
            code TEXT,
            message TEXT,
            retry_after INTEGER,
            PRIMARY KEY (call, session, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// When a session was last attached, which an older database cannot say: in the era that ended,
    /// at the latest.
    private static let secondSchema = """
        ALTER TABLE session ADD COLUMN era INTEGER NOT NULL DEFAULT 0;
        UPDATE session SET era = (SELECT era FROM server);
        """

    /// What only channels have (HF-63). `letter` is an outbox: a row goes when its receipt is there.
    private static let thirdSchema = """
        ALTER TABLE session ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE session ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE call ADD COLUMN letter_top INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE ring (
            call TEXT NOT NULL,
            id TEXT NOT NULL,
            is_cancelled INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (call, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE letter (
            call TEXT NOT NULL,
            recipient TEXT NOT NULL,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            written_at INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (call, recipient, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE letter_taken (
            call TEXT NOT NULL,
            sender TEXT NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (call, sender)
        ) STRICT, WITHOUT ROWID;
        """

    /// How devices are woken (HF-74). `push` is what is not decided yet; `ring` is null for a message.
    private static let fourthSchema = """
        CREATE TABLE push (
            call TEXT NOT NULL,
            id TEXT NOT NULL,
            device TEXT NOT NULL,
            o INTEGER NOT NULL,
            ring TEXT,
            ends_at INTEGER NOT NULL,
            PRIMARY KEY (call, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE push_registration (
            call TEXT NOT NULL,
            device TEXT NOT NULL,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            token TEXT NOT NULL,
            PRIMARY KEY (call, device, position)
        ) STRICT, WITHOUT ROWID;
        """
}

#endif
