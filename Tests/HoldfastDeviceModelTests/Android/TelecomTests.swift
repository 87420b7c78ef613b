import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A14: calls that the system's Telecom service knows.
@Suite struct TelecomTests {
    private typealias Notification = AndroidDevice.Notification

    private static let call = AndroidDevice.TelecomCall()

    @Test(.rule("A-TEL-01")) func `a call needs its permission`() {
        let phone = Phone(api: 26) { $0.manifest.permissions.remove("MANAGE_OWN_CALLS") }
        #expect(phone.app(.addTelecomCall(Self.call)).threw(.security, "A-TEL-01"))
    }

    @Test(.rule("A-TEL-02"), arguments: [(33, true), (34, false)])
    func `a service of the app's own must be guarded`(api: Int, isRefused: Bool) {
        let phone = Phone(api: api) { $0.manifest.connectionServiceIsGuarded = false }
        let outcomes = phone.app(.addTelecomCall(Self.call))
        #expect(outcomes.has(.telecomCallRefused, "A-TEL-02") == isRefused)
    }

    @Test(.rule("A-TEL-03", "A-WIU-03")) func `a call raises the app before API 34`() {
        let phone = Phone(api: 33)
        phone.isInBackground(for: .seconds(30))
        #expect(phone.app(.addTelecomCall(Self.call)).has(.telecomCallAdded, "A-TEL-03"))
        phone.startsService("call", [.phoneCall, .microphone])
        phone.app(.startCapture(.voiceCommunication))
        phone.wait(.seconds(600))
        #expect(phone.conditions.microphone == .open)
        #expect(phone.conditions.network == .open)
    }

    @Test(.rule("A-TEL-04")) func `from API 34 on a call is as good as a service`() {
        let phone = Phone(api: 34)
        #expect(phone.app(.addTelecomCall(Self.call)).has(.delegationStarted, "A-TEL-04"))
        phone.app(.notify(Notification(hasFullScreenIntent: true)))
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.isInBackground(for: .seconds(3_600))
        #expect(phone.conditions.microphone == .open)
        #expect(phone.conditions.camera == .open)
        #expect(phone.conditions.process == .running)
        let outcomes = phone.app(.disconnectTelecomCall)
        #expect(outcomes.has(.delegationStopped))
    }

    @Test(.rule("A-TEL-04")) func `not so for a call from the background`() {
        let phone = Phone(api: 34)
        phone.isInBackground()
        #expect(phone.app(.addTelecomCall(Self.call)).has(.delegationRefused, "A-TEL-04"))
    }

    @Test(.rule("A-TEL-05")) func `a notification must show the call within 5 s`() {
        let phone = Phone(api: 34)
        phone.app(.addTelecomCall(Self.call))
        phone.expect(.delegationStopped, "A-TEL-05", after: .seconds(5))
    }

    @Test(.rule("A-TEL-05")) func `and when it goes, so does what the call gave`() {
        let phone = Phone(api: 34)
        phone.app(.addTelecomCall(Self.call))
        phone.wait(.milliseconds(4_999))
        phone.app(.notify(Notification(hasFullScreenIntent: true)))
        #expect(phone.wait(.seconds(60)).isEmpty)
        #expect(phone.app(.cancel(1)).has(.delegationStopped, "A-TEL-05"))
    }

    @Test(.rule("A-TEL-06")) func `a request must be answered within 5 s`() {
        let phone = Phone(api: 34)
        phone.app(.addTelecomCall(Self.call))
        phone.happens(.cellularCallBegan)
        phone.expect(.telecomCallEnded, "A-TEL-06", after: .seconds(5))
    }

    @Test(.rule("A-TEL-06")) func `and fulfilled within 2 s more`() {
        let phone = Phone(api: 34)
        phone.app(.addTelecomCall(Self.call))
        phone.happens(.cellularCallBegan)
        phone.wait(.milliseconds(4_999))
        phone.app(.acknowledgeTelecom)
        phone.expect(.telecomCallEnded, "A-TEL-06", after: .seconds(2))
        let good = Phone(api: 34)
        good.app(.addTelecomCall(Self.call))
        good.happens(.cellularCallBegan)
        good.app(.acknowledgeTelecom)
        good.wait(.milliseconds(1_999))
        good.app(.reachTelecomState)
        #expect(!good.wait(.seconds(60)).has(.telecomCallEnded, "A-TEL-06"))
    }

    @Test(.rule("A-TEL-07")) func `the telephone puts a call on hold, or ends it`() {
        for supportsHold in [true, false] {
            let phone = Phone(api: 26)
            phone.app(.addTelecomCall(AndroidDevice.TelecomCall(supportsHold: supportsHold)))
            let outcomes = phone.happens(.cellularCallBegan)
            #expect(outcomes.has(.telecomHoldRequested, "A-TEL-07") == supportsHold)
            #expect(outcomes.has(.telecomCallEnded, "A-TEL-07") == !supportsHold)
        }
    }

    @Test(.rule("A-TEL-08")) func `ten calls and one that rings are the limit`() {
        let phone = Phone(api: 30)
        let ringing = AndroidDevice.TelecomCall(isRinging: true)
        #expect(phone.app(.addTelecomCall(ringing)).has(.telecomCallAdded, "A-TEL-03"))
        #expect(phone.app(.addTelecomCall(ringing)).has(.telecomCallRefused, "A-TEL-08"))
        for _ in 2...10 {
            #expect(phone.app(.addTelecomCall(Self.call)).has(.telecomCallAdded, "A-TEL-03"))
        }
        #expect(phone.app(.addTelecomCall(Self.call)).has(.telecomCallRefused, "A-TEL-08"))
    }

    @Test(.rule("A-TEL-10")) func `the calls of a process end with it`() {
        let phone = Phone(api: 34)
        phone.app(.addTelecomCall(Self.call))
        #expect(phone.app(.crash).has(.telecomCallEnded, "A-TEL-10"))
        #expect(!phone.conditions.isHolding)
    }

    @Test(.rule("A-TEL-11")) func `the library brings the service that the app lacks`() {
        let phone = Phone(api: 26) { $0.manifest.connectionServiceIsGuarded = nil }
        #expect(phone.app(.addTelecomCall(Self.call)).has(.telecomCallAdded, "A-TEL-03"))
    }
}
