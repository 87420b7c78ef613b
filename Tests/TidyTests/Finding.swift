import Testing

/// A place that breaks a rule.
struct Finding: CustomStringConvertible, Hashable {
    var path: String
    /// From 1; zero for the whole file.
    var line: Int = 0
    /// What is wrong, and what to do about it unless that is plain.
    var what: String

    var description: String { self.line == 0 ? "\(path): \(what)" : "\(path):\(line): \(what)" }
}

/// Fails the test once for every finding.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    for finding in findings { Issue.record("\(finding)", sourceLocation: sourceLocation) }
}
