import Testing

/// What the compiler is told to believe, what may stop the process, and what was left unfinished.
@Suite struct SafetyTests {
    private let tree = SourceTree.repository

    @Test func `whatever the compiler takes on trust says why it is safe`() {
        for file in self.tree.swift(under: "Sources", "Tests", "Fuzz") {
            for (index, line) in file.code.enumerated() {
                for word in ["@unchecked", "nonisolated(unsafe)"] where line.containsWord(word) {
                    let above = file.lines[max(0, index - 6)...index]
                    guard !above.contains(where: { $0.contains("// SAFETY:") }) else { continue }
                    expectNone([
                        Finding(
                            path: file.path,
                            line: index + 1,
                            what: "\(word) without // SAFETY: within the 6 lines above"
                        )
                    ])
                }
            }
        }
    }

    /// Where a trap is right, and why.
    private static let trapsAllowed: [String: String] = [:]

    @Test func `nothing in the sources may stop the process`() {
        for file in self.tree.swift(under: "Sources") where Self.trapsAllowed[file.path] == nil {
            for word in ["fatalError(", "preconditionFailure(", "try!", "as!"] {
                expectNone(file.findings(of: word, saying: "\(word) can stop every call at once"))
            }
        }
        for path in Self.trapsAllowed.keys {
            #expect(self.tree.contains(path), "\(path) is gone; take it from the table")
        }
    }

    @Test func `nothing is marked as unfinished`() {
        // In two parts, or this file would be found.
        let words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
        for file in self.tree.files where !file.path.hasPrefix("LICENSE") {
            for (index, line) in file.lines.enumerated() {
                for word in words where line.containsWord(word) {
                    expectNone([Finding(path: file.path, line: index + 1, what: word)])
                }
            }
        }
    }

    @Test func `no code is kept as a comment`() {
        for file in self.tree.swift(under: "Sources", "Tests", "Fuzz") {
            for (index, line) in file.lines.enumerated() where Self.isCommentedCode(line) {
                expectNone([Finding(path: file.path, line: index + 1, what: "code in a comment")])
            }
        }
    }

    @Test(arguments: [
        ("    // let a = b", true), ("// if a {", true), ("// }", true), ("// return a;", true),
        ("// import Foundation", true), ("/// let a = b", false), ("let a = b // why", false),
        ("// return to the caller", false), ("// import nothing here", false),
        ("// A comment (with a note)", false),
    ])
    func `code in a comment is told from prose`(line: String, isCode: Bool) {
        #expect(Self.isCommentedCode(line) == isCode)
    }

    private static func isCommentedCode(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        guard text.hasPrefix("//"), !text.hasPrefix("///") else { return false }
        let words = text.dropFirst(2).split(separator: " ")
        guard let first = words.first, let last = words.last?.last else { return false }
        if ["{", "}", ";"].contains(last) { return true }
        switch first {
        case "let", "var": return words.contains("=")
        case "import": return words.count == 2
        case "func": return words.count > 1 && words[1].contains("(")
        default: return first == "#if" || first == "#endif"
        }
    }

    /// Folders and files whose tests work with real processes, sockets and media, which take the
    /// time they take. Everywhere else time is a value.
    private static let sleepsAllowed = [
        "Tests/HoldfastEndToEndTests/", "Tests/HoldfastMediaTests/",
        "Tests/HoldfastServerTests/Process/",
    ]

    @Test func `a test does not sleep`() {
        for file in self.tree.swift(under: "Tests")
        where !Self.sleepsAllowed.contains(where: file.path.hasPrefix) {
            for word in ["Task.sleep(", "Thread.sleep(", "usleep(", "nanosleep("] {
                expectNone(file.findings(of: word, saying: "\(word) in a test"))
            }
            // A clock of the test's own may be asked to sleep, and may say how it does.
            let bare = file.findings(of: "sleep(", saying: "sleep( in a test")
            expectNone(
                bare.filter { finding in
                    let line = file.code[finding.line - 1]
                    return !line.contains(".sleep(") && !line.contains("func sleep(")
                }
            )
        }
    }
}
