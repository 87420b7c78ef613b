import Testing

/// docs/protocol.md is a promise in numbered clauses; a test stands behind each of them.
@Suite struct ClauseTests {
    private static let protocolPath = "docs/protocol.md"
    private let tree = SourceTree.repository

    @Test func `every clause of the protocol has a test`() {
        let tested = Set(self.mentions.map(\.clause))
        let untested = self.clauses.map(\.clause).filter { !tested.contains($0) }
        // One line for all of them: while a part of the protocol is being written there are many.
        if !untested.isEmpty {
            let what = "no test is marked .spec(…) for " + untested.joined(separator: ", ")
            expectNone([Finding(path: Self.protocolPath, what: what)])
        }
    }

    @Test func `every test that names a clause names one that exists`() {
        guard self.tree.file(Self.protocolPath) != nil else { return }
        let known = Set(self.clauses.map(\.clause))
        expectNone(
            self.mentions.filter { !known.contains($0.clause) }.map {
                Finding(path: $0.path, line: $0.line, what: "\($0.clause) is no clause")
            }
        )
    }

    @Test func `every clause has a number of its own`() {
        var seen: Set<String> = []
        for (line, clause) in self.clauses where !seen.insert(clause).inserted {
            expectNone([Finding(path: Self.protocolPath, line: line, what: "\(clause) again")])
        }
    }

    /// `**HF-12.**` or `### HF-12` at the start of a line.
    private var clauses: [(line: Int, clause: String)] {
        let lines = self.tree.file(Self.protocolPath)?.lines ?? []
        return lines.enumerated().compactMap { index, line in
            let heading = line.drop { $0 == "#" || $0 == "*" || $0 == " " }
            let isMarked = line.hasPrefix("**") || line.hasPrefix("#")
            guard isMarked, let clause = Self.clause(at: heading) else { return nil }
            return (index + 1, clause)
        }
    }

    /// `.spec("HF-12")` in the code of a test.
    private var mentions: [(path: String, line: Int, clause: String)] {
        let mark = ".spec(\""
        return self.tree.swift(under: "Tests").flatMap { file in
            file.lines.enumerated().flatMap { index, line in
                line.ranges(of: mark).compactMap { range in
                    // What stands in a comment is an example.
                    let offset = line[..<range.lowerBound].utf8.count
                    guard file.code[index].utf8.dropFirst(offset).first == UInt8(ascii: ".") else {
                        return nil
                    }
                    let clause = line[range.upperBound...].prefix { $0 != "\"" }
                    return (file.path, index + 1, String(clause))
                }
            }
        }
    }

    private static func clause(at text: Substring) -> String? {
        guard text.hasPrefix("HF-") else { return nil }
        let digits = text.dropFirst(3).prefix(while: \.isNumber)
        return digits.isEmpty ? nil : "HF-\(digits)"
    }
}
