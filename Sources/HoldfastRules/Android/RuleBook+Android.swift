extension RuleBook {
    /// Android, API 26 to 36.
    package static let android: [Rule] = []
}
