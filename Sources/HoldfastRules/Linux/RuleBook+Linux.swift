extension RuleBook {
    /// A Linux desktop.
    package static let linux: [Rule] = Array(
        [
            Linux.sleep,
            Linux.sessions,
            Linux.desktop,
        ].joined()
    )

    /// The parts of it, by what they are about.
    enum Linux {}
}
