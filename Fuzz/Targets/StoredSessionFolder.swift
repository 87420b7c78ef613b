import Foundation
import Holdfast
import HoldfastLinux
import HoldfastWire

/// A real folder of sessions with one file in it, which the fuzzer writes.
struct StoredSessionFolder: Sendable {
    static let shared = StoredSessionFolder()

    private let path: String
    private let server: ServerAddress?

    private init() {
        self.path = NSTemporaryDirectory() + "holdfast-fuzz-\(getpid())"
        self.server = try? ServerAddress(parsing: "wss://example.org")
    }

    /// Whatever the file holds, loading finds a session or sets the file aside, and loses nothing.
    func read(_ bytes: [UInt8]) {
        guard let server = self.server else { return check(false, "no address") }
        let files = FileManager.default
        try? files.removeItem(atPath: self.path)
        defer { try? files.removeItem(atPath: self.path) }
        let access: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try? files.createDirectory(
            atPath: self.path,
            withIntermediateDirectories: true,
            attributes: access
        )
        let isWritten = files.createFile(
            atPath: self.path + "/fuzz.session",
            contents: Data(bytes),
            attributes: [.posixPermissions: 0o600]
        )
        check(isWritten, "the file cannot be written")
        let store = FileSessionStore(directory: self.path)
        guard let contents = try? store.load(server: server) else { return }
        check(contents.sessions.count + contents.damages.count <= 1, "one file, several sessions")
        check((try? files.contentsOfDirectory(atPath: self.path))?.count == 1, "the file is lost")
    }
}
