#if Server

import Crypto
import Foundation

/// The secret that the push gateway shares with this server: by it the gateway knows that a push is
/// this server's, and not an old one sent again.
struct PushSecret: Sendable {
    /// Characters of the shortest secret that is taken.
    static let characterCountMin = 32
    /// Characters of the longest.
    static let characterCountMax = 255

    private let key: SymmetricKey

    /// Reads a file that only its owner can read.
    init(path: String) throws(StartupError) {
        guard let data = try PrivateFile.read(path) else {
            throw StartupError(
                "There is no file \(path) with the push secret.",
                remedy: "Make one, and give it to the gateway too: openssl rand -hex 32 > \(path); "
                    + "chmod 600 \(path)"
            )
        }
        let text = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let counts = Self.characterCountMin...Self.characterCountMax
        guard counts.contains(text.utf8.count) else {
            throw StartupError(
                "The push secret of \(path) does not have \(counts.lowerBound) to "
                    + "\(counts.upperBound) characters.",
                remedy: "Make one with: openssl rand -hex 32 > \(path); give the gateway the same."
            )
        }
        self.init(text)
    }

    /// Takes the secret itself, without white space around it.
    init(_ text: String) { self.key = SymmetricKey(data: Data(text.utf8)) }

    /// The value of `Holdfast-Signature` for a body that is sent at a second of Unix time.
    func signature(of body: Data, at seconds: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(seconds).".utf8) + body,
            using: self.key
        )
        let digits = Array("0123456789abcdef")
        let text = code.reduce(into: "") { text, byte in
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return "t=\(seconds),v1=\(text)"
    }
}

#endif
