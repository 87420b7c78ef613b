import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A13: audio focus and the communication mode.
@Suite struct AudioTests {
    @Test(.rule("A-AUD-01"), arguments: [(34, 35, false), (35, 34, false), (35, 35, true)])
    func `from the background there is no focus`(api: Int, target: Int, isRefused: Bool) {
        let phone = Phone(api: api, target: target)
        phone.isInBackground(for: .seconds(3))
        #expect(
            phone.app(.requestAudioFocus).has(.audioFocusRefused, "A-AUD-01") == isRefused
        )
        let serving = Phone(api: api, target: target)
        serving.startsService("call", .phoneCall)
        serving.isInBackground()
        #expect(serving.app(.requestAudioFocus).has(.audioFocusGranted))
    }

    @Test(.rule("A-AUD-02"), arguments: [31, 36])
    func `an app that is silent for 6 s loses the mode`(api: Int) {
        let phone = Phone(api: api)
        phone.app(.startPlayback)
        phone.app(.setCommunicationMode(true))
        phone.wait(.seconds(60))
        phone.app(.stopPlayback)
        phone.expect(.communicationModeLost, "A-AUD-02", after: .seconds(6))
        #expect(phone.app(.startPlayback).has(.communicationModeReturned, "A-AUD-02"))
    }

    @Test(.rule("A-AUD-02")) func `a capture that is silenced does not count`() {
        let phone = Phone(api: 34)
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.setCommunicationMode(true))
        phone.wait(.seconds(60))
        phone.happens(.microphoneSwitched(isOff: true))
        phone.expect(.communicationModeLost, "A-AUD-02", after: .seconds(6))
        #expect(
            phone.happens(.microphoneSwitched(isOff: false))
                .has(.communicationModeReturned, "A-AUD-02")
        )
    }

    @Test(.rule("A-AUD-02")) func `API 30 takes no mode away`() {
        let phone = Phone(api: 30)
        phone.app(.setCommunicationMode(true))
        #expect(phone.wait(.seconds(60)).isEmpty)
    }

    @Test(.rule("A-AUD-04")) func `another app takes the focus, for a while or for good`() {
        let phone = Phone(api: 34)
        phone.app(.requestAudioFocus)
        #expect(
            phone.happens(.otherAppTookAudioFocus(isTransient: true))
                .has(.audioFocusLost(isTransient: true), "A-AUD-04")
        )
        #expect(phone.happens(.audioFocusReturned).has(.audioFocusReturned, "A-AUD-04"))
        #expect(
            phone.happens(.otherAppTookAudioFocus(isTransient: false))
                .has(.audioFocusLost(isTransient: false), "A-AUD-04")
        )
        #expect(phone.happens(.audioFocusReturned).isEmpty)
        #expect(!phone.conditions.isHolding)
    }

    @Test(.rule("A-AUD-04")) func `a telephone call takes the focus and gives it back`() {
        let phone = Phone(api: 34)
        phone.app(.requestAudioFocus)
        #expect(
            phone.happens(.cellularCallBegan).has(.audioFocusLost(isTransient: true), "A-AUD-04")
        )
        #expect(phone.happens(.cellularCallEnded).has(.audioFocusReturned, "A-AUD-04"))
    }
}
