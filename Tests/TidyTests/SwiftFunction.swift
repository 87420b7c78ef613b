/// A function, initialiser, subscript or computed property and the lines it takes.
struct SwiftFunction: Hashable {
    var name: String
    /// From 1.
    var firstLine: Int
    var lineCount: Int

    /// Finds them by counting braces, which is good enough for code without comments and strings.
    static func all(in code: [String]) -> [SwiftFunction] {
        let text = Array(code.joined(separator: "\n").utf8)
        var found: [SwiftFunction] = []
        var line = 1
        var index = 0
        while index < text.count {
            if text[index] == newline { line += 1 }
            guard text[index].isIdentifier else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, text[index].isIdentifier { index += 1 }
            let isMember = start > 0 && text[start - 1] == UInt8(ascii: ".")
            guard !isMember, keywords.contains(Array(text[start..<index])),
                let body = Self.body(in: text, from: index)
            else { continue }
            let lines = text[start..<body.upperBound].count { $0 == newline } + 1
            let head = text[start..<body.lowerBound].prefix { $0 != newline }
            let name = String(decoding: head, as: UTF8.self).prefix { $0 != "(" && $0 != "{" }
            found.append(
                SwiftFunction(
                    name: name.split(separator: " ").joined(separator: " "),
                    firstLine: line,
                    lineCount: lines
                )
            )
        }
        return found
    }

    /// From the brace that opens the body to the one that closes it; nil for a requirement of a
    /// protocol, a stored property and anything else without a body.
    private static func body(in text: [UInt8], from start: Int) -> Range<Int>? {
        var index = start
        var depth = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return index..<self.end(in: text, from: index)
            case UInt8(ascii: "}") where depth == 0, UInt8(ascii: ";") where depth == 0: return nil
            case UInt8(ascii: "=") where depth == 0:
                // An operator's name, `==` in a `where` clause, or the value of a property.
                let isOperator = [text[index - 1], index + 1 < text.count ? text[index + 1] : 0]
                    .contains { operators.contains($0) }
                if !isOperator { return nil }
            case newline where depth == 0 && !self.continues(text, after: index): return nil
            default: break
            }
            if depth < 0 { return nil }
            index += 1
        }
        return nil
    }

    /// Whether the next line belongs to the same signature.
    private static func continues(_ text: [UInt8], after newline: Int) -> Bool {
        let rest = text[newline...].drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: " ") }
        return ["{", "->", "where ", "throws", "async", "rethrows", ")", "&", ":"].contains {
            rest.starts(with: $0.utf8)
        }
    }

    private static func end(in text: [UInt8], from open: Int) -> Int {
        var depth = 0
        for index in open..<text.count {
            if text[index] == UInt8(ascii: "{") { depth += 1 }
            if text[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index + 1 }
        }
        return text.count
    }
}

private let newline = UInt8(ascii: "\n")
private let operators = Array("=<>!".utf8)
private let keywords: Set<[UInt8]> = Set(
    ["func", "init", "deinit", "subscript", "var"].map { Array($0.utf8) }
)
