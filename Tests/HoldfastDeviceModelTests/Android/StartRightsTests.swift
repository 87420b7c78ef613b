import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A4 and A5: who may start a foreground service, and who may use microphone and camera in it.
@Suite struct StartRightsTests {
    private typealias Notification = AndroidDevice.Notification

    // MARK: While in use

    @Test(.rule("A-WIU-01"), arguments: [30, 33])
    func `a service from the background runs and hears nothing`(api: Int) {
        let phone = Phone(api: api, isOpen: false)
        phone.happens(.pushArrived(.high))
        let outcomes = phone.startsService("call", [.phoneCall, .microphone])
        #expect(outcomes.has(.promoted("call", [.phoneCall, .microphone])))
        #expect(outcomes.has(.whileInUseDenied("call"), "A-WIU-01"))
        phone.app(.startCapture(.voiceCommunication))
        phone.wait(.seconds(600))
        #expect(phone.conditions.microphone == .closed("A-MIC-02"))
    }

    @Test(.rule("A-WIU-01", "A-TYPE-07")) func `from API and target 34 on it does not start`() {
        for (api, target) in [(34, 33), (33, 34), (34, 34)] {
            let phone = Phone(api: api, target: target, isOpen: false)
            phone.happens(.pushArrived(.high))
            let outcomes = phone.startsService("call", [.phoneCall, .microphone])
            #expect(outcomes.threw(.security, "A-TYPE-07") == (api == 34 && target == 34))
        }
    }

    @Test(.rule("A-WIU-02", "A-TYP-PHONE"), arguments: [(29, true), (30, false)])
    func `a call's type gives no microphone from target 30 on`(target: Int, isOpen: Bool) {
        let phone = Phone(api: 33, target: target)
        phone.startsService("call", .phoneCall)
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.isInBackground(for: .seconds(30))
        #expect(phone.conditions.microphone == (isOpen ? .open : .closed("A-MIC-02")))
    }

    @Test(.rule("A-WIU-03"), arguments: [(9_999, true), (10_001, false)])
    func `an activity that began or ended counts as use for 10 s`(
        milliseconds: Int,
        isAllowed: Bool
    ) {
        for finishes in [true, false] {
            let phone = Phone(api: 34)
            if finishes { phone.app(.finish) } else { phone.happens(.homePressed) }
            phone.wait(.milliseconds(milliseconds))
            let outcomes = phone.startsService("call", [.phoneCall, .microphone])
            #expect(outcomes.has(.promoted("call", [.phoneCall, .microphone])) == isAllowed)
        }
    }

    @Test(.rule("A-WIU-03"))
    func `a notification's intent and a media button count as use for 10 s`() {
        for event in [AndroidDevice.Event.notificationActionTapped, .mediaButtonPressed] {
            for (milliseconds, isAllowed) in [(9_999, true), (10_001, false)] {
                let phone = Phone(api: 34)
                phone.isInBackground(for: .seconds(30))
                phone.happens(event)
                phone.wait(.milliseconds(milliseconds))
                let outcomes = phone.startsService("call", .microphone)
                #expect(outcomes.has(.promoted("call", .microphone)) == isAllowed)
            }
        }
    }

    @Test(.rule("A-WIU-04")) func `a push allows a call but neither microphone nor camera`() {
        for type in [AndroidDevice.ServiceTypes.microphone, .camera, .phoneCall] {
            let phone = Phone(api: 34, isOpen: false)
            phone.happens(.pushArrived(.high))
            let outcomes = phone.startsService("call", type)
            #expect(outcomes.has(.promoted("call", type)) == (type == .phoneCall))
        }
    }

    @Test(.rule("A-WIU-05")) func `a grant ends with the foreground`() {
        let phone = Phone(api: 34)
        phone.startsService("call", .phoneCall)
        phone.isInBackground(for: .seconds(61))
        #expect(
            phone.app(.startForeground("call", .microphone, Notification()))
                .has(.promoted("call", .microphone))
        )
        phone.app(.stopForeground("call"))
        phone.happens(.pushArrived(.high))
        #expect(
            phone.app(.startForeground("call", .microphone, Notification()))
                .threw(.security, "A-TYPE-07")
        )
    }

    @Test(.rule("A-WIU-06")) func `a permission that is taken ends the process`() {
        for permission in [AndroidDevice.Permission.microphone, .camera] {
            let phone = Phone(api: 34)
            phone.startsService()
            let outcomes = phone.happens(.permissionRevoked(permission))
            #expect(outcomes.has(.processDied(.permissionRevoked), "A-WIU-06"))
        }
        let phone = Phone(api: 34)
        #expect(phone.happens(.permissionRevoked(.notifications)).isEmpty)
        #expect(phone.happens(.permissionRevoked(.overlay)).isEmpty)
    }

    @Test(.rule("A-WIU-06")) func `a permission for once lasts as long as the service`() {
        let phone = Phone(api: 34) { $0.granted = [] }
        phone.happens(.permissionGrantedOnce(.microphone))
        phone.startsService("call", [.phoneCall, .microphone])
        phone.isInBackground()
        #expect(phone.happens(.oneTimePermissionExpired(.microphone)).isEmpty)
        phone.app(.stopService("call"))
        #expect(
            phone.happens(.oneTimePermissionExpired(.microphone))
                .has(.processDied(.permissionRevoked), "A-WIU-06")
        )
    }

    // MARK: From the background

    @Test(.rule("A-BG-01"), arguments: [(30, 31, false), (31, 30, false), (31, 31, true)])
    func `from the background nothing starts`(api: Int, target: Int, isRefused: Bool) {
        let phone = Phone(api: api, target: target)
        phone.isInBackground()
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01") == isRefused)
    }

    @Test(.rule("A-BG-02"), arguments: [(4_999, true), (5_001, false)])
    func `for 5 s after it was seen an app may start`(milliseconds: Int, isAllowed: Bool) {
        let phone = Phone(api: 34)
        // The activity's own 10 s are over.
        phone.wait(.seconds(11))
        phone.happens(.homePressed)
        phone.wait(.milliseconds(milliseconds))
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01") == !isAllowed)
    }

    @Test(.rule("A-BG-02")) func `an app without battery savings may start`() {
        let phone = Phone(api: 34) { $0.battery = .unrestricted }
        phone.isInBackground(for: .seconds(65))
        #expect(phone.startsService("call", .phoneCall).has(.promoted("call", .phoneCall)))
    }

    @Test(.rule("A-BG-02"), arguments: [(34, false, true), (35, false, false), (35, true, true)])
    func `the right to overlays must be used from API 35 on`(
        target: Int,
        isShown: Bool,
        isAllowed: Bool
    ) {
        let phone = Phone(api: 35, target: target) {
            $0.manifest.permissions.insert("SYSTEM_ALERT_WINDOW")
        }
        phone.isInBackground()
        phone.happens(.overlayShown(isShown))
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01") == !isAllowed)
    }

    @Test(.rule("A-BG-02"), arguments: [(9_999, true), (10_001, false)])
    func `for 10 s after an urgent push an app may start`(milliseconds: Int, isAllowed: Bool) {
        let phone = Phone(api: 34, isOpen: false)
        phone.happens(.pushArrived(.high))
        phone.wait(.milliseconds(milliseconds))
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01") == !isAllowed)
    }

    @Test(.rule("A-BG-03")) func `a push that has lost its urgency allows nothing`() {
        let phone = Phone(api: 34, isOpen: false)
        #expect(phone.happens(.pushArrived(.downranked)).has(.pushDelivered, "A-BG-03"))
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01"))
    }

    @Test(.rule("A-BG-04"), arguments: [(19_999, true), (20_001, false)])
    func `for 20 s after the boot an app may start`(milliseconds: Int, isAllowed: Bool) {
        let phone = Phone(api: 34, isOpen: false) {
            $0.manifest.permissions.insert("RECEIVE_BOOT_COMPLETED")
        }
        phone.happens(.rebooted)
        #expect(phone.happens(.bootBroadcastArrived).has(.bootDelivered, "A-BG-04"))
        phone.wait(.milliseconds(milliseconds))
        let outcomes = phone.app(.startForegroundService("call"))
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01") == !isAllowed)
    }

    @Test(.rule("A-BG-05"), arguments: [(34, 35), (35, 34), (35, 35)])
    func `a call does not start from a boot`(api: Int, target: Int) {
        let isBound = api == 35 && target == 35
        for extra in [AndroidDevice.ServiceTypes.phoneCall, .specialUse] {
            let phone = Phone(api: api, target: target, isOpen: false) {
                $0.manifest.permissions.formUnion([
                    "RECEIVE_BOOT_COMPLETED", "FOREGROUND_SERVICE_SPECIAL_USE",
                ])
                $0.manifest.services[0].types.insert(.specialUse)
            }
            phone.happens(.bootBroadcastArrived)
            let types: AndroidDevice.ServiceTypes = [.phoneCall, extra]
            let outcomes = phone.startsService("call", types)
            let isRefused = isBound && extra == .phoneCall
            #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-05") == isRefused)
            #expect(outcomes.has(.promoted("call", types)) == !isRefused)
        }
    }

    @Test(.rule("A-BG-06"), arguments: [(59_999, false), (60_001, true)])
    func `an idle app starts no service`(milliseconds: Int, isRefused: Bool) {
        for (api, exception) in [
            (30, AndroidDevice.Exception.illegalState), (31, .backgroundServiceStartNotAllowed),
        ] {
            let phone = Phone(api: api)
            phone.isInBackground(for: .milliseconds(milliseconds))
            let outcomes = phone.app(.startService("call"))
            #expect(outcomes.threw(exception, "A-BG-06") == isRefused)
        }
    }

    @Test(.rule("A-BG-07")) func `for a restricted app nothing happens, and nothing throws`() {
        let phone = Phone(api: 34) { $0.battery = .restricted }
        phone.isInBackground(for: .seconds(3))
        #expect(
            phone.app(.startForegroundService("call")).has(.startIgnored("call"), "A-BG-07")
        )
        phone.wait(.seconds(31))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-BG-07")) func `the promotion of a restricted app is ignored too`() {
        let phone = Phone(api: 34) { $0.battery = .restricted }
        phone.app(.startForegroundService("call"))
        phone.isInBackground(for: .seconds(3))
        #expect(
            phone.app(.startForeground("call", .phoneCall, Notification()))
                .has(.promotionIgnored("call"), "A-BG-07")
        )
        phone.wait(.seconds(28))
        #expect(phone.isAlive)
        #expect(phone.conditions.notificationCount == 0)
    }

    @Test(.rule("A-BG-07")) func `a restriction takes the running service from the foreground`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.isInBackground(for: .seconds(61))
        let outcomes = phone.happens(.batteryChanged(.restricted))
        #expect(outcomes.has(.demoted("call"), "A-BG-07"))
        #expect(phone.conditions.notificationCount == 0)
    }

    @Test(.rule("A-BG-08")) func `without the right to foreground services there is none`() {
        let phone = Phone(api: 34)
        phone.happens(.foregroundServicesAllowed(false))
        let outcomes = phone.startsService()
        #expect(outcomes.has(.startCommand("call", hasIntent: true)))
        #expect(outcomes.has(.promotionIgnored("call"), "A-BG-08"))
        phone.wait(.seconds(31))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-BG-09", "A-TYP-SHORT"))
    func `from API 34 on a service that is not short allows another`() {
        for (api, type) in [
            (33, AndroidDevice.ServiceTypes.phoneCall), (34, .phoneCall), (34, .shortService),
        ] {
            let phone = Phone(api: api) {
                $0.manifest.services[0].types.insert(.shortService)
                $0.manifest.services.append(.init("second", [.phoneCall, .microphone]))
            }
            phone.startsService("call", type)
            phone.isInBackground()
            let outcomes = phone.app(.startForegroundService("second"))
            let isAllowed = api == 34 && type == .phoneCall
            #expect(outcomes.threwAnything == !isAllowed)
            if isAllowed {
                #expect(
                    phone.app(.startForeground("second", .microphone, Notification(2)))
                        .threw(.security, "A-TYPE-07")
                )
            }
        }
    }

    @Test(.rule("A-BG-10", "A-STATE-07"), arguments: [26, 36])
    func `an idle app loses its services in the background`(api: Int) {
        let phone = Phone(api: api)
        phone.app(.startService("call"))
        phone.happens(.homePressed)
        phone.expect(.serviceDestroyed("call"), "A-BG-10", after: .seconds(60))
    }
}
