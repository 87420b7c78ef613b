#if Server

import HoldfastServerCore
import HoldfastWire

/// The body of `GET /v1/users/{user}`: nothing of a message, and of a ring no more than where it is.
struct UserView: Encodable, Hashable {
    var user: String
    var presence: String
    /// How many devices are signed in, whether they are there or not.
    var devices: Int
    var rings: [RingView]

    struct RingView: Encodable, Hashable {
        var id: String
        var call: String
        var from: String
        var expiresAtMilliseconds: Int64

        init(_ ring: Ring) {
            self.id = ring.id.rawValue
            self.call = ring.call.rawValue
            self.from = ring.from.rawValue
            self.expiresAtMilliseconds = ring.expiresAtMilliseconds
        }

        private enum CodingKeys: String, CodingKey {
            case id, call, from
            case expiresAtMilliseconds = "expires_at_ms"
        }
    }

    init(_ summary: UserSummary) {
        self.user = summary.user.rawValue
        self.presence = summary.presence.rawValue
        self.devices = summary.deviceCount
        self.rings = summary.rings.map(RingView.init)
    }
}

#endif
