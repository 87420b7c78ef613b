#if Server

import Crypto
import Foundation
import HoldfastProto
package import HoldfastWire

/// The secret that the TURN servers share with this server. From it come credentials that expire, in
/// the form that coturn takes with `use-auth-secret`: the user name is `EXPIRY:ID`, the credential
/// base64(HMAC-SHA1(secret, user name)). SHA-1 is that protocol's choice; as a MAC it still holds.
package struct TURNSecret: Sendable {
    /// Characters of the shortest secret that is taken.
    package static let characterCountMin = 16
    /// The longest that coturn takes.
    package static let characterCountMax = 255

    /// How long a credential can be used, by the TURN server's clock.
    package static let lifeRange: ClosedRange<Duration> = .seconds(60)...(.seconds(7 * 24 * 3600))

    private let key: SymmetricKey

    /// Reads a file that only its owner can read.
    package init(path: String) throws(StartupError) {
        guard let data = try PrivateFile.read(path) else {
            throw StartupError(
                "There is no file \(path) with the TURN secret.",
                remedy: "Write coturn's static-auth-secret into it, and: chmod 600 \(path)"
            )
        }
        let text = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let counts = Self.characterCountMin...Self.characterCountMax
        guard counts.contains(text.utf8.count) else {
            throw StartupError(
                "The TURN secret of \(path) does not have \(counts.lowerBound) to "
                    + "\(counts.upperBound) characters.",
                remedy: "Make one with: openssl rand -hex 32 > \(path); give coturn the same."
            )
        }
        self.init(text)
    }

    /// Takes the secret itself, without white space around it.
    package init(_ text: String) { self.key = SymmetricKey(data: Data(text.utf8)) }

    /// A credential for one session that can be used until `expiry`.
    package func credential(
        for session: SessionID,
        until expiry: MonotonicInstant
    ) -> (username: String, credential: String) {
        let username = "\(expiry.offset.components.seconds):\(self.pseudonym(of: session))"
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(username.utf8),
            using: self.key
        )
        return (username, Data(code).base64EncodedString())
    }

    /// The same for every credential of a session, so that TURN servers can count and limit by it;
    /// nobody without the secret can tell which session it is, nor whose.
    private func pseudonym(of session: SessionID) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("holdfast-turn-v1\n\(session.rawValue)".utf8),
            using: self.key
        )
        return Base64URL.encode(Array(code).prefix(12))
    }
}

#endif
