#if Server

import Foundation
import HoldfastProto
import JWTKit

/// `token-keys.json`: a JSON Web Key Set (RFC 7517) in which every key names its `kid` and its
/// `alg`, or has its key as PEM text in `pem`. docs/tokens.md shows one of each kind.
struct TokenKeyFile: Decodable {
    var keys: [Entry]

    struct Entry: Decodable {
        var kid: String
        var alg: String
        /// HS256: the secret, base64url.
        var k: String?
        /// The key as PEM text, public or private.
        var pem: String?
        /// The key as a JWK.
        var jwk: JWK?

        private enum CodingKeys: CodingKey { case kid, alg, k, pem }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.kid = try container.decode(String.self, forKey: .kid)
            self.alg = try container.decode(String.self, forKey: .alg)
            self.k = try container.decodeIfPresent(String.self, forKey: .k)
            self.pem = try container.decodeIfPresent(String.self, forKey: .pem)
            if self.k == nil, self.pem == nil { self.jwk = try JWK(from: decoder) }
        }
    }

    init(path: String) throws(StartupError) {
        guard let data = try PrivateFile.read(path) else {
            throw StartupError(
                "There is no token key file \(path).",
                remedy: "Name one with --token-keys, or start with --dev to have one made."
            )
        }
        do {
            self = try JSONDecoder().decode(TokenKeyFile.self, from: data)
        } catch {
            // What the decoder says may quote the file, so it is not repeated.
            throw StartupError(
                "The token key file \(path) is not a JSON Web Key Set whose keys have kid and alg.",
                remedy: "docs/tokens.md shows what it must look like."
            )
        }
    }
}

extension TokenKeyFile.Entry {
    /// Bytes of the shortest HMAC key: as long as the hash (RFC 7518 §3.2).
    static let secretBytesMin = 32

    /// Builds the one algorithm that this key is for.
    func algorithm(path: String) async throws(StartupError) -> any JWTAlgorithm {
        let keys = JWTKeyCollection()
        let name = JWKIdentifier(string: self.kid)
        do {
            switch (self.alg, self.k, self.pem, self.jwk) {
            case ("HS256", .some(let text), _, _):
                await keys.add(
                    hmac: HMACKey(from: try self.secret(text, path: path)),
                    digestAlgorithm: .sha256,
                    kid: name
                )
            case ("ES256", _, .some(let pem), _):
                if pem.contains("PRIVATE") {
                    await keys.add(ecdsa: try ES256PrivateKey(pem: pem), kid: name)
                } else {
                    await keys.add(ecdsa: try ES256PublicKey(pem: pem), kid: name)
                }
            case ("EdDSA", _, .some(let pem), _):
                if pem.contains("PRIVATE") {
                    await keys.add(eddsa: try EdDSA.PrivateKey(pem: pem), kid: name)
                } else {
                    await keys.add(eddsa: try EdDSA.PublicKey(pem: pem), kid: name)
                }
            case ("RS256", _, .some(let pem), _):
                if pem.contains("PRIVATE") {
                    let key = try Insecure.RSA.PrivateKey(pem: pem)
                    await keys.add(rsa: key, digestAlgorithm: .sha256, kid: name)
                } else {
                    let key = try Insecure.RSA.PublicKey(pem: pem)
                    await keys.add(rsa: key, digestAlgorithm: .sha256, kid: name)
                }
            case ("ES256", _, _, .some(var jwk)), ("EdDSA", _, _, .some(var jwk)),
                ("RS256", _, _, .some(var jwk)):
                jwk.keyIdentifier = name
                try await keys.add(jwk: jwk)
            default:
                throw self.unusable(path, "its alg is not one of HS256, ES256, EdDSA, RS256")
            }
            let algorithm = try await keys.getKey(for: name, alg: self.alg)
            guard algorithm.name == self.alg else {
                throw self.unusable(path, "its key is not one for \(self.alg)")
            }
            return algorithm
        } catch let error as StartupError {
            throw error
        } catch {
            throw self.unusable(path, "it cannot be read as a key for \(self.alg)")
        }
    }

    private func secret(_ text: String, path: String) throws(StartupError) -> [UInt8] {
        guard let secret = Base64URL.decode(text) else {
            throw self.unusable(path, "its k is not base64url without padding")
        }
        guard secret.count >= Self.secretBytesMin else {
            throw self.unusable(
                path,
                "its secret has \(secret.count) bytes, and HS256 needs \(Self.secretBytesMin)"
            )
        }
        return secret
    }

    private func unusable(_ path: String, _ why: String) -> StartupError {
        StartupError(
            "The key \"\(self.kid)\" of \(path) cannot be used: \(why).",
            remedy: "docs/tokens.md shows one key of each kind."
        )
    }
}

#endif
