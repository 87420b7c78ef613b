public import Testing

/// Names the clause of `docs/protocol.md` that a test proves: `@Test(.spec("HF-17"))`.
///
/// A tidy test fails on a clause without a test and on a test that names no clause.
public struct SpecificationTag: TestTrait, SuiteTrait {
    /// The clause, such as `HF-17`.
    public let clause: String
}

extension Trait where Self == SpecificationTag {
    /// Marks a test as the proof of a clause.
    public static func spec(_ clause: String) -> SpecificationTag {
        SpecificationTag(clause: clause)
    }
}

/// Names the rules of operating systems that a test of the device model proves:
/// `@Test(.rule("A-FGS-01"))`.
///
/// A test fails on a modelled rule without one, and on a name that is no rule.
public struct RuleTag: TestTrait, SuiteTrait {
    /// The rules, such as `A-FGS-01`.
    public let rules: [String]
}

extension Trait where Self == RuleTag {
    /// Marks a test as the proof of rules.
    public static func rule(_ rules: String...) -> RuleTag { RuleTag(rules: rules) }
}
