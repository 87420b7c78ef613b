#if Server

import Foundation
package import HoldfastWire

/// The STUN and TURN servers that clients are told of, read from the file of `--ice-servers`.
///
/// A TURN server without a credential of its own gets one that expires, for each session another.
package struct ICEServerList: Sendable {
    /// Bytes of all URLs, user names and credentials together: a welcome must fit a frame (HF-3).
    package static let bytesMax = 4096
    /// Built in; see ``TURNSecret/lifeRange``.
    package static let credentialLife: Duration = .seconds(3600)

    private struct Entry: Decodable {
        var urls: [String]
        var username: String?
        var credential: String?

        var isRelay: Bool { self.urls.contains { $0.lowercased().hasPrefix("turn") } }

        /// With what time-limited credentials add at most.
        var byteCount: Int {
            self.urls.reduce(0) { $0 + $1.utf8.count } + max(64, self.username?.utf8.count ?? 0)
                + max(64, self.credential?.utf8.count ?? 0)
        }
    }

    private let entries: [Entry]
    private let secret: TURNSecret?
    private let credentialLife: Duration

    /// No servers.
    package init() {
        self.entries = []
        self.secret = nil
        self.credentialLife = Self.credentialLife
    }

    /// Reads the files that the operator named; nil for none.
    package init(
        path: String?,
        secretPath: String?,
        credentialLife: Duration = Self.credentialLife
    ) throws(StartupError) {
        self.secret = if let secretPath { try TURNSecret(path: secretPath) } else { nil }
        self.entries = if let path { try Self.read(path) } else { [] }
        self.credentialLife = credentialLife
        try self.check()
    }

    /// What one session is told at a moment.
    package func servers(for session: SessionID, at now: MonotonicInstant) -> [ICEServer] {
        self.entries.map { entry in
            guard let secret, entry.isRelay, entry.credential == nil else {
                return ICEServer(
                    urls: entry.urls,
                    username: entry.username ?? "",
                    credential: entry.credential ?? ""
                )
            }
            let (username, credential) = secret.credential(
                for: session,
                until: now.advanced(by: self.credentialLife)
            )
            return ICEServer(urls: entry.urls, username: username, credential: credential)
        }
    }

    private static func read(_ path: String) throws(StartupError) -> [Entry] {
        guard let data = try PrivateFile.read(path),
            let entries = try? JSONDecoder().decode([Entry].self, from: data)
        else {
            // Not what the decoder says: it may quote a credential.
            throw StartupError(
                "The file of ICE servers \(path) cannot be read.",
                remedy: "It is a JSON list of objects with urls and, for a TURN server with a "
                    + "fixed one, username and credential."
            )
        }
        return entries
    }

    private func check() throws(StartupError) {
        guard self.entries.reduce(0, { $0 + $1.byteCount }) <= Self.bytesMax else {
            throw StartupError(
                "The ICE servers have more than \(Self.bytesMax) bytes, and every client gets all.",
                remedy: "Name fewer: a client uses four TURN servers at most."
            )
        }
        let needsSecret = self.entries.contains { $0.isRelay && $0.credential == nil }
        if needsSecret, self.secret == nil {
            throw StartupError(
                "A TURN server of the list has no credential.",
                remedy: "Give it username and credential, or name the secret that it shares with "
                    + "this server with --turn-secret-file."
            )
        }
        if !needsSecret, self.secret != nil {
            throw StartupError(
                "There is a TURN secret, and no TURN server that needs it.",
                remedy: "Name one with --ice-servers, without username and credential."
            )
        }
    }
}

#endif
