package import HoldfastCore

/// What every port has that carries out what keeps calls alive: it says what happened.
///
/// A port's commands return at once, from any thread, and run in the order of the calls; what becomes
/// of them is a fact. It decides nothing: when something is done, and what a refusal means, is the
/// engine's.
package protocol PlatformPort: Sendable {
    /// For one reader: the present state at once, where the port has one, then every fact. Ends when
    /// its reader ends. Only facts that the port's own documentation names.
    var facts: AsyncStream<PlatformFact> { get }
}
