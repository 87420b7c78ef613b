package import HoldfastCore

/// Port: keeps the processor running, and hears of the machine's sleep before it begins.
///
/// Its facts are ``PlatformFact/sleep(_:)``: `announced` once before a sleep that waits for
/// ``allowSleep()``, `over` once behind it.
package protocol Wakefulness: PlatformPort {
    /// Keeps the processor running until ``releaseAwake()``. A second call changes nothing.
    func holdAwake()

    /// Lets it stop again; nothing happens when it was not held.
    func releaseAwake()

    /// The machine may sleep now; nothing happens when no sleep was announced.
    func allowSleep()
}

/// A system that does not stop its processor under a running process.
package struct AlwaysAwake: Wakefulness {
    private let pipe = FactPipe()

    package init() {}

    package func holdAwake() {}

    package func releaseAwake() {}

    package func allowSleep() {}

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
