import HoldfastWire

/// When to acknowledge what the app has processed (HF-34).
struct AcknowledgementPolicy: Hashable, Sendable {
    static let eventCountMax = 32
    static let byteCountMax = 16 * 1024
    static let delayMax: Duration = .milliseconds(500)

    private(set) var acknowledged: LogOffset = .zero
    private var eventCount = 0
    private var byteCount = 0
    private(set) var dueAt: MonotonicInstant?

    /// Notes what was processed: `count` events with `byteCount` bytes, everything up to `offset`.
    mutating func processed(
        upTo offset: LogOffset,
        count: Int,
        byteCount: Int,
        at now: MonotonicInstant
    ) {
        guard offset > self.acknowledged else { return }
        self.eventCount += count
        self.byteCount += byteCount
        if self.eventCount >= Self.eventCountMax || self.byteCount >= Self.byteCountMax {
            self.dueAt = now
        } else if self.dueAt == nil {
            self.dueAt = now.advanced(by: Self.delayMax)
        }
    }

    /// Delivery begins again at `offset`, perhaps behind what was acknowledged.
    mutating func fallBack(to offset: LogOffset) {
        self.acknowledged = min(self.acknowledged, offset)
    }

    /// The log is another one: nothing of it was acknowledged.
    mutating func reset() { self = AcknowledgementPolicy() }

    /// Notes that everything up to `offset` was acknowledged, by a frame of any kind.
    mutating func sent(_ offset: LogOffset) {
        self.acknowledged = offset
        self.eventCount = 0
        self.byteCount = 0
        self.dueAt = nil
    }
}
