extension Comparison {
    /// What fills a cell when nothing went wrong.
    private static let kept = "kept"
    /// Columns of the first column; longer names go on in the next line.
    private static let nameWidth = 38

    /// For people: a line for each history, a column for each policy, in each cell the worst that happened
    /// and the rule that did it.
    package var table: String {
        let cells = self.rows.map { row in
            self.policies.map { policy in
                row.findings[policy]?.first?.summary ?? Self.kept
            }
        }
        let widths = self.policies.indices.map { column in
            (cells.map { $0[column].count } + [self.policies[column].rawValue.count]).max() ?? 0
        }
        var lines = [
            Self.line(self.title, self.policies.map(\.rawValue), widths),
            String(repeating: "─", count: Self.nameWidth + widths.reduce(0) { $0 + 2 + $1 }),
        ]
        for (row, cells) in zip(self.rows, cells) {
            let names = Self.wrapped(row.history.name)
            lines.append(Self.line(names[0], cells, widths))
            lines += names.dropFirst().map { "  " + $0 }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ name: String, _ cells: [String], _ widths: [Int]) -> String {
        var line = Self.padded(name, Self.nameWidth)
        for (cell, width) in zip(cells, widths) { line += "  " + Self.padded(cell, width) }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The name in lines that fit the first column.
    private static func wrapped(_ name: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in name.split(separator: " ") {
            let limit = Self.nameWidth - (lines.isEmpty ? 0 : 2)
            if !line.isEmpty, line.count + 1 + word.count > limit {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
