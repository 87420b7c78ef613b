import Foundation
import Testing

/// The documents hold: links lead somewhere, snippets compile, every machine has its table.
@Suite struct DocumentTests {
    private let tree = SourceTree.repository

    @Test func `every relative link leads to a file`() {
        for document in self.documents {
            for (line, target) in MarkdownText(document.lines).links {
                let parts = target.split(separator: "#", omittingEmptySubsequences: false)
                let path = self.resolve(parts[0], from: document.path)
                if !self.tree.contains(path) {
                    expectNone([Finding(path: document.path, line: line, what: "no \(path)")])
                } else if parts.count > 1, let file = self.tree.file(path),
                    !MarkdownText(file.lines).anchors.contains(String(parts[1]))
                {
                    expectNone([
                        Finding(path: document.path, line: line, what: "no heading #\(parts[1])")
                    ])
                }
            }
        }
    }

    @Test(arguments: [
        ("README.md", "Tests/HoldfastTests/ReadmeSnippets.swift"),
        ("docs/keep-alive.md", "Tests/HoldfastTests/KeepAliveSnippets.swift"),
    ])
    func `every Swift snippet of a guide is compiled`(guide: String, path: String) throws {
        let compiled = try #require(self.tree.file(path))
        let document = try #require(self.tree.file(guide))
        let bodies = SnippetFile(compiled.lines).bodies
        let blocks = MarkdownText(document.lines).blocks(in: "swift")
        #expect(!blocks.isEmpty, "\(guide) shows no Swift")
        for (line, block) in blocks where !bodies.contains(block) {
            let what = "the snippet is not what stands in \(path)"
            expectNone([Finding(path: guide, line: line, what: what)])
        }
    }

    @Test func `every table of a state machine belongs to a machine`() {
        // The types of a service are decided by a rule too large for a switch; it has its table here.
        let rules = ["service-types.md"]
        let names = Set(self.machines.map { Self.tableName(of: $0) } + rules)
        for document in self.documents where document.path.hasPrefix("docs/state-machines/") {
            if !names.contains(document.name) {
                expectNone([Finding(path: document.path, what: "no machine of this name")])
            }
        }
    }

    @Test func `every control machine has its table`() {
        for machine in self.machines where Self.isControlMachine(machine) {
            let path = "docs/state-machines/" + Self.tableName(of: machine)
            if !self.tree.contains(path) {
                expectNone([Finding(path: machine.path, what: "\(path) is missing")])
            }
        }
    }

    @Test func `a table is named like its machine`() {
        let file = SourceFile(path: "Sources/HoldfastCore/KeepAliveMachine.swift", text: "")
        #expect(Self.tableName(of: file) == "keep-alive.md")
    }

    private var documents: [SourceFile] { self.tree.files.filter { $0.path.hasSuffix(".md") } }

    private var machines: [SourceFile] {
        self.tree.swift(under: "Sources").filter { $0.path.hasSuffix("Machine.swift") }
    }

    /// A machine over a small enum of states: it has a transition function or a drawn diagram.
    private static func isControlMachine(_ file: SourceFile) -> Bool {
        file.code.contains { $0.containsWord("static func transition") }
            || file.lines.contains { line in
                line.contains("///") && ["──", "▶", "-->"].contains(where: line.contains)
            }
    }

    /// `KeepAliveMachine.swift` has `keep-alive.md`.
    private static func tableName(of machine: SourceFile) -> String {
        let words = machine.name.dropLast("Machine.swift".count).enumerated().map { index, letter in
            letter.isUppercase && index > 0 ? "-\(letter.lowercased())" : letter.lowercased()
        }
        return words.joined() + ".md"
    }

    private func resolve(_ target: Substring, from document: String) -> String {
        if target.isEmpty { return document }
        var parts = document.split(separator: "/").dropLast()
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
