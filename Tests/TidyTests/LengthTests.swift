import Testing

/// A file is read in one sitting, a function on one screen.
@Suite struct LengthTests {
    private static let fileLineCountMax = 500
    private static let functionLineCountMax = 70

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
