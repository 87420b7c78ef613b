import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A12: the showing of the screen.
@Suite struct ProjectionTests {
    /// The user agreed, and the service for it runs.
    private static func consented(
        api: Int,
        target: Int? = nil,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) -> Phone {
        let phone = Phone(api: api, target: target, change)
        phone.app(.askProjectionConsent)
        phone.happens(.projectionConsentGiven)
        phone.startsService("screen", .mediaProjection, AndroidDevice.Notification(2))
        return phone
    }

    private static func showing(
        api: Int,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) -> Phone {
        let phone = Self.consented(api: api, change)
        phone.app(.getMediaProjection)
        #expect(phone.app(.createVirtualDisplay(hasCallback: true)).has(.projectionStarted))
        return phone
    }

    @Test(.rule("A-MPJ-01"), arguments: [(28, 29, false), (29, 28, false), (29, 29, true)])
    func `a projection needs its service`(api: Int, target: Int, isRefused: Bool) {
        let phone = Phone(api: api, target: target)
        phone.app(.askProjectionConsent)
        phone.happens(.projectionConsentGiven)
        let outcomes = phone.app(.getMediaProjection)
        #expect(outcomes.threw(.security, "A-MPJ-01") == isRefused)
    }

    @Test(.rule("A-MPJ-02", "A-TYP-MPJ"), arguments: [(33, 34), (34, 33), (34, 34)])
    func `the service needs the consent first`(api: Int, target: Int) {
        let phone = Phone(api: api, target: target)
        let types = AndroidDevice.ServiceTypes.mediaProjection
        let outcomes = phone.startsService("screen", types)
        #expect(outcomes.threw(.security, "A-MPJ-02") == (api == 34 && target == 34))
        phone.app(.askProjectionConsent)
        phone.happens(.projectionConsentRefused)
        #expect(
            phone.startsService("screen", types).threw(.security, "A-MPJ-02")
                == (api == 34 && target == 34)
        )
        phone.app(.askProjectionConsent)
        phone.happens(.projectionConsentGiven)
        #expect(phone.startsService("screen", types).has(.promoted("screen", types)))
    }

    @Test(.rule("A-TYP-MPJ")) func `and its permission`() {
        let phone = Phone(api: 34) {
            $0.manifest.permissions.remove("FOREGROUND_SERVICE_MEDIA_PROJECTION")
        }
        phone.app(.askProjectionConsent)
        phone.happens(.projectionConsentGiven)
        #expect(
            phone.startsService("screen", .mediaProjection).threw(.security, "A-TYP-MPJ")
        )
    }

    @Test(
        .rule("A-MPJ-03"),
        arguments: [
            (33, AndroidDevice.Exception?.none), (34, .illegalState), (35, .security),
            (36, .security),
        ]
    )
    func `a consent is used once`(api: Int, exception: AndroidDevice.Exception?) {
        for isDisplay in [true, false] {
            let phone = Self.showing(api: api)
            let outcomes = phone.app(
                isDisplay ? .createVirtualDisplay(hasCallback: true) : .getMediaProjection
            )
            guard let exception else {
                #expect(!outcomes.threwAnything)
                continue
            }
            #expect(outcomes.threw(exception, "A-MPJ-03"))
            #expect(outcomes.has(.projectionStopped, "A-MPJ-03"))
        }
    }

    @Test(.rule("A-MPJ-03"), arguments: [(299_999, true), (300_001, false)])
    func `a consent waits 5 min`(milliseconds: Int, isValid: Bool) {
        let phone = Self.consented(api: 34)
        phone.app(.getMediaProjection)
        phone.wait(.milliseconds(milliseconds))
        let outcomes = phone.app(.createVirtualDisplay(hasCallback: true))
        #expect(outcomes.has(.projectionStarted) == isValid)
        #expect(outcomes.threw(.illegalState, "A-MPJ-03") == !isValid)
        let old = Self.consented(api: 33)
        old.app(.getMediaProjection)
        old.wait(.milliseconds(milliseconds))
        #expect(old.app(.createVirtualDisplay(hasCallback: true)).has(.projectionStarted))
    }

    @Test(.rule("A-MPJ-04"), arguments: [(33, false), (34, true)])
    func `a projection needs a callback`(api: Int, isRefused: Bool) {
        let phone = Self.consented(api: api)
        phone.app(.getMediaProjection)
        let outcomes = phone.app(.createVirtualDisplay(hasCallback: false))
        #expect(outcomes.threw(.illegalState, "A-MPJ-04") == isRefused)
    }

    @Test(.rule("A-MPJ-05"), arguments: [29, 36])
    func `a projection ends with its service`(api: Int) {
        let phone = Self.showing(api: api)
        #expect(phone.app(.stopService("screen")).has(.projectionStopped, "A-MPJ-05"))
        #expect(!phone.conditions.isHolding)
    }

    @Test(.rule("A-MPJ-06"), arguments: [(34, true), (35, false), (35, true), (36, false)])
    func `a keyguard ends it`(api: Int, isAsked: Bool) {
        let phone = Self.showing(api: api) {
            if isAsked { $0.options = .keyguardStopsProjectionEarly }
        }
        phone.happens(.screenTurnedOff)
        let outcomes = phone.happens(.locked)
        let isStopped = api == 36 || api == 35 && isAsked
        #expect(outcomes.has(.projectionStopped, "A-MPJ-06") == isStopped)
    }

    @Test(.rule("A-MPJ-06")) func `behind a keyguard none begins`() {
        let phone = Self.consented(api: 36)
        phone.app(.getMediaProjection)
        phone.happens(.locked)
        #expect(
            phone.app(.createVirtualDisplay(hasCallback: true))
                .has(.projectionStopped, "A-MPJ-06")
        )
    }

    @Test(.rule("A-MPJ-07")) func `only if asked for does the end of a call end it`() {
        for isAsked in [true, false] {
            let phone = Self.showing(api: 36) {
                if isAsked { $0.options = .callEndStopsProjection }
            }
            phone.app(.addTelecomCall(AndroidDevice.TelecomCall()))
            let outcomes = phone.app(.disconnectTelecomCall)
            #expect(outcomes.has(.projectionStopped, "A-MPJ-07") == isAsked)
        }
    }

    @Test(.rule("A-MPJ-08")) func `the user ends it by the chip`() {
        let phone = Self.showing(api: 30)
        #expect(
            phone.happens(.projectionStoppedBySystem).has(.projectionStopped, "A-MPJ-08")
        )
    }
}
