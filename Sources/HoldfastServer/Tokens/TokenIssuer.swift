#if Server

import Foundation
import HoldfastProto
package import HoldfastServerCore
package import HoldfastWire
import JWTKit

/// Makes access tokens for development, drills and small installations. An application's own back
/// end makes its users' tokens with any JWT library; docs/tokens.md says what must be in them.
package struct TokenIssuer: Sendable {
    private let kid: String
    private let algorithm: any JWTAlgorithm

    /// What a token is to say.
    package struct Request: Sendable {
        package var user: UserID
        /// Nil for an operator's token.
        package var scope: AccessClaims.Scope?
        package var grants: Grants
        package var isAdministrator: Bool
        package var expiresAt: MonotonicInstant

        package init(
            user: UserID,
            scope: AccessClaims.Scope?,
            grants: Grants = [.join, .publish],
            isAdministrator: Bool = false,
            expiresAt: MonotonicInstant
        ) {
            self.user = user
            self.scope = scope
            self.grants = grants
            self.isAdministrator = isAdministrator
            self.expiresAt = expiresAt
        }
    }

    /// Signs with the key `kid` of the file, or with its first when none is named.
    package init(keyFile path: String, kid: String? = nil) async throws(StartupError) {
        let keys = try TokenKeyFile(path: path).keys
        let key = kid == nil ? keys.first : keys.first { $0.kid == kid }
        guard let key else {
            throw StartupError(
                "The token key file \(path) has no such key.",
                remedy: "Name one that it has."
            )
        }
        self.kid = key.kid
        self.algorithm = try await key.algorithm(path: path)
    }

    /// Throws when the key is a public one, which can only check.
    package func issue(_ request: Request) throws(StartupError) -> String {
        var grants = request.grants.names
        if request.isAdministrator { grants.append(TokenPayload.administrator) }
        let call: String? =
            switch request.scope {
            case .call(let call): call.rawValue
            case .everyCall: "*"
            case nil: nil
            }
        let header = TokenHeader(alg: self.algorithm.name, kid: self.kid, typ: "JWT")
        let payload = TokenPayload(
            sub: request.user.rawValue,
            exp: Double(request.expiresAt.offset.milliseconds) / 1000,
            call: call,
            grants: grants
        )
        do {
            let signed = "\(try Self.encode(header)).\(try Self.encode(payload))"
            let signature = try self.algorithm.sign(Array(signed.utf8))
            return "\(signed).\(Base64URL.encode(signature))"
        } catch {
            throw StartupError(
                "The key \"\(self.kid)\" cannot sign.",
                remedy: "Public keys only check tokens: name a key with its private part."
            )
        }
    }

    private static func encode(_ part: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Base64URL.encode(try encoder.encode(part))
    }
}

/// The key that `--dev` makes, so that a first call needs no other service.
package enum DevelopmentTokenKey {
    package static let kid = "dev"

    /// Writes the file when it is missing.
    package static func makeIfMissing(path: String) throws(StartupError) {
        guard try PrivateFile.read(path) == nil else { return }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let text = """
            {"keys": [{"kid": "\(Self.kid)", "alg": "HS256", "kty": "oct", "k": \
            "\(Base64URL.encode(secret))"}]}

            """
        try PrivateFile.write(Data(text.utf8), to: path)
    }
}

#endif
