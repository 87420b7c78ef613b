import Foundation
import HoldfastFuzz
import Testing

/// The fuzzers' corpus, read by the same code without libFuzzer: what once crashed stays mended.
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/Corpus").standardizedFileURL

    private static func inputs(of target: String) -> [URL] {
        let files = try? FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: target),
            includingPropertiesForKeys: nil
        )
        return (files ?? []).sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `every input of the corpus is read, and keeps what must hold`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = Self.inputs(of: name)
        #expect(inputs.count > 2, "no corpus: make fuzz makes one")
        for input in inputs { target.run(Array(try Data(contentsOf: input))) }
    }

    @Test func `every folder of the corpus belongs to a target`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
