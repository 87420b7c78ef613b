#if Server

import Foundation
package import HoldfastWire

/// The server's time: the Unix epoch as read once at start, plus what a monotonic clock has counted
/// since. It goes on while the machine sleeps, and nobody can set it.
package struct ServerClock: Sendable {
    private let origin: Duration
    private let start: ContinuousClock.Instant

    package init() {
        self.origin = .seconds(Date().timeIntervalSince1970)
        self.start = .now
    }

    package var now: MonotonicInstant {
        MonotonicInstant(offset: self.origin + (ContinuousClock.now - self.start))
    }
}

#endif
