import Testing

/// A file is read in one sitting, a function on one screen.
@Suite struct LengthTests {
    private static let fileLineCountMax = 500
    private static let functionLineCountMax = 70
    private static let secondClientLineCountMax = 250

    @Test func `no file is longer than 500 lines`() {
        let suffixes = [".swift", ".c", ".h", ".java", ".js", ".sh", ".py"]
        for file in SourceTree.repository.files
        where suffixes.contains(where: file.path.hasSuffix) && !file.isGenerated {
            let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
            if count > Self.fileLineCountMax {
                expectNone([Finding(path: file.path, what: "\(count) lines")])
            }
        }
    }

    @Test func `the second client is at most 250 lines, and needs no other file of its folder`() {
        let folder = "Tests/SecondClient/"
        let client = ["frames", "holdfast_client"]
        let scripts = SourceTree.repository.files.filter {
            $0.path.hasPrefix(folder) && $0.path.hasSuffix(".py")
        }
        let files = scripts.filter { client.contains(Self.module($0.path)) }
        #expect(files.count == client.count)
        let count = files.reduce(0) { $0 + $1.lines.count - ($1.lines.last == "" ? 1 : 0) }
        #expect(count <= Self.secondClientLineCountMax, "\(count) lines in \(folder)")
        let others = scripts.map { Self.module($0.path) }.filter { !client.contains($0) }
        #expect(!others.isEmpty)
        for file in files {
            for (index, line) in file.lines.enumerated() {
                for other in others
                where line.hasPrefix("from \(other) ") || line.hasPrefix("import \(other)") {
                    let what = "the second client imports \(other)"
                    expectNone([Finding(path: file.path, line: index + 1, what: what)])
                }
            }
        }
    }

    /// `frames` for `Tests/SecondClient/frames.py`.
    private static func module(_ path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(3) ?? "")
    }

    @Test func `no function is longer than 70 lines`() {
        for file in SourceTree.repository.swift(under: "Sources", "Tests", "Fuzz") {
            for function in SwiftFunction.all(in: file.code)
            where function.lineCount > Self.functionLineCountMax {
                let what = "\(function.name) has \(function.lineCount) lines"
                expectNone([Finding(path: file.path, line: function.firstLine, what: what)])
            }
        }
    }
}
