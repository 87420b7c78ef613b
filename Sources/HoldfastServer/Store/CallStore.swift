#if Server

import Foundation
package import GRDB
import HoldfastServerCore
package import HoldfastWire

/// Everything durable, in one SQLite database: one writer, several readers, write-ahead log.
///
/// Opening it gives this process its era (HF-31) before anything else may happen.
package final class CallStore: Sendable {
    /// What a commit waits for.
    package enum Durability: String, Sendable, CaseIterable {
        /// Survives the death of the process. A loss of power may drop the newest commits, which
        /// clients notice by the era (HF-22).
        case normal
        /// Survives a loss of power too: every group of commits waits for the disk.
        case full
    }

    package let pool: DatabasePool
    package let writer: StoreWriter
    /// One more than in any process before.
    package let era: Era

    /// Opens or makes the database at `path` and begins a new era.
    package static func open(
        path: String,
        durability: Durability = .normal,
        commitsPendingMax: Int = StoreWriter.commitsPendingMaxByDesign,
        observe: @escaping StoreWriter.GroupObserver = { _, _ in }
    ) throws(StartupError) -> CallStore {
        do {
            let pool = try DatabasePool(
                path: path,
                configuration: Self.configuration(durability)
            )
            try Self.refuseNewerSchema(pool, path: path)
            try Self.migrator.migrate(pool)
            let era = try Self.beginEra(pool, durability: durability)
            let writer = StoreWriter(
                pool: pool,
                commitsPendingMax: commitsPendingMax,
                observe: observe
            )
            return CallStore(pool: pool, era: era, writer: writer)
        } catch let error as StartupError {
            throw error
        } catch {
            throw Self.explain(error, path: path)
        }
    }

    private init(pool: DatabasePool, era: Era, writer: StoreWriter) {
        self.pool = pool
        self.era = era
        self.writer = writer
    }

    /// Finishes what is waiting, folds the log into the database and closes it. Blocks.
    package func close() throws {
        self.writer.finish()
        try self.pool.writeWithoutTransaction { database in
            _ = try database.checkpoint(.truncate)
        }
        try self.pool.close()
    }

    private static func configuration(_ durability: Durability) -> Configuration {
        var configuration = Configuration()
        configuration.label = "holdfast"
        configuration.maximumReaderCount = 4
        // Another process (a backup) may hold a lock for a moment.
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { database in
            // Takes effect only before the first table is made; harmless afterwards.
            if !database.configuration.readonly {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
            try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue.uppercased())")
        }
        return configuration
    }

    private static func refuseNewerSchema(_ pool: DatabasePool, path: String) throws {
        let version = try pool.read { database in
            try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        }
        guard version > Self.schemaVersion else { return }
        throw StartupError(
            "The database \(path) was written by a newer holdfastd (schema \(version), this one "
                + "knows \(Self.schemaVersion)).",
            remedy: "Start that version, or restore a backup from before the upgrade."
        )
    }

    /// The one commit that always waits for the disk: an era that was used and forgotten would
    /// let two lineages of a log share their offsets.
    private static func beginEra(_ pool: DatabasePool, durability: Durability) throws -> Era {
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            var era: UInt32 = 0
            try database.inTransaction(.immediate) {
                try database.execute(sql: "UPDATE server SET era = era + 1")
                era = try UInt32.fetchOne(database, sql: "SELECT era FROM server") ?? 0
                return .commit
            }
            try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue.uppercased())")
            guard (1...Era.rawValueMax).contains(era) else {
                throw StartupError(
                    "The database has used up its eras (\(Era.rawValueMax) starts).",
                    remedy: "Move it away; a new one begins at the first."
                )
            }
            return Era(era)
        }
    }

    private static func explain(_ error: any Error, path: String) -> StartupError {
        guard let failure = error as? DatabaseError else {
            return StartupError(
                "The database \(path) cannot be opened: \(error).",
                remedy: "Check the rights of the data directory."
            )
        }
        switch failure.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR:
            return StartupError(
                "The database \(path) cannot be written (\(failure.resultCode)).",
                remedy: "The disk is full or failing: make space, then start again."
            )
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return StartupError(
                "The database \(path) is damaged (\(failure.resultCode)).",
                remedy: "Restore a backup. Moving it away begins anew and ends every call."
            )
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return StartupError(
                "The database \(path) cannot be opened for writing (\(failure.resultCode)).",
                remedy: "Check the owner and rights of the files in the data directory."
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StartupError(
                "The database \(path) is locked by another program.",
                remedy: "End that program, for example a backup or an sqlite3 shell."
            )
        default:
            return StartupError(
                "The database \(path) cannot be opened (\(failure.resultCode)).",
                remedy: "Check the disk, or restore a backup."
            )
        }
    }
}

#endif
