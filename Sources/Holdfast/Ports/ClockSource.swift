package import HoldfastWire

/// Port: time. The only place from which the driver takes it.
package protocol ClockSource: Sendable {
    /// Never goes backwards, and keeps counting while process or device sleep.
    func now() -> MonotonicInstant

    /// Milliseconds since the Unix epoch. For the wire and for logs only: it may jump.
    func wallMilliseconds() -> Int64

    /// Returns when `deadline` has passed, at once when it has already. Late is harmless, and so is
    /// early: whoever waits compares instants itself.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: MonotonicInstant) async throws
}

/// The continuous clock of the Swift runtime, which counts while the device sleeps.
package struct SystemClock: ClockSource {
    private let origin = ContinuousClock.now

    package init() {}

    package func now() -> MonotonicInstant {
        MonotonicInstant(offset: self.origin.duration(to: ContinuousClock.now))
    }

    package func wallMilliseconds() -> Int64 { WallClock.milliseconds() }

    package func sleep(until deadline: MonotonicInstant) async throws {
        try await Task.sleep(
            until: self.origin.advanced(by: deadline.offset),
            tolerance: .zero,
            clock: ContinuousClock()
        )
    }
}
