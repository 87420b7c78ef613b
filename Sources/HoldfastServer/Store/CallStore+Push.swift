#if Server

import GRDB
import HoldfastServerCore
import HoldfastWire

/// How devices are woken, and which of them may have to be (HF-74).
extension CallStore {
    static func pushes(of call: CallID, from database: Database) throws -> [PushRecord] {
        try database.all("SELECT * FROM push WHERE call = ? ORDER BY o, device", [call.rawValue])
            .map { row in
                let ring: String? = row["ring"]
                return PushRecord(
                    device: ParticipantID(row["device"]),
                    occasion: PushOccasion(
                        offset: LogOffset(UInt64(clamping: row["o"] as Int64)),
                        kind: ring.map { .ring(RingID($0)) } ?? .message,
                        endsAt: MonotonicInstant(nanoseconds: row["ends_at"])
                    )
                )
            }
    }

    static func registrations(
        of call: CallID,
        from database: Database
    ) throws -> [ParticipantID: [PushRegistration]] {
        let rows = try database.all(
            "SELECT * FROM push_registration WHERE call = ? ORDER BY device, position",
            [call.rawValue]
        )
        return rows.reduce(into: [:]) { registrations, row in
            let registration = PushRegistration(
                kind: PushKind(rawValue: row["kind"]),
                token: row["token"]
            )
            registrations[ParticipantID(row["device"]), default: []].append(registration)
        }
    }

    static func applyToPush(
        _ write: StoreWrite,
        of call: CallID,
        to database: Database
    ) throws {
        switch write {
        case .push(let record):
            let ring: String? =
                if case .ring(let ring) = record.occasion.kind { ring.rawValue } else { nil }
            try database.run(
                """
                INSERT OR REPLACE INTO push (call, id, device, o, ring, ends_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    call.rawValue, record.id.rawValue, record.device.rawValue,
                    Int64(clamping: record.occasion.offset.rawValue), ring,
                    record.occasion.endsAt.nanoseconds,
                ]
            )
        case .removePush(let id):
            try database.run(
                "DELETE FROM push WHERE call = ? AND id = ?",
                [call.rawValue, id.rawValue]
            )
        case .registrations(let device, let registrations):
            try database.run(
                "DELETE FROM push_registration WHERE call = ? AND device = ?",
                [call.rawValue, device.rawValue]
            )
            for (position, registration) in registrations.enumerated() {
                try database.run(
                    """
                    INSERT INTO push_registration (call, device, position, kind, token)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                    [
                        call.rawValue, device.rawValue, position, registration.kind.rawValue,
                        registration.token.value,
                    ]
                )
            }
        default:
            break
        }
    }
}

#endif
