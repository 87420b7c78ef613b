import HoldfastWire

/// Taps on notifications that wait for the app's handler.
///
/// The handler runs first and may replace what happens by default. One that is too slow does not.
struct TapBook: Hashable, Sendable {
    /// A tap: what, and of which call.
    struct Tap: Hashable, Sendable {
        var action: NotificationAction
        var call: CallHandle
    }

    private struct Entry: Hashable, Sendable {
        var tap: Tap
        var until: MonotonicInstant
    }

    /// Taps that wait at once; more are not taken. No hand is as fast.
    static let countMax = 16

    /// Oldest first.
    private var entries: [Entry] = []

    /// When ``due(at:)`` has something next.
    var nextDeadline: MonotonicInstant? { self.entries.first?.until }

    /// Takes a tap. False: the same one is being handled, or too many are.
    mutating func take(_ tap: Tap, at now: MonotonicInstant) -> Bool {
        let isKnown = self.entries.contains { $0.tap == tap }
        guard !isKnown, self.entries.count < Self.countMax else { return false }
        let until = now.advanced(by: KeepAliveLimits.handlerPatience)
        self.entries.append(Entry(tap: tap, until: until))
        return true
    }

    /// The handler is done. False: nobody waited for it any more.
    mutating func handled(_ tap: Tap) -> Bool {
        guard let index = self.entries.firstIndex(where: { $0.tap == tap }) else { return false }
        self.entries.remove(at: index)
        return true
    }

    /// The taps whose handler was too slow.
    mutating func due(at now: MonotonicInstant) -> [Tap] {
        let late = self.entries.filter { now >= $0.until }.map(\.tap)
        self.entries.removeAll { now >= $0.until }
        return late
    }

    /// Calls are over: their taps do nothing any more.
    mutating func keep(_ calls: Set<CallHandle>) {
        self.entries.removeAll { !calls.contains($0.tap.call) }
    }
}
