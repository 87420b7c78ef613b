/// Keeps an observation going. Releasing it stops the observation: no event is begun after that.
public final class ObservationToken: Sendable {
    private let stop: @Sendable () -> Void

    init(stop: @escaping @Sendable () -> Void) { self.stop = stop }

    /// Stops now. A handler that is at work is not interrupted, but its task is cancelled. A second
    /// call changes nothing.
    public func cancel() { self.stop() }

    deinit { self.stop() }
}
