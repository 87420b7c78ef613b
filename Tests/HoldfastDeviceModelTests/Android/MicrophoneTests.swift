import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A7: the microphone.
@Suite struct MicrophoneTests {
    private static func capturing(
        api: Int,
        _ source: AndroidDevice.CaptureSource = .voiceCommunication,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) -> Phone {
        let phone = Phone(api: api, change)
        phone.app(.startCapture(source))
        return phone
    }

    @Test(.rule("A-MIC-01"), arguments: [28, 29])
    func `an idle app hears silence after 60 s`(api: Int) {
        let phone = Self.capturing(api: api)
        phone.happens(.homePressed)
        phone.expect(.microphoneSilenced, "A-MIC-01", after: .seconds(60))
        #expect(phone.conditions.microphone == .closed("A-MIC-01"))
    }

    @Test(.rule("A-MIC-01"), arguments: [26, 27])
    func `before API 28 an app is never silenced`(api: Int) {
        let phone = Self.capturing(api: api)
        phone.isInBackground(for: .seconds(600))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-MIC-02", "A-STATE-04"), arguments: [30, 36])
    func `an app that is left hears silence after 5 s`(api: Int) {
        let phone = Self.capturing(api: api)
        phone.happens(.homePressed)
        phone.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
    }

    @Test(.rule("A-MIC-02", "A-STATE-03"))
    func `so does one whose screen goes off, or whose type is missing`() {
        let dark = Self.capturing(api: 34)
        dark.happens(.screenTurnedOff)
        dark.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
        let typeless = Self.capturing(api: 34)
        typeless.startsService("call", .phoneCall)
        typeless.happens(.homePressed)
        typeless.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
    }

    @Test(.rule("A-MIC-02")) func `a service that leaves the foreground loses it after 5 s`() {
        let phone = Self.capturing(api: 34)
        phone.startsService()
        phone.isInBackground()
        phone.app(.stopService("call"))
        phone.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
    }

    @Test(.rule("A-MIC-02")) func `if asked for, the loss beside a service is immediate`() {
        let phone = Self.capturing(api: 34) { $0.options = .capabilityLossIsImmediate }
        phone.startsService("call", .phoneCall)
        #expect(phone.happens(.homePressed).has(.microphoneSilenced, "A-MIC-02"))
    }

    @Test(.rule("A-MIC-03"), arguments: [(28, false), (29, true)])
    func `the latest private capture is heard`(api: Int, isSilenced: Bool) {
        let phone = Self.capturing(api: api)
        let outcomes = phone.happens(.otherAppCaptureStarted(.privacySensitive))
        #expect(outcomes.has(.microphoneSilenced, "A-MIC-03") == isSilenced)
        #expect(
            phone.happens(.otherAppCaptureStopped).has(.microphoneHeard, "A-MIC-03") == isSilenced
        )
    }

    @Test(.rule("A-MIC-03")) func `a private capture is heard beside a plain one`() {
        let phone = Self.capturing(api: 34)
        phone.startsService()
        phone.isInBackground()
        phone.happens(.otherAppCaptureStarted(.plain))
        #expect(phone.conditions.microphone == .open)
        let plain = Self.capturing(api: 34, .microphone)
        plain.startsService()
        plain.happens(.otherAppCaptureStarted(.plain))
        #expect(plain.conditions.microphone == .open)
        plain.isInBackground()
        #expect(plain.conditions.microphone == .closed("A-MIC-03"))
    }

    @Test(.rule("A-MIC-03")) func `what is opened later than the other's capture is heard`() {
        let phone = Phone(api: 34)
        phone.happens(.otherAppCaptureStarted(.privacySensitive))
        phone.app(.startCapture(.voiceCommunication))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-MIC-03")) func `a telephone call silences`() {
        let phone = Self.capturing(api: 34)
        #expect(phone.happens(.cellularCallBegan).has(.microphoneSilenced, "A-MIC-03"))
        #expect(phone.happens(.cellularCallEnded).has(.microphoneHeard, "A-MIC-03"))
    }

    @Test(.rule("A-MIC-04"), arguments: [(30, false), (31, true)])
    func `the switch silences all`(api: Int, isSilenced: Bool) {
        let phone = Self.capturing(api: api)
        let outcomes = phone.happens(.microphoneSwitched(isOff: true))
        #expect(outcomes.has(.microphoneSilenced, "A-MIC-04") == isSilenced)
        phone.happens(.microphoneSwitched(isOff: false))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-MIC-05", "A-STATE-01")) func `a return is heard at once`() {
        let phone = Self.capturing(api: 34)
        phone.isInBackground(for: .seconds(9))
        #expect(phone.happens(.opened(.recents)).has(.microphoneHeard, "A-MIC-05"))
    }

    @Test(.rule("A-MIC-05")) func `a return within 5 s was never silent`() {
        let phone = Self.capturing(api: 34)
        phone.happens(.homePressed)
        #expect(phone.wait(.milliseconds(4_999)).isEmpty)
        #expect(!phone.happens(.opened(.recents)).has(.microphoneHeard, "A-MIC-05"))
        // What would have closed it is forgotten: the time begins anew.
        phone.happens(.homePressed)
        phone.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
    }
}
