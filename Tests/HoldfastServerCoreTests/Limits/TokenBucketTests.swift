import HoldfastServerCore
import HoldfastWire
import Testing

/// How many get through, and what the others wait.
@Suite struct TokenBucketTests {
    private let start = MonotonicInstant(offset: .seconds(1000))

    @Test func `forty at once get through, the next waits for a twentieth of a second`() {
        var bucket = TokenBucket(ratePerSecond: 20, burst: 40)
        for _ in 1...40 { #expect(bucket.take(at: self.start) == nil) }
        #expect(bucket.take(at: self.start) == .milliseconds(50))
        #expect(bucket.take(at: self.start.advanced(by: .milliseconds(49))) == .milliseconds(1))
        #expect(bucket.take(at: self.start.advanced(by: .milliseconds(50))) == nil)
        #expect(bucket.take(at: self.start.advanced(by: .milliseconds(50))) == .milliseconds(50))
    }

    @Test func `it is full again after the whole burst's time, and never fuller`() {
        var bucket = TokenBucket(ratePerSecond: 20, burst: 40)
        for _ in 1...40 { _ = bucket.take(at: self.start) }
        #expect(!bucket.isFull(at: self.start.advanced(by: .milliseconds(1999))))
        #expect(bucket.isFull(at: self.start.advanced(by: .seconds(2))))
        let later = self.start.advanced(by: .seconds(1_000_000))
        for _ in 1...40 { #expect(bucket.take(at: later) == nil) }
        #expect(bucket.take(at: later) != nil)
    }

    @Test func `a refused try costs nothing`() {
        var bucket = TokenBucket(ratePerSecond: 1, burst: 1)
        #expect(bucket.take(at: self.start) == nil)
        for _ in 1...100 { #expect(bucket.take(at: self.start) == .seconds(1)) }
        #expect(bucket.take(at: self.start.advanced(by: .seconds(1))) == nil)
    }

    @Test func `rates below one count as one`() {
        var bucket = TokenBucket(ratePerSecond: 0, burst: -5)
        #expect(bucket.take(at: self.start) == nil)
        #expect(bucket.take(at: self.start) == .seconds(1))
    }
}
