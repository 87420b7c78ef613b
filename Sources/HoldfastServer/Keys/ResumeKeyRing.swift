#if Server

import Crypto
import Foundation
package import HoldfastProto
package import HoldfastWire

/// The master keys from which every session's resume secret is derived (HF-18).
///
/// A secret is a function of a master key and a session id: nothing secret stands in the database,
/// and a restarted server accepts what its predecessor gave out. The newest key signs, older ones
/// are still accepted, so a rotation cuts nobody off.
package struct ResumeKeyRing: Sendable {
    /// Keys kept in the file. A rotation drops the oldest beyond it, and with it the sessions that
    /// joined under that key.
    package static let keyCountMax = 8

    private let newest: MasterKey
    private let keys: [KeyID: SymmetricKey]
    /// Stands in for a key that is not known: a wrong key id costs what a wrong MAC costs.
    private let decoy: SymmetricKey

    private struct MasterKey: Sendable {
        let id: KeyID
        let key: SymmetricKey
    }

    /// Reads the file; makes it with one random key when it is missing.
    package static func open(path: String) throws(StartupError) -> ResumeKeyRing {
        if let stored = try Self.read(path) { return try ResumeKeyRing(stored, path: path) }
        let first = ResumeKeyFile(keys: [.random(number: 1)])
        try first.write(to: path)
        return try ResumeKeyRing(first, path: path)
    }

    /// Adds a key that signs from now on. A running server reads it on SIGHUP.
    package static func rotate(path: String) throws(StartupError) -> KeyID {
        var file = try Self.read(path) ?? ResumeKeyFile(keys: [])
        let numbers = file.keys.compactMap { Int($0.id.dropFirst()) }
        let next = ResumeKeyFile.Key.random(number: (numbers.max() ?? 0) + 1)
        file.keys.append(next)
        file.keys.removeFirst(max(0, file.keys.count - Self.keyCountMax))
        try file.write(to: path)
        return KeyID(next.id)
    }

    private static func read(_ path: String) throws(StartupError) -> ResumeKeyFile? {
        guard let data = try PrivateFile.read(path) else { return nil }
        return try ResumeKeyFile(data, path: path)
    }

    private init(_ file: ResumeKeyFile, path: String) throws(StartupError) {
        var keys: [KeyID: SymmetricKey] = [:]
        var newest: MasterKey?
        for stored in file.keys {
            let key = MasterKey(id: KeyID(stored.id), key: SymmetricKey(data: stored.secret))
            guard stored.secret.count == 32, keys.updateValue(key.key, forKey: key.id) == nil else {
                throw ResumeKeyFile.malformed(path)
            }
            newest = key
        }
        guard let newest else { throw ResumeKeyFile.malformed(path) }
        self.newest = newest
        self.keys = keys
        self.decoy = SymmetricKey(size: .bits256)
    }

    /// What a joining client is given, once.
    package func resumeKey(for session: SessionID) -> ResumeKey {
        let secret = Self.secret(from: self.newest.key, session: session)
        return ResumeKey(
            id: self.newest.id,
            secret: unsafe secret.withUnsafeBytes { unsafe [UInt8]($0) }
        )
    }

    /// Whether the MAC is right, at the same cost for right, wrong and unknown (HF-18, HF-27).
    package func isValid(
        _ authorization: ResumeAuthorization,
        for ticket: ResumeTicket,
        host: String
    ) -> Bool {
        let known = self.keys[ticket.key]
        let secret = Self.secret(from: known ?? self.decoy, session: ticket.session)
        let input = resumeSigningInput(host: host, payload: authorization.payload)
        let expected = Array(HMAC<SHA256>.authenticationCode(for: input, using: secret))
        return Self.areEqual(expected, authorization.mac) && known != nil
    }

    private static func secret(from master: SymmetricKey, session: SessionID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: master,
            salt: Array(session.rawValue.utf8),
            info: Array("holdfast resume v1".utf8),
            outputByteCount: 32
        )
    }

    /// Looks at every byte whatever the others are, so that time tells nothing.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left, right) { difference |= a ^ b }
        return difference == 0
    }
}

#endif
