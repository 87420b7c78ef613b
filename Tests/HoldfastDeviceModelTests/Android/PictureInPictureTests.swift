import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A15: the floating picture and the lock screen.
@Suite struct PictureInPictureTests {
    private static func floating(api: Int = 34) -> Phone {
        let phone = Phone(api: api)
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.app(.acquireWakeLock)
        phone.app(.enterPictureInPicture)
        phone.happens(.homePressed)
        return phone
    }

    @Test(.rule("A-PIP-01", "A-STATE-02"), arguments: [26, 36])
    func `an app that floats needs no service`(api: Int) {
        let phone = Self.floating(api: api)
        phone.wait(.seconds(3_600))
        #expect(phone.conditions.microphone == .open)
        #expect(phone.conditions.camera == .open)
        #expect(phone.conditions.network == .open)
        #expect(phone.conditions.process == .running)
    }

    @Test(.rule("A-PIP-02")) func `it does not survive the lock`() {
        let phone = Self.floating(api: 36)
        phone.happens(.screenTurnedOff)
        phone.happens(.locked)
        phone.expect(.microphoneSilenced, "A-MIC-02", after: .seconds(5))
        phone.wait(.seconds(60))
        #expect(phone.conditions.network == .closed("A-NET-01"))
        #expect(phone.conditions.camera == .closed("A-CAM-01"))
    }

    @Test(.rule("A-PIP-02")) func `a lock hides it even when the screen is on`() {
        let phone = Self.floating()
        #expect(phone.happens(.locked).has(.visibilityChanged(isVisible: false)))
        #expect(phone.happens(.unlocked).has(.visibilityChanged(isVisible: true)))
    }

    @Test(.rule("A-PIP-03")) func `closing it leaves the app`() {
        let phone = Self.floating()
        let outcomes = phone.happens(.pictureInPictureClosed)
        #expect(outcomes.has(.pictureInPictureChanged(isActive: false), "A-PIP-03"))
        #expect(outcomes.has(.visibilityChanged(isVisible: false)))
    }

    @Test(.rule("A-PIP-04")) func `it must be declared`() {
        let phone = Phone(api: 34) { $0.manifest.supportsPictureInPicture = false }
        #expect(phone.app(.enterPictureInPicture).threw(.illegalState, "A-PIP-04"))
        phone.app(.setAutoEnterPictureInPicture(true))
        #expect(
            !phone.happens(.homePressed).has(.pictureInPictureChanged(isActive: true), "A-PIP-04")
        )
    }

    @Test(.rule("A-PIP-04"), arguments: [(30, false), (31, true)])
    func `from API 31 on it begins by itself`(api: Int, begins: Bool) {
        let phone = Phone(api: api)
        phone.app(.setAutoEnterPictureInPicture(true))
        let outcomes = phone.happens(.homePressed)
        #expect(
            outcomes.has(.pictureInPictureChanged(isActive: true), "A-PIP-04") == begins
        )
        // The app may still ask for it at the moment of leaving, and no later.
        #expect(phone.app(.enterPictureInPicture).isEmpty == begins)
        phone.happens(.pictureInPictureClosed)
        phone.wait(.milliseconds(1))
        #expect(phone.app(.enterPictureInPicture).isEmpty)
    }

    @Test(.rule("A-PIP-05"), arguments: [true, false])
    func `an activity may be seen above the keyguard`(isShown: Bool) {
        let phone = Phone(api: 34) { $0.manifest.showsWhenLocked = isShown }
        phone.app(.startCapture(.voiceCommunication))
        phone.happens(.locked)
        phone.wait(.seconds(120))
        #expect(phone.conditions.microphone == (isShown ? .open : .closed("A-MIC-02")))
    }

    @Test(.rule("A-LOCK-01"), arguments: [30, 36])
    func `a lock changes nothing for a service`(api: Int) {
        let phone = Phone(api: api)
        phone.startsService()
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.happens(.screenTurnedOff)
        phone.happens(.locked)
        phone.wait(.seconds(50))
        #expect(phone.conditions.microphone == .open)
        #expect(phone.conditions.camera == .open)
        #expect(phone.conditions.network == .open)
    }
}
