/// One ICE candidate that has been read and found harmless (RFC 8839 §5.1).
///
/// Only the parts that are understood are kept: what a peer sends never reaches webrtcbin as it is.
package struct ICECandidate: Equatable, Sendable {
    /// The candidate again, as `candidate:…`.
    package let text: String

    /// Characters of a candidate; the longest legal one is well below.
    static let characterCountMax = 512

    /// Reads `candidate:…`, with or without `a=` before it; nil when it is none.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.characterCountMax else { return nil }
        let body = text.hasPrefix("a=") ? text.dropFirst(2) : text[...]
        guard body.hasPrefix("candidate:") else { return nil }
        let words = body.dropFirst("candidate:".count).split(separator: " ")
        guard words.count >= 8, words[6] == "typ" else { return nil }
        let transport = words[2].lowercased()
        guard Self.isToken(words[0], countMax: 32), ["1", "2"].contains(words[1]),
            ["udp", "tcp"].contains(transport), let priority = UInt32(words[3]),
            Self.isAddress(words[4]), let port = UInt16(words[5]),
            ["host", "srflx", "prflx", "relay"].contains(words[7])
        else { return nil }
        var result =
            "candidate:\(words[0]) \(words[1]) \(transport == "udp" ? "UDP" : "TCP")"
            + " \(priority) \(words[4]) \(port) typ \(words[7])"
        // The rest are pairs of a name and a value; those that are not needed are left out.
        var index = 8
        while index + 1 < words.count {
            let value = words[index + 1]
            switch words[index] {
            case "raddr" where Self.isAddress(value):
                result += " raddr \(value)"
            case "rport":
                guard let port = UInt16(value) else { return nil }
                result += " rport \(port)"
            case "tcptype" where ["active", "passive", "so"].contains(value):
                result += " tcptype \(value)"
            default:
                break
            }
            index += 2
        }
        self.text = result
    }

    /// An IPv4 or IPv6 address, or the `.local` name a browser gives instead. Other names are
    /// refused: a peer must not make us look up what it likes.
    private static func isAddress(_ word: Substring) -> Bool {
        guard (2...64).contains(word.utf8.count) else { return false }
        if word.hasSuffix(".local") {
            return word.dropLast(6).utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || byte == UInt8(ascii: "-")
            }
        }
        return word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default:
                false
            }
        }
    }

    /// `ice-char` of RFC 8839, which is also the alphabet of ICE credentials.
    static func isToken(_ word: Substring, countMax: Int) -> Bool {
        (1...countMax).contains(word.utf8.count)
            && word.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            }
    }
}

/// `A–Z a–z 0–9`.
func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default:
        false
    }
}
