#if os(Linux) || os(Android)
internal import Foundation
package import Holdfast
package import HoldfastCore
package import HoldfastWire

/// Keeps each session in a file of its own, which only its owner can read.
///
/// A file is written beside its place, synced, and renamed into it, so that a crash leaves the old
/// one or the new one. A file that cannot be read is renamed to `….damaged-N` and reported; it is
/// never deleted. A file or folder that others can read is not trusted.
package struct FileSessionStore: SessionStore {
    /// Files set aside; beyond that a damaged file stays where it is and is reported each time.
    package static let damagedCountMax = 16

    private let folder: PrivateFolder
    /// One operation at a time, whoever calls.
    private let turn = Locked(())

    package init(directory: String) { self.folder = PrivateFolder(path: directory) }

    package func load(
        server: ServerAddress
    ) throws(SessionStoreError) -> SessionStoreContents {
        try self.turn.withLock { _ throws(SessionStoreError) in
            var contents = SessionStoreContents()
            for name in try self.folder.names() where name.hasSuffix(Self.suffix) {
                do throws(SessionStoreError) {
                    let bytes = try self.folder.read(name)
                    let entry = try Self.entry(in: bytes, name: name)
                    guard entry.server == server.description else { continue }
                    contents.sessions.append(entry.session)
                } catch {
                    if case .damaged(_, let reason) = error {
                        contents.damages.append(self.setAside(name, reason: reason))
                    } else {
                        contents.damages.append(error)
                    }
                }
            }
            contents.sessions.sort { $0.call < $1.call }
            return contents
        }
    }

    package func save(
        _ session: StoredSession,
        server: ServerAddress
    ) throws(SessionStoreError) {
        try self.turn.withLock { _ throws(SessionStoreError) in
            try self.folder.make()
            let name = Self.name(session.call, server)
            let names = try self.folder.names().filter {
                $0.hasPrefix(Self.prefix(server)) && $0.hasSuffix(Self.suffix)
            }
            guard names.contains(name) || names.count < SessionStoreLimits.sessionCountMax else {
                throw .full
            }
            let bytes: [UInt8]
            do {
                let entry = StoredEntry(session, server: server.description)
                bytes = Array(try JSONEncoder().encode(entry))
            } catch {
                throw .damaged(keptAs: name, reason: "the session cannot be written")
            }
            guard bytes.count <= SessionStoreLimits.entryBytesMax else { throw .full }
            try self.folder.write(bytes, to: name)
        }
    }

    package func remove(_ call: CallID, server: ServerAddress) throws(SessionStoreError) {
        try self.turn.withLock { _ throws(SessionStoreError) in
            try self.folder.remove(Self.name(call, server))
        }
    }

    // MARK: - Entries

    private static let suffix = ".session"

    /// The file of a call. The call's id is an app's, so it becomes a name without dots and slashes.
    private static func name(_ call: CallID, _ server: ServerAddress) -> String {
        let text = Data(call.rawValue.utf8).base64EncodedString()
            .replacing("/", with: "_").replacing("+", with: "-").replacing("=", with: "")
        return self.prefix(server) + String(text.prefix(180)) + self.suffix
    }

    /// Keeps the servers apart by name already; the entry itself has the last word.
    private static func prefix(_ server: ServerAddress) -> String {
        let hash = server.description.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16) + "-"
    }

    private static func entry(
        in bytes: [UInt8],
        name: String
    ) throws(SessionStoreError) -> (server: String, session: StoredSession) {
        do {
            let entry = try JSONDecoder().decode(StoredEntry.self, from: Data(bytes))
            guard entry.version == StoredEntry.currentVersion else {
                throw SessionStoreError.damaged(keptAs: name, reason: "written by another version")
            }
            guard let session = entry.session else {
                throw SessionStoreError.damaged(keptAs: name, reason: "a value is out of range")
            }
            return (entry.server, session)
        } catch let error as SessionStoreError {
            throw error
        } catch {
            // The decoder's own words may quote the secret.
            throw .damaged(keptAs: name, reason: "not a session as this version writes it")
        }
    }

    private func setAside(_ name: String, reason: String) -> SessionStoreError {
        for number in 1...Self.damagedCountMax {
            let aside = "\(name).damaged-\(number)"
            if self.folder.rename(name, toUnused: aside) {
                return .damaged(keptAs: aside, reason: reason)
            }
        }
        return .damaged(keptAs: name, reason: reason)
    }
}

/// How a session looks in its file.
private struct StoredEntry: Codable {
    static let currentVersion = 1

    var version: Int
    var server: String
    var call: String
    var sessionID: String
    var participant: String
    var keyID: String
    var secret: Data
    var counter: UInt64
    var cursor: UInt64
    var lastCommand: UInt32

    init(_ session: StoredSession, server: String) {
        self.version = Self.currentVersion
        self.server = server
        self.call = session.call.rawValue
        self.sessionID = session.session.rawValue
        self.participant = session.participant.rawValue
        self.keyID = session.key.id.rawValue
        self.secret = Data(session.key.secret.value)
        self.counter = session.counter.rawValue
        self.cursor = session.cursor.rawValue
        self.lastCommand = session.lastCommand.rawValue
    }

    /// Nil for values that no session has: a file is input like any other.
    var session: StoredSession? {
        guard self.secret.count == 32, self.counter <= LogOffset.rawValueMax,
            self.cursor <= LogOffset.rawValueMax, !self.sessionID.isEmpty
        else { return nil }
        return StoredSession(
            call: CallID(self.call),
            session: SessionID(self.sessionID),
            participant: ParticipantID(self.participant),
            key: ResumeKey(id: KeyID(self.keyID), secret: Array(self.secret)),
            counter: ResumeCounter(self.counter),
            cursor: LogOffset(self.cursor),
            lastCommand: CommandNumber(self.lastCommand)
        )
    }
}
#endif
