import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A8: the camera.
@Suite struct CameraTests {
    @Test(.rule("A-CAM-01"), arguments: [28, 36])
    func `an idle app loses the camera after 60 s`(api: Int) {
        let phone = Phone(api: api)
        phone.app(.openCamera)
        phone.happens(.homePressed)
        phone.expect(.cameraLost, "A-CAM-01", after: .seconds(60))
        #expect(phone.conditions.camera == .closed("A-CAM-01"))
    }

    @Test(.rule("A-CAM-01")) func `before API 28 it keeps it`() {
        let phone = Phone(api: 27)
        phone.app(.openCamera)
        phone.isInBackground(for: .seconds(600))
        #expect(phone.conditions.camera == .open)
    }

    @Test(.rule("A-CAM-02"), arguments: [(27, false), (28, true)])
    func `an idle app opens no camera`(api: Int, isRefused: Bool) {
        let phone = Phone(api: api)
        phone.isInBackground(for: .seconds(61))
        #expect(phone.app(.openCamera).threw(.cameraDisabled, "A-CAM-02") == isRefused)
    }

    @Test(.rule("A-CAM-03")) func `a severe device takes the camera after 5 s`() {
        let strict = Phone(api: 30, profile: .strict)
        strict.app(.openCamera)
        strict.happens(.homePressed)
        strict.expect(.cameraLost, "A-CAM-03", after: .seconds(5))
        let asked = Phone(api: 36) { $0.options = .cameraFollowsCapability }
        asked.app(.openCamera)
        asked.happens(.homePressed)
        asked.expect(.cameraLost, "A-CAM-03", after: .seconds(5))
        let old = Phone(api: 29, profile: .strict)
        old.app(.openCamera)
        old.isInBackground(for: .seconds(6))
        #expect(old.conditions.camera == .open)
    }

    @Test(.rule("A-CAM-04")) func `another app takes the camera of an app that is not seen`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.app(.openCamera)
        #expect(phone.happens(.otherAppOpenedCamera).isEmpty)
        phone.happens(.homePressed)
        #expect(phone.happens(.otherAppOpenedCamera).has(.cameraLost, "A-CAM-04"))
        phone.wait(.seconds(1))
        #expect(phone.app(.openCamera).has(.cameraOpened))
    }

    @Test(.rule("A-CAM-05", "A-LOCK-01", "A-STATE-06"))
    func `with its service the camera outlives the lock`() {
        let phone = Phone(api: 36, profile: .strict)
        phone.startsService()
        phone.app(.openCamera)
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.acquireWakeLock)
        phone.happens(.screenTurnedOff)
        phone.happens(.locked)
        phone.wait(.seconds(7_200))
        #expect(phone.conditions.camera == .open)
        #expect(phone.conditions.microphone == .open)
    }
}
