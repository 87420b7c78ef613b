import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A2 and A3: what `startForeground()` checks.
@Suite struct PromotionTests {
    private typealias Notification = AndroidDevice.Notification

    private static func started(
        api: Int,
        target: Int? = nil,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) -> Phone {
        let phone = Phone(api: api, target: target, change)
        phone.app(.startForegroundService("call"))
        return phone
    }

    @Test(.rule("A-TYPE-01"), arguments: [(27, false), (28, true)])
    func `from target 28 on a permission is needed`(target: Int, isRefused: Bool) {
        let phone = Self.started(api: 33, target: target) {
            $0.manifest.permissions.remove("FOREGROUND_SERVICE")
        }
        let outcomes = phone.app(.startForeground("call", .phoneCall, Notification()))
        #expect(outcomes.threw(.security, "A-TYPE-01") == isRefused)
    }

    @Test(.rule("A-TYPE-02")) func `a type that is not declared throws, and the promise stands`() {
        let phone = Self.started(api: 34)
        let outcomes = phone.app(.startForeground("call", .location, Notification()))
        #expect(outcomes.threw(.illegalArgument, "A-TYPE-02"))
        phone.expect(
            .processDied(.crash(.remoteDidNotStartInTime)),
            "A-FGS-04",
            after: .seconds(30)
        )
    }

    @Test(.rule("A-TYPE-02")) func `API 28 knows no types`() {
        let phone = Self.started(api: 28)
        #expect(!phone.app(.startForeground("call", .location, Notification())).threwAnything)
    }

    @Test(.rule("A-TYPE-03", "A-TYP-CAM"))
    func `without types all of the manifest are started, with all they need`() {
        let phone = Self.started(api: 34) { $0.granted = [.microphone] }
        #expect(
            phone.app(.startForeground("call", nil, Notification())).threw(.security, "A-TYPE-03")
        )
        #expect(
            phone.app(
                .startForeground("call", [.phoneCall, .microphone, .camera], Notification())
            ).threw(.security, "A-TYP-CAM")
        )
        #expect(
            phone.app(.startForeground("call", [.phoneCall, .microphone], Notification()))
                .has(.promoted("call", [.phoneCall, .microphone]))
        )
    }

    @Test(
        .rule("A-TYPE-04"),
        arguments: [
            (29, AndroidDevice.ServiceTypes.microphone, true), (30, .microphone, false),
            (33, .shortService, true), (34, .shortService, false), (34, .mediaProcessing, true),
        ]
    )
    func `a type that the device does not know is refused`(
        api: Int,
        type: AndroidDevice.ServiceTypes,
        isRefused: Bool
    ) {
        let phone = Self.started(api: api) { $0.manifest.services[0].types.formUnion(type) }
        let outcomes = phone.app(.startForeground("call", type, Notification()))
        #expect(outcomes.threw(.illegalArgument, "A-TYPE-04") == isRefused)
    }

    @Test(.rule("A-TYPE-05"), arguments: [(33, 34, false), (34, 33, false), (34, 34, true)])
    func `a service without types may not`(api: Int, target: Int, isRefused: Bool) {
        let phone = Self.started(api: api, target: target) { $0.manifest.services[0].types = [] }
        let outcomes = phone.app(.startForeground("call", nil, Notification()))
        #expect(outcomes.threw(.missingForegroundServiceType, "A-TYPE-05") == isRefused)
    }

    @Test(.rule("A-TYPE-06"), arguments: [(33, 34, false), (34, 33, false), (34, 34, true)])
    func `no type may not be asked for`(api: Int, target: Int, isRefused: Bool) {
        let phone = Self.started(api: api, target: target)
        let outcomes = phone.app(.startForeground("call", [], Notification()))
        #expect(outcomes.threw(.invalidForegroundServiceType, "A-TYPE-06") == isRefused)
    }

    @Test(.rule("A-TYPE-08")) func `a short service is nothing beside another type`() {
        let phone = Self.started(api: 34) { $0.manifest.services[0].types.insert(.shortService) }
        let outcomes = phone.app(
            .startForeground("call", [.phoneCall, .shortService], Notification())
        )
        #expect(outcomes.has(.promoted("call", .phoneCall)))
        phone.isInBackground(for: .seconds(3_600))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-TYPE-09")) func `a service that is only bound is no short one`() {
        let phone = Phone(api: 34) { $0.manifest.services[0].types.insert(.shortService) }
        phone.app(.bindService("call"))
        let outcomes = phone.app(.startForeground("call", .shortService, Notification()))
        #expect(outcomes.threw(.startForegroundCalledOnStoppedService, "A-TYPE-09"))
    }

    @Test(.rule("A-TYPE-10")) func `no notification throws, and id 0 leaves the foreground`() {
        let phone = Self.started(api: 34)
        #expect(
            phone.app(.startForeground("call", .phoneCall, nil))
                .threw(.illegalArgument, "A-TYPE-10")
        )
        phone.startsService()
        #expect(
            phone.app(.startForeground("call", .phoneCall, Notification(0)))
                .has(.notificationHidden(1))
        )
        phone.isInBackground(for: .seconds(61))
        #expect(!phone.conditions.isHolding)
    }

    @Test(.rule("A-TYPE-11")) func `the checks stand in the order of the platform`() {
        let phone = Self.started(api: 36) {
            $0.manifest.permissions.remove("FOREGROUND_SERVICE")
            $0.granted = []
        }
        let types: AndroidDevice.ServiceTypes = [.microphone, .location]
        #expect(
            phone.app(.startForeground("call", types, nil)).threw(.illegalArgument, "A-TYPE-10")
        )
        #expect(
            phone.app(.startForeground("call", types, Notification()))
                .threw(.security, "A-TYPE-01")
        )
        let other = Self.started(api: 36) { $0.granted = [] }
        #expect(
            other.app(.startForeground("call", types, Notification()))
                .threw(.illegalArgument, "A-TYPE-02")
        )
        #expect(
            other.app(.startForeground("call", .microphone, Notification()))
                .threw(.security, "A-TYP-MIC")
        )
        // The promise counted as kept before the last check.
        other.wait(.seconds(31))
        #expect(other.isAlive)
    }

    @Test(.rule("A-TYPE-12")) func `which exceptions one catch clause takes`() {
        #expect(AndroidDevice.Exception.foregroundServiceStartNotAllowed.isServiceStartNotAllowed)
        #expect(AndroidDevice.Exception.missingForegroundServiceType.isServiceStartNotAllowed)
        #expect(AndroidDevice.Exception.invalidForegroundServiceType.isServiceStartNotAllowed)
        #expect(!AndroidDevice.Exception.security.isServiceStartNotAllowed)
        #expect(!AndroidDevice.Exception.illegalArgument.isServiceStartNotAllowed)
    }

    @Test(
        .rule(
            "A-TYP-PHONE",
            "A-TYP-MIC",
            "A-TYP-CAM",
            "A-TYP-MPB",
            "A-TYP-CON",
            "A-TYP-DS",
            "A-TYP-MPR",
            "A-TYP-SPEC"
        ),
        arguments: [
            (AndroidDevice.ServiceTypes.phoneCall, "FOREGROUND_SERVICE_PHONE_CALL", "A-TYP-PHONE"),
            (.phoneCall, "MANAGE_OWN_CALLS", "A-TYP-PHONE"),
            (.microphone, "FOREGROUND_SERVICE_MICROPHONE", "A-TYP-MIC"),
            (.camera, "FOREGROUND_SERVICE_CAMERA", "A-TYP-CAM"),
            (.mediaPlayback, "FOREGROUND_SERVICE_MEDIA_PLAYBACK", "A-TYP-MPB"),
            (.connectedDevice, "FOREGROUND_SERVICE_CONNECTED_DEVICE", "A-TYP-CON"),
            (.connectedDevice, "CHANGE_NETWORK_STATE", "A-TYP-CON"),
            (.dataSync, "FOREGROUND_SERVICE_DATA_SYNC", "A-TYP-DS"),
            (.mediaProcessing, "FOREGROUND_SERVICE_MEDIA_PROCESSING", "A-TYP-MPR"),
            (.specialUse, "FOREGROUND_SERVICE_SPECIAL_USE", "A-TYP-SPEC"),
        ]
    )
    func `a type needs its permissions`(
        type: AndroidDevice.ServiceTypes,
        permission: String,
        rule: String
    ) {
        for (isDeclared, target) in [(true, 36), (false, 36), (false, 33)] {
            let phone = Self.started(api: 36, target: target) {
                $0.manifest.services[0].types = type
                $0.manifest.permissions.formUnion([
                    "FOREGROUND_SERVICE_MEDIA_PLAYBACK", "FOREGROUND_SERVICE_CONNECTED_DEVICE",
                    "FOREGROUND_SERVICE_DATA_SYNC", "FOREGROUND_SERVICE_MEDIA_PROCESSING",
                    "FOREGROUND_SERVICE_SPECIAL_USE", "CHANGE_NETWORK_STATE",
                ])
                $0.manifest.permissions.remove("BLUETOOTH_CONNECT")
                if !isDeclared { $0.manifest.permissions.remove(permission) }
            }
            let outcomes = phone.app(.startForeground("call", type, Notification()))
            let isRefused = !isDeclared && target >= 34
            #expect(outcomes.threw(.security, .init(rule)) == isRefused)
            #expect(outcomes.has(.promoted("call", type)) == !isRefused)
        }
    }

    @Test(.rule("A-TYP-CON")) func `a headset's permission must be granted, not only declared`() {
        for isGranted in [true, false] {
            let phone = Self.started(api: 34) {
                $0.manifest.services[0].types = .connectedDevice
                $0.manifest.permissions.insert("FOREGROUND_SERVICE_CONNECTED_DEVICE")
                if !isGranted { $0.granted.remove(.bluetooth) }
            }
            let outcomes = phone.app(.startForeground("call", .connectedDevice, Notification()))
            #expect(outcomes.threw(.security, "A-TYP-CON") == !isGranted)
        }
    }

    @Test(.rule("A-TYPE-07"), arguments: [(33, 34), (34, 33), (34, 34)])
    func `a denied microphone refuses only from API and target 34 on`(api: Int, target: Int) {
        let phone = Self.started(api: api, target: target) { $0.granted = [] }
        let outcomes = phone.app(.startForeground("call", .microphone, Notification()))
        #expect(outcomes.threwAnything == (api == 34 && target == 34))
    }
}
