import Testing

/// The formatter asks for a comment on everything public but does not see the cases of enums.
@Suite struct DocumentationCommentTests {
    @Test func `every case of a public enum is documented`() {
        for file in SourceTree.repository.swift(under: "Sources") {
            for line in Self.undocumentedCases(lines: file.lines, code: file.code) {
                expectNone([Finding(path: file.path, line: line, what: "a case without ///")])
            }
        }
    }

    @Test func `only the cases of a public enum itself count`() {
        let source = """
            public enum A {
                /// Documented.
                @available(macOS 15, *)
                case b
                case c
                enum Inner { case hidden }
                public var d: Int {
                    switch self {
                    case .b: 1
                    case .c: 2
                    }
                }
            }
            enum E {
                case f
                public enum G {
                    case h, i
                }
            }
            """
        let lines = source.split(separator: "\n").map(String.init)
        let code = SwiftScanner.blanked(source)
        #expect(Self.undocumentedCases(lines: lines, code: code) == [5, 17])
    }

    /// The lines, from 1, on which a case of a public enum stands without a comment above it.
    private static func undocumentedCases(lines: [String], code: [String]) -> [Int] {
        var found: [Int] = []
        // For every open brace: whether it opened the body of a public enum.
        var bodies: [Bool] = []
        for (index, line) in code.enumerated() {
            let words = line.split { !$0.isLetter }
            if bodies.last == true,
                words.first == "case" || words.prefix(2) == ["indirect", "case"],
                !self.hasComment(above: index, in: lines)
            {
                found.append(index + 1)
            }
            let isPublicEnum = words.contains("public") && words.contains("enum")
            for character in line {
                if character == "{" { bodies.append(isPublicEnum) }
                if character == "}" { _ = bodies.popLast() }
            }
        }
        return found
    }

    /// Attributes may stand between a declaration and its comment.
    private static func hasComment(above index: Int, in lines: [String]) -> Bool {
        let above = lines[..<index].reversed().map { $0.drop { $0 == " " } }
            .first { !$0.hasPrefix("@") && !$0.hasPrefix("#if") }
        return above?.hasPrefix("///") == true || above?.hasSuffix("*/") == true
    }
}
