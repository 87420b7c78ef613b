import HoldfastWire
import Testing

struct MonotonicInstantTests {
    @Test func `an instant moves by durations and sorts by time`() {
        let later = MonotonicInstant.zero.advanced(by: .milliseconds(1500))
        #expect(later.offset == .milliseconds(1500))
        #expect(MonotonicInstant.zero.duration(to: later) == .milliseconds(1500))
        #expect(later.duration(to: .zero) == .milliseconds(-1500))
        #expect(MonotonicInstant.zero < later)
        #expect(later == MonotonicInstant(offset: .milliseconds(1500)))
    }
}

struct DurationMillisecondsTests {
    @Test func `whole milliseconds, rounded down`() {
        #expect(Duration.zero.milliseconds == 0)
        #expect(Duration.seconds(2).milliseconds == 2000)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Duration.nanoseconds(999_999).milliseconds == 0)
        #expect(Duration.milliseconds(-3).milliseconds == -3)
        #expect((Duration.seconds(-2) + .milliseconds(250)).milliseconds == -1750)
    }

    @Test func `a negative fraction is rounded down too`() {
        #expect(Duration.microseconds(-1).milliseconds == -1)
        #expect(Duration.microseconds(-1000).milliseconds == -1)
        #expect(Duration.microseconds(-1001).milliseconds == -2)
    }

    @Test func `what does not fit saturates`() {
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Duration.milliseconds(Int64.max).milliseconds == .max)
        #expect(Duration.milliseconds(Int64.min).milliseconds == .min)
        #expect((Duration.milliseconds(Int64.max) + .milliseconds(1)).milliseconds == .max)
        #expect((Duration.milliseconds(Int64.min) - .milliseconds(1)).milliseconds == .min)
        #expect((Duration.milliseconds(Int64.max) - .milliseconds(1)).milliseconds == .max - 1)
    }
}
