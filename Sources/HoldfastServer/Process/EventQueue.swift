#if Server

import Foundation

/// Hands values from several threads to one that waits for them.
// SAFETY: `values` is read and written under `condition` alone.
final class EventQueue<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var values: [Value] = []

    func append(_ value: Value) {
        self.condition.withLock {
            self.values.append(value)
            self.condition.signal()
        }
    }

    /// Blocks until there is one.
    func next() -> Value {
        self.condition.withLock {
            while self.values.isEmpty { self.condition.wait() }
            return self.values.removeFirst()
        }
    }

    /// Blocks until there is one or the time has come.
    func next(until deadline: ContinuousClock.Instant) -> Value? {
        self.condition.withLock {
            while self.values.isEmpty {
                let rest = deadline - .now
                guard rest > .zero else { return nil }
                _ = self.condition.wait(until: Date(timeIntervalSinceNow: rest / .seconds(1)))
            }
            return self.values.removeFirst()
        }
    }
}

#endif
