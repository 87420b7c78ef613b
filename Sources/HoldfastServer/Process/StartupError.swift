#if Server

/// Why a server cannot start: what is wrong, and what to do about it.
///
/// It is printed as it is on standard error, so it names files, ports and settings, and never a
/// secret, a token or a client's address.
package struct StartupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a sentence.
    package var problem: String
    /// What the operator can do, as a sentence.
    package var remedy: String

    package init(_ problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String { "\(self.problem) \(self.remedy)" }
}

#endif
