import Testing

/// The modules keep to their place: what they import, and what the pure ones do not touch.
@Suite struct ModuleTests {
    private let tree = SourceTree.repository

    @Test func `every module imports only what the table allows`() {
        var findings: [Finding] = []
        for file in self.tree.swift(under: "Sources") {
            guard let allowed = ModuleTable.allowedImports[file.module] else {
                findings.append(
                    Finding(path: file.path, what: "add the module to Tests/TidyTests/ModuleTable")
                )
                continue
            }
            for (line, module) in file.imports where !allowed.contains(module) {
                findings.append(
                    Finding(path: file.path, line: line, what: "\(file.module) imports \(module)")
                )
            }
        }
        expectNone(findings)
    }

    @Test func `the table names no module that is gone`() {
        for module in ModuleTable.allowedImports.keys.sorted() {
            #expect(self.tree.contains("Sources/\(module)"), "\(module)")
        }
    }

    @Test func `a pure module reads no clock, starts no task and does no I/O`() {
        let banned = [
            "Clock.now", "clock.now", "Clock().now", "Date.now", "Instant.now", "ContinuousClock",
            "SuspendingClock", "Date(", "Task", "async", "await",
            "print(",
            "debugPrint(", "dump(", "SystemRandomNumberGenerator",
        ]
        for file in ModuleTable.pure.flatMap({ self.tree.swift(under: "Sources/\($0)") }) {
            for word in banned { expectNone(file.findings(of: word, saying: "uses \(word)")) }
            // Randomness is pure when the generator comes in from outside.
            for word in [".random(", ".randomElement(", ".shuffled(", ".shuffle("] {
                let found = file.findings(of: word, saying: "uses \(word) without a generator")
                expectNone(found.filter { !file.code[$0.line - 1].contains("using:") })
            }
        }
    }

    @Test func `a module of the Apple SDK does not need iOS 18`() {
        for file in ModuleTable.onApple.flatMap({ self.tree.swift(under: "Sources/\($0)") }) {
            for (line, module) in file.imports where module == "Synchronization" {
                expectNone([Finding(path: file.path, line: line, what: "imports \(module)")])
            }
        }
    }

    @Test func `tests are written with Swift Testing alone`() {
        // `make test` leaves the XCTest runner out: a test for it would never run.
        for file in self.tree.swift(under: "Tests") {
            for (line, module) in file.imports where module == "XCTest" {
                expectNone([Finding(path: file.path, line: line, what: "imports \(module)")])
            }
        }
    }
}

extension SourceFile {
    /// The folder below Sources or Tests.
    fileprivate var module: String {
        self.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }

    /// The modules that the file imports, with their lines.
    fileprivate var imports: [(line: Int, module: String)] {
        let kinds: Set<Substring> = [
            "actor", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
        ]
        return self.code.indices.compactMap { index in
            var words = self.code[index].split(separator: " ")[...]
            while let word = words.first, word != "import" {
                let access = ["public", "package", "internal", "fileprivate", "private"]
                guard word.hasPrefix("@") || access.contains(String(word)) else { return nil }
                words.removeFirst()
            }
            words = words.dropFirst()
            if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
            return words.first?.split(separator: ".").first.map { (index + 1, String($0)) }
        }
    }
}
