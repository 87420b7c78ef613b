package import HoldfastCore
package import HoldfastWire

/// Port: says where the app is.
package protocol Lifecycle: Sendable {
    /// For one reader: the current state at once, then every change. Ends when its reader ends.
    var states: AsyncStream<AppState> { get }

    /// For one reader: ``PlatformFact/lockChanged(isLocked:)``, the present lock first,
    /// ``PlatformFact/screenCovered(_:)`` and ``PlatformFact/taskRemoved``. Ends when its reader ends. A
    /// system without locks and tasks, which is what comes without an implementation, says nothing.
    var facts: AsyncStream<PlatformFact> { get }
}

extension Lifecycle {
    package var facts: AsyncStream<PlatformFact> { AsyncStream { $0.finish() } }
}

/// The life of a process that no system suspends behind its back: always in the foreground.
///
/// A process that is stopped and continued (SIGSTOP, a frozen cgroup, a closed lid) is noticed by the
/// driver's clock, which sees the gap.
package struct AlwaysForeground: Lifecycle {
    package init() {}

    package var states: AsyncStream<AppState> {
        let (stream, continuation) = AsyncStream<AppState>.makeStream()
        continuation.yield(.foreground)
        return stream
    }
}
