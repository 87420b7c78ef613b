import Testing

/// The repository's own commands and what may stand in its files.
@Suite struct HouseTests {
    private let tree = SourceTree.repository

    @Test func `make test checks the format before anything else`() {
        #expect(self.prerequisites(of: "test") == ["lint", "setup", "setup-test", "build"])
    }

    @Test func `make run installs and builds what it needs`() {
        #expect(self.prerequisites(of: "run") == ["setup", "build"])
    }

    @Test func `continuous integration runs what a contributor runs`() {
        #expect(self.tree.file(".ci/run")?.lines.contains("exec make test") == true)
    }

    @Test func `run and test share one build`() {
        // Any other trait, path or configuration, and any other plan, would be another build.
        let commands = ["build", "test"].compactMap { self.tree.file("scripts/\($0).sh") }
            .flatMap(\.lines)
            .filter { line in
                !line.hasPrefix("#")
                    && ["swift build", "swift test"].contains(where: line.contains)
            }
        #expect(
            commands == [
                "with_progress \"Building\" \"$log\" look swift build --build-tests || status=$?"
            ]
        )
    }

    @Test func `no file speaks of the machine it was written on`() {
        // In two parts, or this file would be found.
        let paths = ["/wo" + "rk/", "/opt/sw" + "ift", "/ro" + "ot/"]
        for file in self.tree.files {
            for (index, line) in file.lines.enumerated() {
                for path in paths where line.contains(path) {
                    expectNone([Finding(path: file.path, line: index + 1, what: path)])
                }
            }
        }
    }

    /// What stands behind `target:` in the Makefile.
    private func prerequisites(of target: String) -> [Substring]? {
        self.tree.file("Makefile")?.lines.first { $0.hasPrefix(target + ":") }?
            .dropFirst(target.count + 1).split(separator: " ")
    }
}
