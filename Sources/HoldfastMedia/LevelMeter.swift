#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// The power of some samples, small enough to be handed between threads.
struct SoundPower: Equatable, Sendable {
    /// Sum of the squares of the samples, each from -32 768 to 32 767.
    var sumOfSquares: UInt64
    /// How many samples.
    var sampleCount: UInt64

    init(sumOfSquares: UInt64, sampleCount: UInt64) {
        self.sumOfSquares = sumOfSquares
        self.sampleCount = sampleCount
    }

    /// Adds up samples.
    init(of samples: some Sequence<Int16>) {
        self.init(sumOfSquares: 0, sampleCount: 0)
        for sample in samples {
            let value = Int64(sample)
            self.sumOfSquares &+= UInt64(value * value)
            self.sampleCount &+= 1
        }
    }
}

/// Loudness over an interval, in dBFS: a full-scale sine is -3, silence is -100.
struct LevelMeter: Equatable, Sendable {
    /// The level of silence, and of no samples at all.
    static let floor: Double = -100

    private var sumOfSquares: Double = 0
    private var sampleCount: Double = 0

    /// Takes more samples.
    mutating func handle(_ power: SoundPower) {
        self.sumOfSquares += Double(power.sumOfSquares)
        self.sampleCount += Double(power.sampleCount)
    }

    /// The level since the last call.
    mutating func take() -> Double {
        defer { self = LevelMeter() }
        guard self.sampleCount > 0, self.sumOfSquares > 0 else { return Self.floor }
        let fullScale = 32_768.0 * 32_768.0
        return max(Self.floor, 10 * log10(self.sumOfSquares / self.sampleCount / fullScale))
    }
}
