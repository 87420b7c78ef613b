/// A test as documents name it: `` `sentence` in File ``, or `` `drill: fault` ``.
struct TestReference: Hashable {
    let text: String

    /// The tests of a table's cell, with a line break between them.
    static func list(in cell: Substring) -> [TestReference] {
        cell.split(separator: "<br>").map { TestReference(text: $0.trimmed) }
    }

    /// Whether the file has a test of that sentence, or the drill such a fault.
    func exists(in tree: SourceTree) -> Bool {
        let parts = self.text.split(separator: "`")
        guard self.text.hasPrefix("`"), let name = parts.first else { return false }
        if name.hasPrefix("drill: ") {
            // A test of the drill holds its page to the faults that there are.
            let fault = "`\(name.dropFirst("drill: ".count))`"
            return tree.file("docs/drill.md")?.lines.contains { line in
                line.hasPrefix("|") && line.contains(fault)
            } ?? false
        }
        guard parts.count == 2, parts[1].hasPrefix(" in ") else { return false }
        let file = parts[1].dropFirst(" in ".count).trimmed + ".swift"
        return tree.swift(under: "Tests").contains { source in
            source.name == file && source.text.contains("func `\(name)`")
        }
    }
}

/// A row of a table in a document.
struct TableRow {
    let line: Int
    /// Between the bars, without the spaces around them.
    let cells: [String]

    /// The rows of all tables with so many columns, without their heads.
    static func all(in file: SourceFile?, columns: Int) -> [TableRow] {
        let rows = (file?.lines ?? []).enumerated().compactMap { index, line -> TableRow? in
            guard line.hasPrefix("|") else { return nil }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmed)
            guard cells.count == columns + 2 else { return nil }
            return TableRow(line: index + 1, cells: Array(cells.dropFirst().dropLast()))
        }
        // A head is the row above the rule.
        let rules = Set(rows.filter { $0.cells.allSatisfy { $0.hasPrefix("--") } }.map(\.line))
        return rows.filter { !rules.contains($0.line) && !rules.contains($0.line + 1) }
    }
}

extension Substring {
    /// Without the spaces around it.
    var trimmed: String {
        let start = self.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
