#if Server

import Foundation
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct DataDirectoryTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func `a new directory and its keys are for their owner alone`() throws {
        let data = try DataDirectory(path: self.directory.file("data"))
        _ = try ResumeKeyRing.open(path: data.resumeKeys)
        #expect(try self.directory.mode(of: "data") == 0o700)
        #expect(try self.directory.mode(of: "data/resume-keys.json") == 0o600)
    }

    @Test func `two servers never share a directory`() throws {
        let path = self.directory.file("data")
        var first: DataDirectory? = try DataDirectory(path: path)
        let error = #expect(throws: StartupError.self) { try DataDirectory(path: path) }
        #expect(error?.problem.contains("Another holdfastd") == true)
        #expect(first?.path == path)
        first = nil
        #expect(throws: Never.self) { try DataDirectory(path: path) }
    }

    @Test func `a directory that others can read is refused`() throws {
        let path = self.directory.file("data")
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
        let error = #expect(throws: StartupError.self) { try DataDirectory(path: path) }
        #expect(error?.remedy == "Close it with: chmod 700 \(path)")
    }

    @Test func `a directory that cannot be made is refused`() throws {
        let file = try self.directory.write("", to: "file")
        let error = #expect(throws: StartupError.self) { try DataDirectory(path: file + "/data") }
        #expect(error?.problem.contains("cannot be made") == true)
    }

    @Test(arguments: [
        "", "{}", #"{"keys": []}"#, #"{"keys": [{"id": "k1", "secret": "c2hvcnQ="}]}"#,
        #"{"keys": [{"id": "k1"}]}"#,
    ])
    func `a malformed key file stops the start and is not overwritten`(text: String) throws {
        let path = try self.directory.write(text, to: "resume-keys.json")
        let error = #expect(throws: StartupError.self) { try ResumeKeyRing.open(path: path) }
        #expect(error?.problem.contains("malformed") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test func `a key file that others can read is refused`() throws {
        let path = self.directory.file("resume-keys.json")
        _ = try ResumeKeyRing.open(path: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = #expect(throws: StartupError.self) { try ResumeKeyRing.open(path: path) }
        #expect(error?.remedy == "Close it with: chmod 600 \(path)")
    }
}

#endif
