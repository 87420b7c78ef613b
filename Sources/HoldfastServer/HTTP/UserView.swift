#if Server

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

    init(user: UserID, presence: UserPresence, deviceCount: Int, rings: [Ring]) {
        self.user = user.rawValue
        self.presence = presence.rawValue
        self.devices = deviceCount
        self.rings = rings.map(RingView.init)
    }
}

#endif
