import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct TapBookTests {
    private static let tap = TapBook.Tap(action: .mute, call: CallHandle(1))

    @Test func `a second tap while the first is handled does nothing`() {
        var taps = TapBook()
        var isTaken = taps.take(Self.tap, at: .zero)
        #expect(isTaken)
        isTaken = taps.take(Self.tap, at: .seconds(1))
        #expect(!isTaken)
        let other = TapBook.Tap(action: .mute, call: CallHandle(2))
        isTaken = taps.take(other, at: .seconds(1))
        #expect(isTaken)
    }

    @Test func `a handler that is too slow is not waited for, and its answer counts for nothing`() {
        var taps = TapBook()
        _ = taps.take(Self.tap, at: .zero)
        #expect(taps.nextDeadline == .seconds(5))
        var late = taps.due(at: .seconds(4.999))
        #expect(late.isEmpty)
        late = taps.due(at: .seconds(5))
        #expect(late == [Self.tap])
        let counts = taps.handled(Self.tap)
        #expect(!counts)
    }

    @Test func `no more taps wait than there is room for`() {
        var taps = TapBook()
        for number in 0..<TapBook.countMax {
            let tap = TapBook.Tap(action: .init(rawValue: "\(number)"), call: CallHandle(1))
            let isTaken = taps.take(tap, at: .zero)
            #expect(isTaken)
        }
        let isTaken = taps.take(Self.tap, at: .zero)
        #expect(!isTaken)
    }

    @Test func `taps of a call that is over are gone`() {
        var taps = TapBook()
        _ = taps.take(Self.tap, at: .zero)
        taps.keep([CallHandle(2)])
        #expect(taps.nextDeadline == nil)
    }
}

@Suite struct MicrophoneWatchTests {
    @Test func `zeros are silence after their patience, within 3 s`() {
        var watch = MicrophoneWatch()
        watch.reported(.zeros, isCapturing: true, at: .seconds(10))
        watch.reported(.zeros, isCapturing: true, at: .seconds(11))
        watch.deadlineReached(at: .seconds(12.499))
        #expect(watch.silence == nil)
        #expect(watch.nextDeadline == .seconds(12.5))
        watch.deadlineReached(at: .seconds(12.5))
        #expect(watch.silence == .zeros)
        watch.reported(.sound, isCapturing: true, at: .seconds(20))
        #expect(watch.silence == nil)
    }

    @Test func `zeros of a closed microphone say nothing until it is opened`() {
        var watch = MicrophoneWatch()
        watch.reported(.zeros, isCapturing: false, at: .zero)
        #expect(watch.nextDeadline == nil)
        watch.captureChanged(isCapturing: true, at: .seconds(9))
        #expect(watch.nextDeadline == .seconds(11.5))
        watch.captureChanged(isCapturing: false, at: .seconds(10))
        #expect(watch.nextDeadline == nil)
    }

    @Test func `what the system says counts at once`() {
        var watch = MicrophoneWatch()
        watch.reported(.silenced(.privacySwitch), isCapturing: false, at: .zero)
        #expect(watch.silence == .privacySwitch)
        watch.reported(.heard, isCapturing: false, at: .zero)
        #expect(watch.silence == nil)
    }
}

@Suite struct FloatingPictureTests {
    private static let call = CallHandle(1)

    @Test func `it is armed for a call with a picture, and told when it floats`() {
        var picture = FloatingPicture()
        let armed = picture.changed(candidate: Self.call, live: [Self.call])
        #expect(armed == [.command(.arm(Self.call))])
        let again = picture.changed(candidate: Self.call, live: [Self.call])
        #expect(again == [])
        let floats = picture.reported(isActive: true)
        #expect(floats == [.report(Self.call, isActive: true)])
        let lands = picture.reported(isActive: false)
        #expect(lands == [.report(Self.call, isActive: false)])
        let disarmed = picture.changed(candidate: nil, live: [Self.call])
        #expect(disarmed == [.command(.disarm)])
    }

    @Test func `it ends with its call`() {
        var picture = FloatingPicture()
        _ = picture.changed(candidate: Self.call, live: [Self.call])
        _ = picture.reported(isActive: true)
        let effects = picture.changed(candidate: nil, live: [])
        #expect(effects == [.command(.end)])
    }

    @Test func `what is repeated is told once`() {
        var picture = FloatingPicture()
        var effects = picture.reported(isActive: false)
        #expect(effects == [])
        _ = picture.changed(candidate: Self.call, live: [Self.call])
        effects = picture.reported(isActive: false)
        #expect(effects == [])
        _ = picture.reported(isActive: true)
        effects = picture.reported(isActive: true)
        #expect(effects == [])
    }

    @Test func `one that begins while it is disarmed ends at once`() {
        var picture = FloatingPicture()
        let effects = picture.reported(isActive: true)
        #expect(effects == [.command(.end)])
    }
}
