import HoldfastWire

/// Randomness as a value: the same seed gives the same run, so that a simulation can be repeated.
///
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). It spreads
/// reconnects over time; nothing secret may be drawn from it.
struct SeededRandom: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A duration between zero and `limit`, both included, in whole milliseconds.
    mutating func duration(upTo limit: Duration) -> Duration {
        let milliseconds = limit.milliseconds
        guard milliseconds > 0 else { return .zero }
        return .milliseconds(Int64.random(in: 0...milliseconds, using: &self))
    }
}

extension Duration {
    /// Brings a duration that a server named within bounds, so that none can stall or hurry us.
    func clamped(_ bounds: ClosedRange<Duration>) -> Duration {
        min(max(self, bounds.lowerBound), bounds.upperBound)
    }
}
