/// All rules.
package enum RuleBook {
    /// In the order in which the document shows them.
    package static let rules: [Rule] = android + apple + linux

    private static let byID = Dictionary(
        rules.map { ($0.id, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The rule of this name.
    package static func rule(_ id: Rule.ID) -> Rule? { self.byID[id] }
}
