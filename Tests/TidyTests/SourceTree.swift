import Foundation

/// The files of the repository that people wrote, read once.
struct SourceTree: Sendable {
    /// This repository.
    static let repository = SourceTree(
        root: URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
    )

    let root: URL
    /// In the order of their paths.
    let files: [SourceFile]

    /// Swift that people wrote, under one of the folders. The manifest is not among it.
    func swift(under folders: String...) -> [SourceFile] {
        self.files.filter { file in
            file.path.hasSuffix(".swift") && !file.isGenerated
                && folders.contains { file.path.hasPrefix($0 + "/") }
        }
    }

    func file(_ path: String) -> SourceFile? { self.files.first { $0.path == path } }

    /// Whether a file or folder is there, also one that is not text.
    func contains(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: self.root.appending(path: path).path())
    }

    private init(root: URL) {
        self.root = root
        // What a build or a run leaves behind, version control's own, and what a fuzzer wrote.
        let skipped: Set = [
            ".git", ".holdfast", ".swiftpm", "__pycache__", "node_modules", "Corpus",
        ]
        let base = root.path()
        var found: [SourceFile] = []
        let walker = FileManager.default.enumerator(atPath: base)
        while let path = walker?.nextObject() as? String {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            if skipped.contains(name) || name.hasPrefix(".build") {
                walker?.skipDescendants()
            } else if name != "Package.resolved", let text = Self.text(at: base + path) {
                found.append(SourceFile(path: path, text: text))
            }
        }
        self.files = found.sorted { $0.path < $1.path }
    }

    /// The text of a file; nil for folders, pictures and whatever else is not text.
    private static func text(at path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), !data.contains(0) else {
            return nil
        }
        return String(data: data, encoding: .utf8)
    }
}

/// One text file.
struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let text: String
    let lines: [String]
    /// The same lines with comments and the contents of strings blanked out; for Swift only.
    let code: [String]

    var name: String { self.path.split(separator: "/").last.map(String.init) ?? self.path }
    var isGenerated: Bool { self.path.hasSuffix(".pb.swift") }

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isScanned = path.hasSuffix(".swift") && !path.hasSuffix(".pb.swift")
        self.code = isScanned ? SwiftScanner.blanked(text) : self.lines
    }

    /// One finding for each line of code in which the word stands.
    func findings(of word: String, saying what: String) -> [Finding] {
        self.code.indices.filter { self.code[$0].containsWord(word) }.map {
            Finding(path: self.path, line: $0 + 1, what: what)
        }
    }
}

extension StringProtocol {
    /// Whether the text occurs, and not as a part of a longer identifier.
    func containsWord(_ word: String) -> Bool {
        let text = Array(self.utf8)
        let wanted = Array(word.utf8)
        guard let first = wanted.first, let last = wanted.last, text.count >= wanted.count else {
            return false
        }
        for start in 0...(text.count - wanted.count) where text[start] == first {
            let end = start + wanted.count
            guard text[start..<end].elementsEqual(wanted) else { continue }
            let joinsLeft = first.isIdentifier && start > 0 && text[start - 1].isIdentifier
            let joinsRight = last.isIdentifier && end < text.count && text[end].isIdentifier
            if !joinsLeft && !joinsRight { return true }
        }
        return false
    }
}

extension UInt8 {
    /// Whether the byte can stand in an identifier. Every byte beyond ASCII counts.
    var isIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
