#if Server

import Foundation
import HoldfastServerCore
import HoldfastWire

/// What the gateway is told of a push: whom to wake, and nothing of what for but its kind.
struct PushBody: Encodable {
    var id: String
    var user: String
    var device: String
    var kind: String
    var token: String
    var event: String
    var expiresAtMilliseconds: Int64

    init(_ request: PushRequest) {
        self.id = request.id.rawValue
        self.user = request.user.rawValue
        self.device = request.device.rawValue
        self.kind = request.registration.kind.rawValue
        self.token = request.registration.token.value
        self.event =
            switch request.kind {
            case .ring: "ring"
            case .message: "message"
            }
        self.expiresAtMilliseconds = request.endsAt.offset.milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case id, user, device, kind, token, event
        case expiresAtMilliseconds = "expires_at_ms"
    }

    /// One JSON object; the same bytes for every repetition.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

#endif
