package import HoldfastRules

/// Something that a device does, and the rule by which it does.
package struct Outcome<Effect: Hashable & Sendable>: Hashable, Sendable {
    package var effect: Effect
    package var rule: Rule.ID?

    package init(_ effect: Effect, _ rule: Rule.ID? = nil) {
        self.effect = effect
        self.rule = rule
    }
}
