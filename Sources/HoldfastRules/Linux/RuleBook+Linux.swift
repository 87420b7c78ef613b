extension RuleBook {
    /// A Linux desktop.
    package static let linux: [Rule] = []
}
