import Testing

/// Names say what a thing is; these words say only that something was needed.
@Suite struct NameTests {
    private static let banned: Set = [
        "manager", "managers", "helper", "helpers", "util", "utils", "utility", "utilities", "base",
        "impl", "implementation", "default", "defaults",
    ]

    @Test func `no type is named by a word that says nothing`() {
        let keywords = [
            "struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype",
        ]
        for file in SourceTree.repository.swift(under: "Sources", "Tests", "Fuzz") {
            for (index, line) in file.code.enumerated() {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                for (keyword, name) in zip(words, words.dropFirst())
                where keywords.contains(String(keyword)) && Self.isBanned(name) {
                    expectNone([Finding(path: file.path, line: index + 1, what: "names \(name)")])
                }
            }
        }
    }

    @Test func `no file is named by a word that says nothing`() {
        let suffixes = [".swift", ".c", ".h", ".java", ".kt", ".js", ".py", ".sh", ".md"]
        for file in SourceTree.repository.files where suffixes.contains(where: file.path.hasSuffix)
        {
            if Self.isBanned(file.name) {
                expectNone([Finding(path: file.path, what: "rename it")])
            }
        }
    }

    @Test(arguments: [
        ("CallManager", true), ("HelperView", true), ("UtilTests.swift", true), ("base.sh", true),
        ("URLDefault", true), ("Database", false), ("Base64Text", false), ("Utilization", false),
    ])
    func `a banned word counts only as a whole word`(name: String, isBanned: Bool) {
        #expect(Self.isBanned(name) == isBanned)
    }

    private static func isBanned(_ name: some StringProtocol) -> Bool {
        self.words(of: name).contains(where: self.banned.contains)
    }

    /// `URLSessionPort` is `url`, `session`, `port`. Digits belong to the word before them.
    private static func words(of name: some StringProtocol) -> [String] {
        var words: [String] = []
        var word = ""
        let characters = Array(name)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let previous = index > 0 ? characters[index - 1] : " "
            let begins = character.isUppercase && (!previous.isUppercase || next.isLowercase)
            if begins || !(character.isLetter || character.isNumber) {
                words.append(word)
                word = ""
            }
            if character.isLetter || character.isNumber { word.append(character) }
        }
        return (words + [word]).map { $0.lowercased() }
    }
}
