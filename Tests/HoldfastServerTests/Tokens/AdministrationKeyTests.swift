#if Server

import HoldfastSpec
import Testing

@testable import HoldfastServer

@Suite struct AdministrationKeyTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func `the key of the file matches, and nothing else`() throws {
        let text = String(repeating: "k", count: 32)
        let path = try self.directory.write(text + "\n", to: "key")
        let key = try AdministrationKey(path: path)
        #expect(key.matches(text))
        #expect(!key.matches(text + "k"))
        #expect(!key.matches(""))
    }

    @Test func `a short key stops the start`() throws {
        let path = try self.directory.write(String(repeating: "k", count: 31), to: "key")
        #expect(throws: StartupError.self) { try AdministrationKey(path: path) }
    }

    @Test func `a key that others can read stops the start`() throws {
        let text = String(repeating: "k", count: 32)
        let path = try self.directory.write(text, to: "key", mode: 0o640)
        #expect(throws: StartupError.self) { try AdministrationKey(path: path) }
    }
}

#endif
