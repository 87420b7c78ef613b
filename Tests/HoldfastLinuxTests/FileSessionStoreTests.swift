#if os(Linux)
import Foundation
import Holdfast
import HoldfastCore
import HoldfastLinux
import HoldfastSpec
import HoldfastWire
import Testing

/// Real files, in a folder of the test's own.
@Suite final class FileSessionStoreTests {
    private let folder: String
    private let store: FileSessionStore
    private let server: ServerAddress
    private let session = storedSession(call: "standup", counter: 1)

    init() throws {
        self.folder = NSTemporaryDirectory() + "/holdfast-\(UUID().uuidString)/state"
        self.store = FileSessionStore(directory: self.folder)
        self.server = try ServerAddress(parsing: "wss://calls.example.com")
    }

    deinit {
        let parent = (self.folder as NSString).deletingLastPathComponent
        try? FileManager.default.removeItem(atPath: parent)
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? []).sorted()
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? Int) ?? -1
    }

    private func path(_ name: String) -> String { self.folder + "/" + name }

    /// The one file of the one session that was saved.
    private func saved() throws -> String {
        try self.store.save(self.session, server: self.server)
        return self.path(try #require(self.names.first))
    }

    @Test func `keeps the contract of session stores`() async throws {
        try await checkSessionStoreContract(self.store)
        #expect(self.names == [])
    }

    @Test func `a folder that is not there holds nothing`() throws {
        #expect(try self.store.load(server: self.server) == SessionStoreContents())
        try self.store.remove(CallID("x"), server: self.server)
    }

    @Test func `only the owner can read what is kept`() throws {
        let file = try self.saved()
        #expect(try self.mode(self.folder) == 0o700)
        #expect(try self.mode(file) == 0o600)
        // A replaced file is a new one; its mode is as strict.
        try self.store.save(self.session, server: self.server)
        #expect(try self.mode(file) == 0o600)
        #expect(self.names.count == 1)
    }

    @Test func `another process finds what is kept`() throws {
        _ = try self.saved()
        let other = FileSessionStore(directory: self.folder)
        #expect(try other.load(server: self.server).sessions == [self.session])
    }

    @Test(arguments: [0o640, 0o604, 0o660])
    func `a file that others can read is not trusted and not touched`(mode: Int) throws {
        let file = try self.saved()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        let contents = try self.store.load(server: self.server)
        #expect(contents.sessions == [])
        #expect(contents.damages == [.exposed(path: (file as NSString).lastPathComponent)])
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test func `a folder that others can read is not used`() throws {
        _ = try self.saved()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: self.folder
        )
        let error = SessionStoreError.exposed(path: self.folder)
        #expect(throws: error) { try self.store.load(server: self.server) }
        #expect(throws: error) { try self.store.save(self.session, server: self.server) }
    }

    @Test(arguments: [
        "", "{", "null", "[]", "{\"version\":1}", String(repeating: "x", count: 20_000),
        "{\"version\":2,\"server\":\"\",\"call\":\"\",\"sessionID\":\"s\",\"participant\":\"\","
            + "\"keyID\":\"\",\"secret\":\"\",\"counter\":0,\"cursor\":0,\"lastCommand\":0}",
        "{\"version\":1,\"server\":\"\",\"call\":\"\",\"sessionID\":\"s\",\"participant\":\"\","
            + "\"keyID\":\"\",\"secret\":\"\",\"counter\":0,\"cursor\":0,\"lastCommand\":0}",
        "{\"version\":1,\"server\":\"\",\"call\":\"\",\"sessionID\":\"s\",\"participant\":\"\","
            + "\"keyID\":\"\",\"secret\":\"\",\"counter\":-1,\"cursor\":0,\"lastCommand\":1e99}",
    ])
    func `a damaged file is kept aside and named, and the others are read`(text: String) throws {
        let file = try self.saved()
        let other = storedSession(call: "other", counter: 2)
        try self.store.save(other, server: self.server)
        try self.overwrite(file, with: Array(text.utf8))

        let contents = try self.store.load(server: self.server)
        #expect(contents.sessions == [other])
        guard case .damaged(let keptAs, _) = contents.damages.first else {
            Issue.record("\(contents.damages)")
            return
        }
        let kept = try Data(contentsOf: URL(filePath: self.path(keptAs)))
        #expect(Array(kept) == Array(text.utf8))
        #expect(!FileManager.default.fileExists(atPath: file))
        // It is reported once; the next load finds a store that is in order.
        #expect(try self.store.load(server: self.server).damages == [])
    }

    @Test func `what a damaged file says is not repeated in the error`() throws {
        let file = try self.saved()
        try self.overwrite(file, with: Array("{\"secret\":\"hunter2\"}".utf8))
        let damages = try self.store.load(server: self.server).damages
        #expect(!damages.isEmpty)
        for damage in damages {
            #expect(!"\(damage)".contains("hunter2"))
            #expect(!"\(damage)".contains(".session"))
        }
        #expect(!"\(SessionStoreError.exposed(path: self.folder))".contains(self.folder))
    }

    @Test func `no file set aside replaces another, and they have a limit`() throws {
        for number in 1...(FileSessionStore.damagedCountMax + 1) {
            let file = try self.saved()
            try self.overwrite(file, with: Array("damage \(number)".utf8))
            #expect(try self.store.load(server: self.server).damages.count == 1)
        }
        let aside = self.names.filter { $0.contains("damaged") }
        #expect(aside.count == FileSessionStore.damagedCountMax)
        // The last one stays in its place, and is still there.
        #expect(self.names.count == FileSessionStore.damagedCountMax + 1)
    }

    @Test func `a symbolic link is not followed`() throws {
        let file = try self.saved()
        let elsewhere = self.folder + "-elsewhere"
        try FileManager.default.moveItem(atPath: file, toPath: elsewhere)
        try FileManager.default.createSymbolicLink(
            atPath: file,
            withDestinationPath: elsewhere
        )
        let contents = try self.store.load(server: self.server)
        #expect(contents.sessions == [])
        #expect(contents.damages.count == 1)
    }

    @Test func `what a process left half written is cleared away`() throws {
        _ = try self.saved()
        let leftover = self.path(".writing-0000")
        try self.overwrite(leftover, with: [1, 2, 3])
        #expect(try self.store.load(server: self.server).sessions == [self.session])
        #expect(!FileManager.default.fileExists(atPath: leftover))
    }

    @Test(arguments: ["h", "holdfast-test-folder", "holdfast-test-other/below/"])
    func `a folder below the present one is made, however short its name`(name: String) throws {
        try? FileManager.default.removeItem(atPath: name)
        defer {
            let first = name.split(separator: "/").first.map(String.init) ?? name
            try? FileManager.default.removeItem(atPath: first)
        }
        try FileSessionStore(directory: name).save(self.session, server: self.server)
        #expect(try self.mode(name) == 0o700)
    }

    @Test func `a folder that cannot be made is an error, not a crash`() throws {
        let blocked = FileSessionStore(directory: "/proc/no/such/folder")
        #expect(throws: SessionStoreError.self) {
            try blocked.save(self.session, server: self.server)
        }
    }

    /// Writes with the mode that the store would use.
    private func overwrite(_ path: String, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
#endif
