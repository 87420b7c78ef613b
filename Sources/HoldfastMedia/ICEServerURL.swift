package import HoldfastCore
import HoldfastWire

/// A STUN or TURN server in the form webrtcbin wants.
package enum ICEServerURL: Equatable, Sendable {
    case stun(String)
    case relay(String)

    /// Servers of one kind that are used.
    static let relayCountMax = 4

    /// All usable servers; what cannot be read is left out, for one bad entry of the call server
    /// must not cost the call. So is `turns:`: libnice 0.1.21 speaks to it without TLS, and who asks
    /// for TLS must not get less.
    package static func read(_ servers: [MediaICEServer]) -> [ICEServerURL] {
        servers.flatMap { server in server.urls.compactMap { Self.read($0, of: server) } }
    }

    private static func read(_ url: String, of server: MediaICEServer) -> ICEServerURL? {
        let parts = url.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let rest = parts[1].split(separator: "?", maxSplits: 1)
        guard let address = rest.first, let host = Self.host(address) else { return nil }
        let query = rest.count == 2 ? String(rest[1]) : ""
        guard query.isEmpty || query == "transport=udp" || query == "transport=tcp" else {
            return nil
        }
        switch parts[0].lowercased() {
        case "stun":
            return .stun("stun://\(host)")
        case "turn":
            let user = Self.escaped(server.username)
            let password = Self.escaped(server.credential.value)
            let suffix = query.isEmpty ? "" : "?\(query)"
            return .relay("turn://\(user):\(password)@\(host)\(suffix)")
        default:
            return nil
        }
    }

    /// `host`, `host:port` or `[address]:port`, and nothing that could be read as more.
    private static func host(_ text: Substring) -> String? {
        let allowed = text.utf8.allSatisfy { byte in
            isLetterOrDigit(byte) || ".-_:[]".utf8.contains(byte)
        }
        guard allowed, !text.isEmpty, text.utf8.count <= 255 else { return nil }
        let hasPort =
            text.hasPrefix("[") ? text.contains("]:") : text.split(separator: ":").count == 2
        return hasPort ? String(text) : "\(text):3478"
    }

    /// Percent-encoding of everything that is not plainly harmless in a URL.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            if isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") {
                result.append(Character(UnicodeScalar(byte)))
            } else {
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
        return result
    }
}
