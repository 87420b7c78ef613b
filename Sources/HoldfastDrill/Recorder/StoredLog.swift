#if NIO && Server && os(Linux)
import Foundation
import GRDB

/// The events of a call as they stand in a copy of a server's database, read by SQLite alone.
struct StoredLog {
    /// The encoded event at each offset.
    let bodies: [UInt64: Data]

    init(bodies: [UInt64: Data]) { self.bodies = bodies }

    /// Reads what a server has written so far, also what is still in its write-ahead log. The
    /// server must stand still meanwhile.
    init(of call: String, from database: String, copiedTo folder: String) throws {
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: database + suffix,
                toPath: folder + "/copy.sqlite" + suffix
            )
        }
        let queue = try DatabaseQueue(path: folder + "/copy.sqlite")
        let rows = try queue.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT o, body FROM ev WHERE call = ?",
                arguments: [call]
            )
        }
        self.bodies = Dictionary(
            rows.map { row in
                let offset: Int64 = row["o"]
                let body: Data = row["body"]
                return (UInt64(bitPattern: offset), body)
            },
            uniquingKeysWith: { first, _ in first }
        )
        try queue.close()
    }

    /// Offsets of what was told and is not stored like that; of a message, with its text.
    func unstored(of told: [Recorder.Entry]) -> [UInt64] {
        told.filter { entry in
            guard let body = self.bodies[entry.offset] else { return true }
            return entry.kind == "message" && body.range(of: Data(entry.text.utf8)) == nil
        }.map(\.offset)
    }

    /// Offsets of what is stored and was not told to somebody who was told of everything from the
    /// first of these on.
    func untold(to told: [Recorder.Entry]) -> [UInt64] {
        let offsets = Set(told.map(\.offset))
        let first = told.first?.offset ?? 0
        return self.bodies.keys.filter { $0 >= first && !offsets.contains($0) }.sorted()
    }
}
#endif
