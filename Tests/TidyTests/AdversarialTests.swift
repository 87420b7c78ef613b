import Testing

/// docs/adversarial.md says which test shows what. It must not name one that is gone.
@Suite struct AdversarialTests {
    private static let path = "docs/adversarial.md"
    /// The cases of the list; 73 and above are about scale, and measured elsewhere.
    private static let cases = 1...72
    private let tree = SourceTree.repository

    /// A row of the table.
    private struct Row {
        var line: Int
        var number: Int
        var tests: [String]
        var rest: String
    }

    @Test func `every case of the adversarial list is in its table, once and in order`() {
        #expect(self.rows.map(\.number) == Array(Self.cases))
    }

    @Test func `every case has a test, or says why it has none`() {
        expectNone(
            self.rows.filter { $0.tests.isEmpty && $0.rest.isEmpty }.map { row in
                self.finding(row, "case \(row.number) has neither a test nor a reason")
            }
        )
    }

    @Test func `every test that the table names exists in its file`() {
        var findings: [Finding] = []
        for row in self.rows {
            for test in row.tests where !self.exists(test) {
                findings.append(self.finding(row, "there is no test \(test)"))
            }
        }
        expectNone(findings)
    }

    private func finding(_ row: Row, _ what: String) -> Finding {
        Finding(path: Self.path, line: row.line, what: what)
    }

    private var rows: [Row] {
        let lines = self.tree.file(Self.path)?.lines ?? []
        return lines.enumerated().compactMap { index, line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmed }
            guard cells.count == 7, let number = Int(cells[1]) else { return nil }
            let tests = cells[4].split(separator: "<br>").map(\.trimmed)
            return Row(line: index + 1, number: number, tests: tests, rest: cells[5])
        }
    }

    /// `` `sentence` in File `` or `` `drill: fault` ``.
    private func exists(_ test: String) -> Bool {
        let parts = test.split(separator: "`")
        guard test.hasPrefix("`"), let name = parts.first else { return false }
        if name.hasPrefix("drill: ") {
            // A test of the drill holds its page to the faults that there are.
            let fault = "`\(name.dropFirst("drill: ".count))`"
            return self.tree.file("docs/drill.md")?.lines.contains { line in
                line.hasPrefix("|") && line.contains(fault)
            } ?? false
        }
        guard parts.count == 2, parts[1].hasPrefix(" in ") else { return false }
        let file = parts[1].dropFirst(" in ".count).trimmed + ".swift"
        return self.tree.swift(under: "Tests").contains { source in
            source.name == file && source.text.contains("func `\(name)`")
        }
    }
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        let start = self.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
