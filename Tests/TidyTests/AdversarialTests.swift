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
        var tests: [TestReference]
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
            for test in row.tests where !test.exists(in: self.tree) {
                findings.append(self.finding(row, "there is no test \(test.text)"))
            }
        }
        expectNone(findings)
    }

    private func finding(_ row: Row, _ what: String) -> Finding {
        Finding(path: Self.path, line: row.line, what: what)
    }

    private var rows: [Row] {
        TableRow.all(in: self.tree.file(Self.path), columns: 5).compactMap { row in
            Int(row.cells[0]).map { number in
                Row(
                    line: row.line,
                    number: number,
                    tests: TestReference.list(in: row.cells[3][...]),
                    rest: row.cells[4]
                )
            }
        }
    }
}
