#if Server

import Crypto
import Foundation

/// A fixed secret that opens the operator's interface, for installations whose tokens cannot have
/// the grant `admin`. Only its hash is kept.
package struct AdministrationKey: Sendable {
    /// Characters of the shortest key that is taken.
    package static let characterCountMin = 32

    private let hash: SHA256.Digest

    /// Reads a file that only its owner can read.
    package init(path: String) throws(StartupError) {
        guard let data = try PrivateFile.read(path) else {
            throw StartupError(
                "There is no admin key file \(path).",
                remedy: "Make one, for example: openssl rand -hex 32 > \(path); chmod 600 \(path)"
            )
        }
        let key = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard key.utf8.count >= Self.characterCountMin else {
            throw StartupError(
                "The admin key of \(path) is shorter than \(Self.characterCountMin) characters.",
                remedy: "Make a longer one, for example with: openssl rand -hex 32"
            )
        }
        self.hash = SHA256.hash(data: Data(key.utf8))
    }

    /// Compares hashes, so that time says nothing about the key.
    package func matches(_ candidate: String) -> Bool {
        SHA256.hash(data: Data(candidate.utf8)) == self.hash
    }
}

#endif
