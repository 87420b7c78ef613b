#if Server

import HoldfastServerCore
import HoldfastWire

/// The body of `GET /v1/calls`.
struct CallList: Encodable {
    var calls: [Call]

    struct Call: Encodable {
        var id: String
        var title: String
        var kind: String
        var attached: Int
        var participants: [Participant]

        init(_ summary: CallSummary) {
            self.id = summary.id.rawValue
            self.title = summary.title
            self.kind = summary.kind.rawValue
            self.attached = summary.attachedCount
            self.participants = summary.participants.map(Participant.init)
        }
    }

    struct Participant: Encodable {
        var id: String
        var user: String
        var name: String
        var reachability: String
        var joinedAtMilliseconds: Int64

        init(_ participant: HoldfastWire.Participant) {
            self.id = participant.id.rawValue
            self.user = participant.userID.rawValue
            self.name = participant.displayName
            self.reachability = participant.reachability.rawValue
            self.joinedAtMilliseconds = participant.joinedAtMilliseconds
        }

        private enum CodingKeys: String, CodingKey {
            case id, user, name, reachability
            case joinedAtMilliseconds = "joined_at_ms"
        }
    }
}

#endif
