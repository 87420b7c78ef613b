#if Server

import Foundation
import GRDB
import HoldfastServerCore
import HoldfastWire

/// What only a user's channel has: rings, letters, and what was taken of others.
extension CallStore {
    static func channel(
        of call: CallID,
        from database: Database
    ) throws -> UserChannel.Stored {
        guard call.channelOwner != nil else { return UserChannel.Stored() }
        let rings = try database.all(
            "SELECT * FROM ring WHERE call = ? ORDER BY id",
            [call.rawValue]
        ).map { row in
            guard case .ring(let ring) = try StoredBody.event(row["body"]).event else {
                throw UnreadableRow(table: "ring")
            }
            return ChannelRing(ring: ring, isCancelled: row["is_cancelled"])
        }
        let letters = try database.all(
            "SELECT * FROM letter WHERE call = ? ORDER BY number",
            [call.rawValue]
        ).map { row in try Self.letter(row, from: call) }
        let taken = try database.all(
            "SELECT * FROM letter_taken WHERE call = ? ORDER BY sender",
            [call.rawValue]
        ).map { row in
            TakenLetter(
                from: CallID(row["sender"]),
                number: LetterNumber(UInt64(clamping: row["number"] as Int64)),
                at: MonotonicInstant(nanoseconds: row["at"])
            )
        }
        return UserChannel.Stored(
            rings: rings,
            letters: letters,
            taken: taken,
            pushes: try Self.pushes(of: call, from: database),
            registrations: try Self.registrations(of: call, from: database)
        )
    }

    static func applyToChannel(
        _ write: StoreWrite,
        of call: CallID,
        to database: Database
    ) throws {
        switch write {
        case .ring(let kept):
            try database.run(
                "INSERT OR REPLACE INTO ring (call, id, is_cancelled, body) VALUES (?, ?, ?, ?)",
                [
                    call.rawValue, kept.ring.id.rawValue, kept.isCancelled,
                    StoredBody.encode(.ring(kept.ring)),
                ]
            )
        case .removeRing(let id):
            try database.run(
                "DELETE FROM ring WHERE call = ? AND id = ?",
                [call.rawValue, id.rawValue]
            )
        case .letter(let letter):
            let (kind, event) = letter.content.columns
            try database.run(
                """
                INSERT INTO letter (call, recipient, number, kind, written_at, body)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    call.rawValue, letter.to.rawValue, Int64(clamping: letter.number.rawValue),
                    kind, letter.writtenAt.nanoseconds, StoredBody.encode(event),
                ]
            )
        case .removeLetter(let receipt):
            try database.run(
                "DELETE FROM letter WHERE call = ? AND recipient = ? AND number = ?",
                [
                    call.rawValue, receipt.to.rawValue, Int64(clamping: receipt.number.rawValue),
                ]
            )
        case .letterTaken(let row):
            try database.run(
                """
                INSERT OR REPLACE INTO letter_taken (call, sender, number, at)
                VALUES (?, ?, ?, ?)
                """,
                [
                    call.rawValue, row.from.rawValue, Int64(clamping: row.number.rawValue),
                    row.at.nanoseconds,
                ]
            )
        case .forgetLetters(let sender):
            try database.run(
                "DELETE FROM letter_taken WHERE call = ? AND sender = ?",
                [call.rawValue, sender.rawValue]
            )
        case .call, .append, .participant, .removeParticipant, .session, .result, .trim,
            .push, .removePush, .registrations:
            break
        }
    }

    /// Forgets the beginning of a log, and says how many bytes that were.
    static func trim(
        _ call: CallID,
        before offset: LogOffset,
        in database: Database
    ) throws -> Int {
        let range: StatementArguments = [call.rawValue, Int64(clamping: offset.rawValue)]
        let sql = "SELECT total(length(body)) FROM ev WHERE call = ? AND o < ?"
        let bytes = try Double.fetchOne(database.cachedStatement(sql: sql), arguments: range) ?? 0
        try database.cachedStatement(sql: "DELETE FROM ev WHERE call = ? AND o < ?")
            .execute(arguments: range)
        return Int(bytes)
    }

    private static func letter(_ row: Row, from call: CallID) throws -> Letter {
        let event = try StoredBody.event(row["body"]).event
        guard let content = Letter.Content(kind: row["kind"], event: event) else {
            throw UnreadableRow(table: "letter")
        }
        return Letter(
            from: call,
            to: CallID(row["recipient"]),
            number: LetterNumber(UInt64(clamping: row["number"] as Int64)),
            content: content,
            writtenAt: MonotonicInstant(nanoseconds: row["written_at"])
        )
    }
}

extension Letter.Content {
    /// The columns `kind` and `body`.
    fileprivate var columns: (kind: String, event: CallEvent) {
        switch self {
        case .invite(let ring): ("invite", .ring(ring))
        case .cancel(let ring): ("cancel", .ring(ring))
        case .answer(let ring): ("answer", .ringEnded(ring))
        case .message(let message): ("message", .userMessage(message))
        }
    }

    fileprivate init?(kind: String, event: CallEvent) {
        switch (kind, event) {
        case ("invite", .ring(let ring)): self = .invite(ring)
        case ("cancel", .ring(let ring)): self = .cancel(ring)
        case ("answer", .ringEnded(let ring)): self = .answer(ring)
        case ("message", .userMessage(let message)): self = .message(message)
        default: return nil
        }
    }
}

#endif
