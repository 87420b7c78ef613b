/// The value of `Authorization` in a resume request: `Resume <payload>.<mac>` (HF-17).
package struct ResumeAuthorization: Hashable, Sendable {
    /// base64url of the ticket, as it was sent and signed.
    package var payload: String
    /// HMAC-SHA256 over ``resumeSigningInput(host:payload:)``, 32 bytes.
    package var mac: [UInt8]

    package init(payload: String, mac: [UInt8]) {
        self.payload = payload
        self.mac = mac
    }

    /// Reads a header's value. Whether payload and MAC are right is for others to say.
    package init(headerValue: String) throws(FrameError) {
        let parts = headerValue.split(separator: " ", omittingEmptySubsequences: false)
        // RFC 9110 §11.1: the scheme is case-insensitive.
        guard parts.count == 2, parts[0].lowercased() == "resume" else {
            throw .malformed(.notResumeAuthorization)
        }
        let texts = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard texts.count == 2, !texts[0].isEmpty, let mac = Base64URL.decode(texts[1]),
            mac.count == Self.macByteCount
        else { throw .malformed(.notResumeAuthorization) }
        self.init(payload: String(texts[0]), mac: mac)
    }

    /// What the client sends.
    package var headerValue: String {
        "Resume \(self.payload).\(Base64URL.encode(self.mac))"
    }

    /// Bytes of an HMAC-SHA256.
    package static let macByteCount = 32
}

/// The bytes that a resume's MAC covers (HF-17). `host` is the value of the `Host` header; it is
/// taken in lower case, by ASCII alone, because a host name on the wire has nothing else.
package func resumeSigningInput(host: String, payload: String) -> [UInt8] {
    var input = Array("holdfast-resume-v1\n".utf8)
    for byte in host.utf8 {
        let isUppercase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        input.append(isUppercase ? byte | 0x20 : byte)
    }
    input.append(UInt8(ascii: "\n"))
    input.append(contentsOf: payload.utf8)
    return input
}
