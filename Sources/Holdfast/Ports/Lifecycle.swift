package import HoldfastWire

/// Port: says where the app is.
package protocol Lifecycle: Sendable {
    /// For one reader: the current state at once, then every change. Ends when its reader ends.
    var states: AsyncStream<AppState> { get }
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
