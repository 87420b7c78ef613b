package import Foundation
public import Testing

/// A page of the documentation that a test writes and checks.
///
/// After a deliberate change run that test once with `HOLDFAST_RECORD=1` and review the difference.
public struct RecordedPage {
    private let path: String
    private let file: URL
    private let author: String
    private let text: String

    /// A page of the repository.
    ///
    /// - Parameters:
    ///   - path: Where it is: `docs/rules.md`.
    ///   - author: Who says something else when it differs: `the machine`.
    ///   - text: What it must say.
    public init(path: String, author: String, text: String) {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        self.init(path: path, file: root.appending(path: path), author: author, text: text)
    }

    /// As the public one, for a file that may be elsewhere.
    package init(path: String, file: URL, author: String, text: String) {
        self.path = path
        self.file = file
        self.author = author
        self.text = text
    }

    /// Compares the text with the page, or writes the page when `HOLDFAST_RECORD=1`.
    ///
    /// Records one issue for the first line that differs, and for a missing page.
    public func verify(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let isRecording = ProcessInfo.processInfo.environment["HOLDFAST_RECORD"] == "1"
        if isRecording { try self.record() }
        if let difference = self.difference {
            Issue.record("\(difference)", sourceLocation: sourceLocation)
        }
    }

    /// Writes the page.
    package func record() throws {
        try FileManager.default.createDirectory(
            at: self.file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try self.text.write(to: self.file, atomically: true, encoding: .utf8)
    }

    /// The first line in which they differ, for people; nil when there is none.
    package var difference: String? {
        let hint = "If the change is meant, run this test once with HOLDFAST_RECORD=1."
        guard let recorded = try? String(contentsOf: self.file, encoding: .utf8) else {
            return "\(self.path) does not exist. \(hint)"
        }
        let before = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        let after = self.text.split(separator: "\n", omittingEmptySubsequences: false)
        for index in 0..<max(before.count, after.count) {
            let old = index < before.count ? before[index] : "(nothing)"
            let new = index < after.count ? after[index] : "(nothing)"
            guard old != new else { continue }
            return "\(self.path):\(index + 1) says «\(old)», \(self.author) says «\(new)». \(hint)"
        }
        return nil
    }
}
