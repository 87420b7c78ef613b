#if Server

package import HoldfastProto
import HoldfastServerCore
import HoldfastWire
package import NIOHTTP1

/// What a WebSocket handshake carries, from headers or from a browser's subprotocols (HF-7, HF-8).
/// Reading judges nothing.
package struct UpgradeRequest: Hashable, Sendable {
    /// Nil: no encoding in common (HF-2).
    package var encoding: FrameEncoding?
    var host: String
    /// The value of `Authorization`.
    package var authorization: String?
    /// base64url of the join options.
    package var options: String?
    /// The token to join with when the session is gone.
    var rejoinToken: String?

    package init(head: HTTPRequestHead) {
        let headers = head.headers
        let offered = headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
        self.encoding = FrameEncoding(offered: offered)
        self.host = headers.first(name: "host") ?? ""
        self.authorization =
            headers.first(name: "authorization")
            ?? Self.text(in: offered, behind: "holdfast.auth.")
        self.options =
            headers.first(name: "x-holdfast-options")
            ?? Self.value(in: offered, behind: "holdfast.options.")
        self.rejoinToken =
            headers.first(name: "x-holdfast-join")
            ?? Self.text(in: offered, behind: "holdfast.join.")
    }

    /// Whether the client says that it returns.
    package var isResume: Bool {
        self.authorization?.prefix(7).lowercased() == "resume "
    }

    /// The token behind `Bearer`; nil when there is none.
    var bearerToken: String? { Self.bearerToken(in: self.authorization) }

    static func bearerToken(in authorization: String?) -> String? {
        guard let authorization, authorization.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return String(authorization.dropFirst(7))
    }

    private static func value(in offered: [String], behind prefix: String) -> String? {
        offered.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    private static func text(in offered: [String], behind prefix: String) -> String? {
        guard let value = Self.value(in: offered, behind: prefix),
            let bytes = Base64URL.decode(value)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What becomes of a handshake.
enum UpgradeDecision: Hashable, Sendable {
    /// Stays HTTP (HF-11).
    case refuse(status: Int, retryAfter: Duration?)
    /// Becomes a WebSocket.
    case accept(Entry)

    /// How a WebSocket begins.
    enum Entry: Hashable, Sendable {
        case join(FrameEncoding, AccessClaims, JoinOptions)
        case resume(FrameEncoding, ResumeTicket, ServerEvent.Rejoin?)
        /// Says goodbye at once. Nil: no encoding in common, so no subprotocol is echoed.
        case dismiss(FrameEncoding?, Bye)

        var encoding: FrameEncoding? {
            switch self {
            case .join(let encoding, _, _), .resume(let encoding, _, _): encoding
            case .dismiss(let encoding, _): encoding
            }
        }
    }
}

#endif
