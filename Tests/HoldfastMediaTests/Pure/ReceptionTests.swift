import HoldfastCore
import HoldfastWire
import Testing

@testable import HoldfastMedia

/// A moment some milliseconds after zero.
private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(offset: .milliseconds(milliseconds))
}

@Suite struct ReceptionMeterTests {
    private func packet(_ sequence: UInt16, of source: UInt32 = 1) -> ReceivedPacket {
        ReceivedPacket(source: source, sequence: sequence)
    }

    @Test func `nothing received measures nothing`() {
        var meter = ReceptionMeter()
        #expect(meter.received == 0)
        #expect(meter.lost == 0)
        #expect(meter.takeLongestGap() == .zero)
        #expect(meter.longestGapEver == .zero)
    }

    @Test func `the longest gap is kept for the report and for ever`() {
        var meter = ReceptionMeter()
        meter.handle(self.packet(1), at: at(0))
        meter.handle(self.packet(2), at: at(20))
        meter.handle(self.packet(3), at: at(520))
        meter.handle(self.packet(4), at: at(540))
        #expect(meter.takeLongestGap() == .milliseconds(500))
        meter.handle(self.packet(5), at: at(640))
        #expect(meter.takeLongestGap() == .milliseconds(100))
        #expect(meter.takeLongestGap() == .zero)
        #expect(meter.longestGapEver == .milliseconds(500))
    }

    @Test func `a gap over a report counts once it ends`() {
        var meter = ReceptionMeter()
        meter.handle(self.packet(1), at: at(0))
        #expect(meter.takeLongestGap() == .zero)
        meter.handle(self.packet(2), at: at(3_000))
        #expect(meter.takeLongestGap() == .seconds(3))
    }

    @Test func `time that runs backwards is no time`() {
        var meter = ReceptionMeter()
        meter.handle(self.packet(1), at: at(100))
        meter.handle(self.packet(2), at: at(40))
        #expect(meter.longestGapEver == .zero)
        // And it does not make the next gap longer than it was.
        meter.handle(self.packet(3), at: at(120))
        #expect(meter.longestGapEver == .milliseconds(20))
    }

    @Test func `another stream begins its numbers anew and keeps the losses`() {
        var meter = ReceptionMeter()
        for sequence in [1, 2, 5] as [UInt16] { meter.handle(self.packet(sequence), at: at(0)) }
        for sequence in [900, 901, 903] as [UInt16] {
            meter.handle(self.packet(sequence, of: 2), at: at(1))
        }
        #expect(meter.lost == 3)
        #expect(meter.received == 6)
    }
}

@Suite struct ReceptionWatchdogTests {
    @Test func `the first packet is told, the next ones are not`() {
        var watchdog = ReceptionWatchdog()
        #expect(watchdog.handlePacket(at: at(0)) == .flowing)
        #expect(watchdog.handlePacket(at: at(20)) == nil)
        #expect(watchdog.nextDeadline == at(1_020))
    }

    @Test func `silence is told once, at its limit and not before`() {
        var watchdog = ReceptionWatchdog()
        _ = watchdog.handlePacket(at: at(0))
        #expect(watchdog.advance(to: at(999)) == nil)
        #expect(watchdog.advance(to: at(1_000)) == .silent)
        #expect(watchdog.advance(to: at(9_000)) == nil)
        #expect(watchdog.nextDeadline == nil)
        #expect(watchdog.handlePacket(at: at(9_001)) == .flowing)
    }

    @Test func `nothing is expected before the transport is there`() {
        var watchdog = ReceptionWatchdog()
        #expect(watchdog.nextDeadline == nil)
        #expect(watchdog.advance(to: at(60_000)) == nil)
    }

    @Test func `a transport on which nothing ever comes is silent`() {
        var watchdog = ReceptionWatchdog()
        watchdog.handleConnected(at: at(500))
        #expect(watchdog.advance(to: at(1_499)) == nil)
        #expect(watchdog.advance(to: at(1_500)) == .silent)
    }

    @Test func `connecting again does not hide a silence`() {
        var watchdog = ReceptionWatchdog()
        _ = watchdog.handlePacket(at: at(0))
        watchdog.handleConnected(at: at(900))
        #expect(watchdog.advance(to: at(1_000)) == .silent)
        watchdog.handleConnected(at: at(1_100))
        #expect(watchdog.nextDeadline == nil)
    }

    @Test func `a packet with an older time does not bring the deadline forward`() {
        var watchdog = ReceptionWatchdog()
        _ = watchdog.handlePacket(at: at(500))
        _ = watchdog.handlePacket(at: at(100))
        #expect(watchdog.nextDeadline == at(1_500))
    }

    @Test func `the limit is the port's`() {
        #expect(ReceptionWatchdog().silence == MediaEngineLimits.silence)
    }
}

@Suite struct LevelMeterTests {
    private func level(_ samples: [Int16]) -> Double {
        var meter = LevelMeter()
        meter.handle(SoundPower(of: samples))
        return meter.take()
    }

    @Test func `full scale is zero and a full sine is minus three`() {
        #expect(abs(self.level([.min, .min])) < 0.001)
        #expect(abs(self.level([.max, .min])) < 0.001)
        let root = Int16(32_768 / 2.0.squareRoot())
        #expect(abs(self.level([root, -root]) + 3.01) < 0.01)
    }

    @Test func `half the amplitude is six decibels less`() {
        #expect(abs(self.level([16_384]) + 6.02) < 0.01)
        #expect(abs(self.level([1]) + 90.31) < 0.01)
    }

    @Test func `silence, and no samples at all, are the floor`() {
        #expect(self.level([]) == LevelMeter.floor)
        #expect(self.level([0, 0, 0]) == LevelMeter.floor)
        // One step among many is below the floor, and stays at it.
        #expect(self.level([1] + [Int16](repeating: 0, count: 100_000)) == LevelMeter.floor)
    }

    @Test func `each report begins anew`() {
        var meter = LevelMeter()
        meter.handle(SoundPower(of: [Int16.max]))
        #expect(meter.take() > -1)
        #expect(meter.take() == LevelMeter.floor)
    }

    @Test func `parts count by their length`() {
        var meter = LevelMeter()
        meter.handle(SoundPower(of: [16_384]))
        meter.handle(SoundPower(of: [0, 0, 0]))
        #expect(abs(meter.take() + 12.04) < 0.01)
    }

    @Test func `a power beyond all numbers does not trap`() {
        var meter = LevelMeter()
        for _ in 0..<3 {
            meter.handle(SoundPower(sumOfSquares: .max, sampleCount: .max))
        }
        #expect(meter.take().isFinite)
    }
}
