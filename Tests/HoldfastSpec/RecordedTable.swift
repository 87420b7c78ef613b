import Foundation
public import Testing

/// A part of a document that a program writes: between `<!-- table: NAME -->` and `<!-- end -->`.
///
/// With `HOLDFAST_RECORD=1` a test writes it, otherwise it compares.
public struct RecordedTable {
    private let file: URL
    private let name: String

    /// Names a part of a document of this repository.
    ///
    /// - Parameters:
    ///   - path: The document, from the repository's root.
    ///   - name: As the marks have it.
    public init(in path: String, name: String) {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        self.file = root.appending(path: path)
        self.name = name
    }

    /// Compares the part with `content`, or writes it. Records an issue for the first line that differs.
    public func verify(
        _ content: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = try String(contentsOf: self.file, encoding: .utf8)
        let begin = "<!-- table: \(self.name) -->\n"
        guard let start = text.range(of: begin),
            let end = text.range(of: "\n<!-- end -->", range: start.upperBound..<text.endIndex)
        else {
            let what = "\(self.file.lastPathComponent) has no place for the table \(self.name)"
            Issue.record("\(what)", sourceLocation: sourceLocation)
            return
        }
        let recorded = text[start.upperBound..<end.lowerBound]
        guard recorded != content[...] else { return }
        if ProcessInfo.processInfo.environment["HOLDFAST_RECORD"] == "1" {
            let new = text.replacingCharacters(in: start.upperBound..<end.lowerBound, with: content)
            try new.write(to: self.file, atomically: true, encoding: .utf8)
            return
        }
        let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        let new = content.split(separator: "\n", omittingEmptySubsequences: false)
        let index =
            zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        let was = index < old.count ? old[index] : "(nothing)"
        let now = index < new.count ? new[index] : "(nothing)"
        let what = """
            \(self.file.lastPathComponent), table \(self.name), line \(index + 1) says «\(was)», \
            the program «\(now)». If the change is meant, run this test once with HOLDFAST_RECORD=1.
            """
        Issue.record("\(what)", sourceLocation: sourceLocation)
    }
}
