import Testing

/// What the documents say to those who come from elsewhere is shown by a test, row by row.
@Suite struct ComparisonDocumentTests {
    private static let comingFrom = "docs/coming-from.md"
    private static let failures = "docs/failure-modes.md"
    /// The numbers of the failures that users of other products report; the gaps are theirs.
    private static let failureNumbers: [ClosedRange<Int>] = [
        1...36, 40...71, 80...88, 90...105, 110...117, 120...127, 130...133, 140...144,
    ]
    private let tree = SourceTree.repository

    @Test func `every name of another product has its place here, and a test that runs it`() {
        let rows = TableRow.all(in: self.tree.file(Self.comingFrom), columns: 3)
        #expect(rows.count >= 100)
        expectNone(
            rows.filter { $0.cells.contains("") }.map {
                Finding(path: Self.comingFrom, line: $0.line, what: "a cell is empty")
            }
        )
        expectNone(self.missing(rows, in: Self.comingFrom))
    }

    @Test func `every failure that users report is in the table, once and in order`() {
        let numbers = TableRow.all(in: self.tree.file(Self.failures), columns: 4).map {
            Int($0.cells[0].dropFirst())
        }
        #expect(numbers == Self.failureNumbers.flatMap { Array($0) })
    }

    @Test func `every failure is shown by a test, or is none of ours for a reason`() {
        let rows = TableRow.all(in: self.tree.file(Self.failures), columns: 4)
        expectNone(
            rows.filter { $0.cells[3].isEmpty && !$0.cells[2].hasPrefix("Not ours: ") }.map {
                Finding(path: Self.failures, line: $0.line, what: "no test and no reason")
            }
        )
        expectNone(self.missing(rows, in: Self.failures))
    }

    /// The tests of the last column that are not there.
    private func missing(_ rows: [TableRow], in path: String) -> [Finding] {
        rows.flatMap { row in
            TestReference.list(in: row.cells[row.cells.count - 1][...])
                .filter { !$0.exists(in: self.tree) }
                .map { Finding(path: path, line: row.line, what: "there is no test \($0.text)") }
        }
    }
}
