#if Server

import CoreMetrics
import NIOConcurrencyHelpers

/// A counter or a gauge.
final class PrometheusNumber: CounterHandler, MeterHandler, RecorderHandler {
    private let box = NIOLockedValueBox(0.0)

    var value: Double { self.box.withLockedValue { $0 } }

    func increment(by amount: Int64) { self.increment(by: Double(amount)) }
    func increment(by amount: Double) { self.box.withLockedValue { $0 += amount } }
    func decrement(by amount: Double) { self.box.withLockedValue { $0 -= amount } }
    func set(_ value: Int64) { self.set(Double(value)) }
    func set(_ value: Double) { self.box.withLockedValue { $0 = value } }
    func record(_ value: Int64) { self.set(Double(value)) }
    func record(_ value: Double) { self.set(value) }
    func reset() { self.set(0.0) }
}

/// A counter of fractions.
final class PrometheusAccumulator: FloatingPointCounterHandler {
    private let number: PrometheusNumber

    init(number: PrometheusNumber) { self.number = number }

    func increment(by amount: Double) { self.number.increment(by: amount) }
    func reset() { self.number.reset() }
}

/// How often values fell below each bound.
final class PrometheusHistogram: RecorderHandler, TimerHandler {
    static let secondBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
    ]
    static let countBounds: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

    struct Snapshot: Sendable {
        var buckets: [(bound: Double, count: UInt64)]
        var sum: Double
        var count: UInt64
    }

    private let box: NIOLockedValueBox<Snapshot>

    init(bounds: [Double]) {
        self.box = NIOLockedValueBox(
            Snapshot(buckets: bounds.map { ($0, 0) }, sum: 0, count: 0)
        )
    }

    var snapshot: Snapshot { self.box.withLockedValue { $0 } }

    func record(_ value: Int64) { self.record(Double(value)) }

    func record(_ value: Double) {
        self.box.withLockedValue { snapshot in
            for index in snapshot.buckets.indices where value <= snapshot.buckets[index].bound {
                snapshot.buckets[index].count += 1
            }
            snapshot.sum += value
            snapshot.count += 1
        }
    }

    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1e9) }
}

#endif
