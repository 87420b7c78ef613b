/// Blanks out what is not code in Swift source, so that a rule that looks for a word does not meet
/// it in a comment or a string. Lines and columns stay where they are.
///
/// Knows nested comments, raw and multi-line strings, interpolation (which is code) and quoted
/// identifiers. Does not know regular-expression literals; a quote in one is read as a string, which
/// ends with its line.
struct SwiftScanner {
    /// The lines of the source with everything but code turned into spaces.
    static func blanked(_ text: String) -> [String] {
        var scanner = SwiftScanner(bytes: Array(text.utf8))
        scanner.scan()
        return scanner.bytes.split(separator: newline, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private enum Mode {
        /// `parentheses` is the depth inside an interpolation; nil outside.
        case code(parentheses: Int?)
        case string(hashes: Int, isMultiline: Bool)
    }

    private var bytes: [UInt8]
    private var index = 0
    private var modes: [Mode] = [.code(parentheses: nil)]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func scan() {
        while self.index < self.bytes.count, let mode = self.modes.last {
            switch mode {
            case .code(let parentheses): self.scanCode(parentheses)
            case .string(let hashes, let isMultiline): self.scanString(hashes, isMultiline)
            }
        }
    }

    private mutating func scanCode(_ parentheses: Int?) {
        if self.starts(with: "//") {
            self.blank(while: { !$0.starts(with: "\n") })
        } else if self.starts(with: "/*") {
            self.blankComment()
        } else if self.starts(with: "`") {
            self.index += 1
            self.blank(while: { !$0.starts(with: "`") && !$0.starts(with: "\n") })
            self.index += 1
        } else if let hashes = self.hashesBeforeQuote() {
            self.blank(hashes)
            let isMultiline = self.starts(with: "\"\"\"")
            self.blank(isMultiline ? 3 : 1)
            self.modes.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else {
            self.count(parentheses)
        }
    }

    /// Steps over one byte of code; the last parenthesis of an interpolation leads back to its
    /// string.
    private mutating func count(_ parentheses: Int?) {
        guard var depth = parentheses else {
            self.index += 1
            return
        }
        if self.starts(with: "(") { depth += 1 }
        if self.starts(with: ")") { depth -= 1 }
        self.modes.removeLast()
        if depth > 0 {
            self.modes.append(.code(parentheses: depth))
            self.index += 1
        } else {
            self.blank(1)
        }
    }

    private mutating func scanString(_ hashes: Int, _ isMultiline: Bool) {
        let mark = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + mark
        if self.starts(with: "\\" + mark + "(") {
            self.blank(2 + hashes)
            self.modes.append(.code(parentheses: 1))
        } else if self.starts(with: "\\" + mark) {
            self.blank(2 + hashes)
        } else if self.starts(with: end) {
            self.blank(end.utf8.count)
            self.modes.removeLast()
        } else if !isMultiline && self.starts(with: "\n") {
            self.modes.removeLast()
        } else {
            self.blank(1)
        }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            if self.starts(with: "/*") {
                depth += 1
                self.blank(2)
            } else if self.starts(with: "*/") {
                depth -= 1
                self.blank(2)
            } else {
                self.blank(1)
            }
        } while depth > 0 && self.index < self.bytes.count
    }

    /// How many `#` stand before a quote here; nil when no string begins.
    private func hashesBeforeQuote() -> Int? {
        var end = self.index
        while end < self.bytes.count, self.bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < self.bytes.count, self.bytes[end] == UInt8(ascii: "\"") else { return nil }
        return end - self.index
    }

    private func starts(with text: String) -> Bool {
        var position = self.index
        for byte in text.utf8 {
            guard position < self.bytes.count, self.bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where self.index < self.bytes.count {
            if self.bytes[self.index] != newline { self.bytes[self.index] = UInt8(ascii: " ") }
            self.index += 1
        }
    }

    private mutating func blank(while condition: (SwiftScanner) -> Bool) {
        while self.index < self.bytes.count, condition(self) { self.blank(1) }
    }
}

private let newline = UInt8(ascii: "\n")
