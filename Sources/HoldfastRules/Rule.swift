/// One rule of an operating system that decides whether a call survives in the background.
///
/// The rules are data: the device model takes its numbers and its answers from here, the doctor its
/// findings, `docs/rules.md` its text.
package struct Rule: Hashable, Sendable, Identifiable {
    /// Names a rule for good: `A-FGS-01` (Android), `I-AUD-01` (Apple), `L-SLP-01` (Linux).
    package struct ID: Hashable, Sendable, Comparable, ExpressibleByStringLiteral,
        CustomStringConvertible
    {
        /// The name itself.
        package let rawValue: String

        /// Takes any value.
        package init(_ rawValue: String) { self.rawValue = rawValue }

        /// Takes a literal.
        package init(stringLiteral value: String) { self.rawValue = value }

        /// The name itself.
        package var description: String { self.rawValue }

        /// In the order of the alphabet.
        package static func < (left: ID, right: ID) -> Bool { left.rawValue < right.rawValue }
    }

    /// How well a rule is known.
    package enum Confidence: Hashable, Sendable, CaseIterable {
        /// Read in the source of the platform.
        case source
        /// Stated by the platform's own documentation.
        case documented
        /// Told by others: documentation of third parties, threads of users.
        case secondary
        /// Known from hearsay or by inference. Never part of a model unless asked for.
        case unverified
    }

    /// What the device model does with a rule.
    package enum Modelling: Hashable, Sendable {
        /// It happens.
        case modelled
        /// It happens when the model's options ask for it; off by default, for nobody has verified it.
        case optional
        /// It does not happen, for this reason.
        case absent(because: String)
    }

    /// Which rule.
    package var id: ID
    /// Where it holds.
    package var scope: Scope
    /// What must be the case, and what then happens to it: the given and the when.
    package var condition: String
    /// What the system does: the then.
    package var effect: String
    /// The durations in it.
    package var timings: [Timing]
    /// What an app does so that the rule does not end its call. Empty: there is nothing to do.
    package var fix: String
    /// Where it was read.
    package var source: String
    /// How well it is known.
    package var confidence: Confidence
    /// What the device model does with it.
    package var modelling: Modelling

    /// Creates a rule.
    package init(
        _ id: ID,
        _ scope: Scope,
        when condition: String,
        then effect: String,
        timings: [Timing] = [],
        fix: String,
        source: String,
        _ confidence: Confidence,
        _ modelling: Modelling = .modelled
    ) {
        self.id = id
        self.scope = scope
        self.condition = condition
        self.effect = effect
        self.timings = timings
        self.fix = fix
        self.source = source
        self.confidence = confidence
        self.modelling = modelling
    }
}
