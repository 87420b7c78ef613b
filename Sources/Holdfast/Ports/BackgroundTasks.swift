package import HoldfastCore

/// Port: the time that a system gives an app which is about to be suspended.
///
/// Its facts are ``PlatformFact/backgroundTask(_:)``. Each begin is answered once, by `begun` or
/// `refused`. After `expiring` the task is ended by ``end()`` at once, or the system kills the process.
package protocol BackgroundTasks: PlatformPort {
    /// Asks for time. While a task runs it is answered by `begun`.
    func begin()

    /// Gives the time back; nothing happens when no task runs.
    func end()
}

/// A system that gives no such time.
package struct NoBackgroundTasks: BackgroundTasks {
    private let pipe = FactPipe()

    package init() {}

    package func begin() { self.pipe.say(.backgroundTask(.refused)) }

    package func end() {}

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
