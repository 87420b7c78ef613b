import Testing

@testable import HoldfastRules

@Suite struct TimingTests {
    @Test func `a duration is that of the newest version that is not newer than the device`() {
        let timing = Timing.Android.startForegroundDeadline
        #expect(timing.duration(on: 25) == nil)
        #expect(timing.duration(on: 26) == .seconds(5))
        #expect(timing.duration(on: 32) == .seconds(10))
        #expect(timing.duration(on: 33) == .seconds(30))
        #expect(timing.duration(on: 36) == .seconds(30))
    }

    @Test func `a strict device takes the shorter one`() {
        #expect(Timing.Android.startForegroundDeadline.duration(on: 36, .strict) == .seconds(5))
        #expect(Timing.Android.startForegroundDeadline.duration(on: 26, .strict) == .seconds(5))
        #expect(Timing.Android.idle.duration(on: 36, .strict) == .seconds(60))
    }
}
