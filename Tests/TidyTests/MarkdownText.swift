/// The parts of a Markdown document that can be checked.
struct MarkdownText {
    /// The relative links outside of code, with their lines.
    private(set) var links: [(line: Int, target: String)] = []
    /// The names by which a link reaches a heading.
    private(set) var anchors: Set<String> = []
    private var blocks: [(line: Int, language: String, lines: [String])] = []

    init(_ lines: [String]) {
        var isInCode = false
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("```") {
                isInCode.toggle()
                if isInCode { self.blocks.append((index + 1, String(line.dropFirst(3)), [])) }
            } else if isInCode {
                self.blocks[self.blocks.count - 1].lines.append(line)
            } else {
                if line.hasPrefix("#") { self.anchors.insert(Self.anchor(of: line)) }
                self.links += Self.targets(in: line).map { (index + 1, $0) }
            }
        }
    }

    /// The code blocks in one language, without common indentation.
    func blocks(in language: String) -> [(line: Int, code: [String])] {
        self.blocks.filter { $0.language == language }.map { ($0.line, $0.lines.normalized) }
    }

    /// What stands in `](…)`, without the links that lead out of the repository.
    private static func targets(in line: String) -> [String] {
        // Every second part between backticks is code.
        let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined()
        return prose.ranges(of: "](").compactMap { range in
            let target = prose[range.upperBound...].prefix { $0 != ")" && $0 != " " }
            return target.contains("://") || target.hasPrefix("mailto:") ? nil : String(target)
        }
    }

    /// As the hosts of repositories make them: `## The first start` is `the-first-start`.
    private static func anchor(of heading: String) -> String {
        let text = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        return String(
            text.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                .map { $0 == " " ? "-" : $0 }
        )
    }
}

/// Swift that is compiled and shown: the lines between `// snippet: NAME` and `// end`.
struct SnippetFile {
    private(set) var bodies: [[String]] = []

    init(_ lines: [String]) {
        var body: [String]?
        for line in lines {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("// snippet:") {
                body = []
            } else if text == "// end", let complete = body {
                self.bodies.append(complete.normalized)
                body = nil
            } else {
                body?.append(line)
            }
        }
    }
}

extension [String] {
    /// Without common indentation, spaces at the ends of lines, and empty lines at either end.
    fileprivate var normalized: [String] {
        let used = self.filter { !$0.allSatisfy(\.isWhitespace) }
        let indentation = used.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        let lines = self.map { line in
            var line = line.dropFirst(indentation)
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        return Array(
            lines.drop(while: \.isEmpty).reversed().drop(while: \.isEmpty).reversed()
        )
    }
}
