import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A6: how long a service may be in the foreground.
@Suite struct ServiceTimeTests {
    private static func phone(api: Int = 35, target: Int? = nil) -> Phone {
        Phone(api: api, target: target) {
            $0.manifest.services[0].types.formUnion([.shortService, .dataSync, .mediaProcessing])
            $0.manifest.permissions.formUnion([
                "FOREGROUND_SERVICE_DATA_SYNC", "FOREGROUND_SERVICE_MEDIA_PROCESSING",
            ])
        }
    }

    @Test(.rule("A-TO-01")) func `a short service ends after 180 s, and its app 10 s later`() {
        let phone = Self.phone(api: 34)
        phone.startsService("call", .shortService)
        phone.happens(.homePressed)
        phone.expect(.timedOut("call"), "A-TO-01", after: .seconds(180))
        // 1 ms of the wait has passed.
        phone.expect(.demoted("call"), "A-TO-01", after: .seconds(5) - .milliseconds(1))
        phone.expect(
            .processDied(.notResponding),
            "A-TO-01",
            after: .seconds(5) - .milliseconds(1)
        )
    }

    @Test(.rule("A-TO-01")) func `a short service that stops when told ends nothing`() {
        let phone = Self.phone(api: 34)
        phone.startsService("call", .shortService)
        phone.happens(.homePressed)
        phone.wait(.seconds(181))
        phone.app(.stopService("call"))
        phone.wait(.seconds(20))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-TO-01")) func `in the background a short service gets no more time`() {
        let phone = Self.phone(api: 34)
        phone.startsService("call", .shortService)
        phone.isInBackground(for: .seconds(100))
        phone.app(.startForeground("call", .shortService, AndroidDevice.Notification()))
        phone.expect(.timedOut("call"), "A-TO-01", after: .seconds(80))
    }

    @Test(.rule("A-TYP-SHORT")) func `a short service is never restarted`() {
        let phone = Self.phone(api: 34)
        phone.startsService("call", .shortService)
        phone.app(.returnFromStartCommand("call", .sticky))
        phone.isInBackground()
        phone.happens(.memoryRanLow(.critical))
        phone.wait(.seconds(3_600))
        #expect(!phone.isAlive)
    }

    @Test(.rule("A-TO-02", "A-TYP-DS", "A-TYP-MPR"))
    func `a timed service ends after 6 h, and its app 10 s later`() {
        for type in [AndroidDevice.ServiceTypes.dataSync, .mediaProcessing] {
            let phone = Self.phone()
            phone.startsService("call", type)
            phone.happens(.homePressed)
            phone.expect(.timedOut("call"), "A-TO-02", after: .seconds(21_600))
            phone.expect(
                .processDied(.crash(.remoteDidNotStopInTime)),
                "A-TO-02",
                after: .seconds(10) - .milliseconds(1)
            )
        }
    }

    @Test(.rule("A-TO-02"), arguments: [(34, 35), (35, 34)])
    func `before API or target 35 nothing is timed`(api: Int, target: Int) {
        let phone = Self.phone(api: api, target: target)
        phone.startsService("call", .dataSync)
        phone.happens(.homePressed)
        phone.wait(.seconds(86_400))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-TO-02")) func `time that is used up is gone until the app is seen`() {
        let phone = Self.phone()
        phone.startsService("call", [.dataSync, .phoneCall])
        phone.happens(.homePressed)
        phone.wait(.seconds(21_601))
        phone.app(.startForeground("call", .phoneCall, AndroidDevice.Notification()))
        let again = AndroidDevice.AppCall.startForeground(
            "call",
            .dataSync,
            AndroidDevice.Notification()
        )
        #expect(phone.app(again).threw(.foregroundServiceStartNotAllowed, "A-TO-02"))
        phone.happens(.opened(.recents))
        #expect(phone.app(again).has(.promoted("call", .dataSync)))
    }

    @Test(.rule("A-TO-02")) func `after 24 h the time is new`() {
        for (milliseconds, isAllowed) in [(-1, false), (1, true)] {
            let phone = Self.phone()
            phone.startsService("call", [.dataSync, .phoneCall])
            phone.happens(.homePressed)
            phone.wait(.seconds(21_600))
            phone.app(.startForeground("call", .phoneCall, AndroidDevice.Notification()))
            phone.wait(.seconds(86_400 - 21_600) + .milliseconds(milliseconds))
            let outcomes = phone.app(
                .startForeground("call", .dataSync, AndroidDevice.Notification())
            )
            #expect(outcomes.has(.promoted("call", .dataSync)) == isAllowed)
        }
    }

    @Test(.rule("A-TO-03")) func `a call's service has no limit`() {
        let phone = Phone(api: 36)
        phone.startsService()
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.app(.acquireWakeLock)
        phone.isInBackground()
        phone.happens(.screenTurnedOff)
        phone.happens(.locked)
        phone.wait(.seconds(7 * 86_400))
        #expect(phone.conditions.process == .running)
        #expect(phone.conditions.microphone == .open)
        #expect(phone.conditions.camera == .open)
        #expect(phone.conditions.network == .open)
    }
}
