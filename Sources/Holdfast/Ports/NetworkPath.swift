package import HoldfastCore

/// Port: says whether the network is usable and when it becomes another one.
package protocol NetworkPath: Sendable {
    /// For one reader: the current status at once, then every change, without a debounce. Only the
    /// newest status is kept for a reader that is late. Ends when its reader ends.
    var updates: AsyncStream<PathStatus> { get }
}

/// The path of a server on this machine: always there, whatever the interfaces do.
package struct LoopbackPath: NetworkPath {
    package init() {}

    package var updates: AsyncStream<PathStatus> {
        let (stream, continuation) = AsyncStream<PathStatus>.makeStream()
        continuation.yield(.satisfied(identity: 0))
        return stream
    }
}
