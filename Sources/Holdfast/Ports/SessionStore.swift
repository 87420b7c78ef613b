package import HoldfastCore
package import HoldfastWire

/// Port: keeps sessions across the death of the process. What it keeps is secret: a keychain, or a
/// file that only its owner reads.
///
/// Calls come one after another. Nothing is lost by a failure: the session goes on and only the return
/// after a kill is gone.
package protocol SessionStore: Sendable {
    /// Everything kept for a server, and what is there but cannot be read.
    func load(server: ServerAddress) async throws(SessionStoreError) -> SessionStoreContents

    /// Keeps a session, durably, in place of what was kept for the same call and server.
    func save(_ session: StoredSession, server: ServerAddress) async throws(SessionStoreError)

    /// Keeps nothing of this call. A call that is not kept changes nothing.
    func remove(_ call: CallID, server: ServerAddress) async throws(SessionStoreError)
}

/// What a store holds for one server.
package struct SessionStoreContents: Hashable, Sendable {
    /// In the order of the call's identifiers.
    package var sessions: [StoredSession]
    /// One for each entry that cannot be read; such an entry was set aside, never deleted.
    package var damages: [SessionStoreError]

    package init(sessions: [StoredSession] = [], damages: [SessionStoreError] = []) {
        self.sessions = sessions
        self.damages = damages
    }
}

/// Why a store could not do its work. Its description carries no secret, no path and no call id.
package enum SessionStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Folder or file cannot be read or written. `code` is the system's `errno`.
    case unavailable(operation: String, code: Int32)
    /// An entry is not what this version wrote. It was kept under `keptAs`.
    case damaged(keptAs: String, reason: String)
    /// An entry can be read by others than its owner: it is not trusted.
    case exposed(path: String)
    /// More entries than ``SessionStoreLimits/sessionCountMax``.
    case full

    package var description: String {
        switch self {
        case .unavailable(let operation, let code): "cannot \(operation) (errno \(code))"
        // File names contain the call, folders the user.
        case .damaged(_, let reason): "damaged entry, set aside: \(reason)"
        case .exposed: "an entry or its folder can be read by others; not used"
        case .full: "more than \(SessionStoreLimits.sessionCountMax) sessions"
        }
    }
}

/// Bounds that every store keeps.
package enum SessionStoreLimits {
    /// Sessions of one server: 64 calls and the user's channel.
    package static let sessionCountMax = 65
    /// Bytes of one entry.
    package static let entryBytesMax = 16 * 1024
}

/// Keeps sessions in memory alone: for apps that do not want to return after a kill.
package final class VolatileSessionStore: SessionStore {
    private struct Key: Hashable {
        var call: CallID
        var server: ServerAddress
    }

    private let kept = Locked<[Key: StoredSession]>([:])

    package init() {}

    package func load(server: ServerAddress) -> SessionStoreContents {
        SessionStoreContents(
            sessions: self.kept.withLock { kept in
                kept.filter { $0.key.server == server }.values.sorted { $0.call < $1.call }
            }
        )
    }

    package func save(
        _ session: StoredSession,
        server: ServerAddress
    ) throws(SessionStoreError) {
        try self.kept.withLock { kept throws(SessionStoreError) in
            let key = Key(call: session.call, server: server)
            let count = kept.keys.count { $0.server == server }
            guard kept[key] != nil || count < SessionStoreLimits.sessionCountMax else {
                throw .full
            }
            kept[key] = session
        }
    }

    package func remove(_ call: CallID, server: ServerAddress) {
        self.kept.withLock { $0[Key(call: call, server: server)] = nil }
    }
}
