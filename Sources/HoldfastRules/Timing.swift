/// A duration in a rule. Vendors change many of them from afar, so it is a parameter with a default.
package struct Timing: Hashable, Sendable {
    /// The duration from one version of the system on.
    package struct Span: Hashable, Sendable {
        /// The first version; the span ends where the next one begins.
        package var first: SystemVersion
        /// The duration there.
        package var duration: Duration

        /// Creates a span.
        package init(_ first: SystemVersion, _ duration: Duration) {
            self.first = first
            self.duration = duration
        }
    }

    /// Its name, unique over all rules.
    package var name: String
    /// What it is the duration of.
    package var meaning: String
    /// The defaults, oldest version first. Before the first span the rule does not hold.
    package var spans: [Span]
    /// What the profile `strict` takes instead: the shortest that anybody documents. Nil: the same.
    package var strict: Duration?
    /// Whether the vendor can change it from afar, so that a device may have another one.
    package var isRemote: Bool
    /// Why no model has a use for it although its rule is modelled; nil: one has.
    package var absence: String?

    /// Creates a timing that depends on the version.
    package init(
        _ name: String,
        _ meaning: String,
        spans: [Span],
        strict: Duration? = nil,
        isRemote: Bool = false,
        absence: String? = nil
    ) {
        self.name = name
        self.meaning = meaning
        self.spans = spans
        self.strict = strict
        self.isRemote = isRemote
        self.absence = absence
    }

    /// Creates a timing that is the same in all versions.
    package init(
        _ name: String,
        _ meaning: String,
        _ duration: Duration,
        strict: Duration? = nil,
        isRemote: Bool = false
    ) {
        self.init(
            name,
            meaning,
            spans: [Span(0, duration)],
            strict: strict,
            isRemote: isRemote
        )
    }

    /// How severe a device is.
    package enum Profile: Hashable, Sendable, CaseIterable {
        /// As the sources of the platform have it.
        case stock
        /// As the documentation threatens: whatever is shorter than in the sources.
        case strict
    }

    /// The duration on a system of this version; nil: the rule does not hold there.
    package func duration(on version: SystemVersion, _ profile: Profile = .stock) -> Duration? {
        guard let span = self.spans.last(where: { $0.first <= version }) else { return nil }
        guard profile == .strict, let strict else { return span.duration }
        return min(strict, span.duration)
    }
}
