extension RuleBook {
    /// iOS and iPadOS, 16 to 26.
    package static let apple: [Rule] =
        appleLifeCycle + appleBackground + appleAudio + appleCalls + appleCamera + appleProcess
}
