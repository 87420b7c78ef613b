#if Server

import Foundation
import HoldfastProto
package import HoldfastServerCore
package import HoldfastWire
import JWTKit

/// The keys by which access tokens are checked (HF-9).
///
/// A key has one algorithm, fixed when it is read: what a token's header says is compared, never
/// obeyed. Checking takes microseconds and no lock, so it is done where the request is read.
package struct TokenKeys: Sendable {
    /// A token may begin this much later than our clock says: clocks differ.
    package static let notBeforeLeeway: Duration = .seconds(60)

    private let keys: [String: any JWTAlgorithm]

    package static func load(path: String) async throws(StartupError) -> TokenKeys {
        var keys: [String: any JWTAlgorithm] = [:]
        for entry in try TokenKeyFile(path: path).keys {
            let algorithm = try await entry.algorithm(path: path)
            guard keys.updateValue(algorithm, forKey: entry.kid) == nil else {
                throw StartupError(
                    "The token key file \(path) has two keys with the kid \"\(entry.kid)\".",
                    remedy: "Give each key its own kid."
                )
            }
        }
        guard !keys.isEmpty else {
            throw StartupError(
                "The token key file \(path) has no keys, so nobody could join.",
                remedy: "Add one; docs/tokens.md shows one of each kind."
            )
        }
        return TokenKeys(keys: keys)
    }

    private init(keys: [String: any JWTAlgorithm]) { self.keys = keys }

    /// Whether the token is genuine and holds now, and what it says.
    package func verify(
        _ token: String,
        at now: MonotonicInstant
    ) throws(TokenError) -> VerifiedToken {
        guard token.utf8.count <= Limits.tokenBytesMax else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else {
            throw .malformed
        }
        let header = try Self.decode(TokenHeader.self, from: parts[0])
        // RFC 7515 §4.1.11: an extension that must be understood and is not.
        guard header.crit == nil else { throw .malformed }
        let algorithm = try self.algorithm(for: header)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard (try? algorithm.verify(signature, signs: signed)) == true else {
            throw .wrongSignature
        }
        return try Self.claims(try Self.decode(TokenPayload.self, from: parts[1]), at: now)
    }

    private func algorithm(for header: TokenHeader) throws(TokenError) -> any JWTAlgorithm {
        let key: (any JWTAlgorithm)?
        if let kid = header.kid {
            key = self.keys[kid]
        } else {
            // Without a name only one key can be meant.
            key = self.keys.count == 1 ? self.keys.values.first : nil
        }
        guard let key else { throw .unknownKey }
        guard header.alg == key.name else { throw .wrongAlgorithm }
        return key
    }

    private static func claims(
        _ payload: TokenPayload,
        at now: MonotonicInstant
    ) throws(TokenError) -> VerifiedToken {
        let user = UserID(payload.sub)
        guard user.isValid, let expiresAt = Self.instant(payload.exp) else { throw .wrongClaims }
        guard now < expiresAt else { throw .expired }
        if let notBefore = payload.nbf {
            guard let begins = Self.instant(notBefore) else { throw .wrongClaims }
            guard begins <= now.advanced(by: Self.notBeforeLeeway) else { throw .notYetValid }
        }
        var scope: AccessClaims.Scope?
        if let call = payload.call {
            guard call == "*" || CallID(call).isValid || CallID(call).channelOwner == user else {
                throw .wrongClaims
            }
            scope = call == "*" ? .everyCall : .call(CallID(call))
        }
        let names = payload.grants ?? []
        return VerifiedToken(
            user: user,
            scope: scope,
            grants: Grants(names: names),
            isAdministrator: names.contains(TokenPayload.administrator),
            expiresAt: expiresAt
        )
    }

    /// Seconds since the epoch, which RFC 7519 §2 lets have a fraction. Nil for what is no time.
    private static func instant(_ seconds: Double) -> MonotonicInstant? {
        // The year 9999; beyond it nothing is meant seriously.
        guard seconds.isFinite, seconds > 0 else { return nil }
        return MonotonicInstant(offset: .seconds(min(seconds, 253_402_300_799)))
    }

    private static func decode<Part: Decodable>(
        _: Part.Type,
        from text: Substring
    ) throws(TokenError) -> Part {
        guard let bytes = Base64URL.decode(text) else { throw .malformed }
        do {
            return try JSONDecoder().decode(Part.self, from: Data(bytes))
        } catch {
            throw .malformed
        }
    }
}

/// Why a token is refused. Clients are told 4501 alone; this is for metrics and tests.
package enum TokenError: String, Error, Hashable, Sendable, CaseIterable {
    case malformed, unknownKey, wrongAlgorithm, wrongSignature, expired, notYetValid, wrongClaims
}

/// What a genuine token says.
package struct VerifiedToken: Hashable, Sendable {
    package var user: UserID
    /// Nil in a token that is for no call, as an operator's.
    package var scope: AccessClaims.Scope?
    package var grants: Grants
    /// May use the operator's interface.
    package var isAdministrator: Bool
    package var expiresAt: MonotonicInstant

    /// What it allows in calls; nil when it is for none.
    package var access: AccessClaims? {
        guard let scope = self.scope else { return nil }
        return AccessClaims(
            user: self.user,
            scope: scope,
            grants: self.grants,
            expiresAt: self.expiresAt
        )
    }
}

#endif
