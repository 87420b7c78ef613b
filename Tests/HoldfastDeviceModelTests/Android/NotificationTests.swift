import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A11: notifications.
@Suite struct NotificationTests {
    private typealias Notification = AndroidDevice.Notification

    @Test(
        .rule("A-NOT-01"),
        arguments: [(32, AndroidDevice.Crash.remoteService), (33, .remoteCannotPostNotification)]
    )
    func `a channel that does not exist ends the app`(api: Int, crash: AndroidDevice.Crash) {
        let phone = Phone(api: api)
        let outcomes = phone.startsService("call", .phoneCall, Notification(hasChannel: false))
        #expect(outcomes.has(.processDied(.crash(crash)), "A-NOT-01"))
        let old = Phone(api: api, target: 26)
        old.startsService("call", .phoneCall, Notification(hasChannel: false))
        #expect(old.isAlive)
    }

    @Test(.rule("A-NOT-02")) func `a broken icon ends the app, a missing one does not`() {
        let broken = Phone(api: 34)
        let outcomes = broken.startsService("call", .phoneCall, Notification(icon: .broken))
        #expect(
            outcomes.has(.processDied(.crash(.remoteCannotPostNotification)), "A-NOT-02")
        )
        let missing = Phone(api: 34)
        missing.startsService("call", .phoneCall, Notification(icon: .missing))
        #expect(missing.conditions.notificationCount == 1)
    }

    @Test(.rule("A-NOT-03")) func `a blocked channel hides, and the service runs`() {
        let phone = Phone(api: 34)
        phone.startsService()
        #expect(
            phone.happens(.notificationChannelBlocked(true))
                .has(.notificationHidden(1), "A-NOT-03")
        )
        phone.app(.startCapture(.voiceCommunication))
        phone.isInBackground(for: .seconds(120))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-NOT-04"), arguments: [(32, 1), (33, 0)])
    func `without the permission nothing is shown, and the service runs`(api: Int, count: Int) {
        let phone = Phone(api: api) { $0.granted.remove(.notifications) }
        #expect(phone.startsService("call", .phoneCall).has(.promoted("call", .phoneCall)))
        #expect(phone.conditions.notificationCount == count)
        // A call that Telecom knows is shown all the same.
        phone.app(.addTelecomCall(AndroidDevice.TelecomCall()))
        #expect(phone.conditions.notificationCount == 1)
    }

    @Test(.rule("A-NOT-05"))
    func `from API 34 on a plain notification of a service can be swiped away`() {
        for (api, style, isLocked) in [
            (33, Notification.Style.plain, false), (34, .plain, false), (34, .call, false),
            (34, .media, false), (34, .plain, true),
        ] {
            let phone = Phone(api: api)
            phone.startsService("call", .phoneCall, Notification(style: style))
            if isLocked { phone.happens(.locked) }
            let outcomes = phone.happens(.notificationDismissed(1))
            let isGone = api == 34 && style == .plain && !isLocked
            #expect(outcomes.has(.notificationDismissed(1), "A-NOT-05") == isGone)
            #expect(phone.conditions.notificationCount == (isGone ? 0 : 1))
            phone.app(.notify(Notification(style: style)))
            #expect(phone.conditions.notificationCount == 1)
        }
    }

    @Test(.rule("A-NOT-06"), arguments: [(30, false), (31, true)])
    func `the style of calls needs a service or a full-screen intent`(api: Int, isRefused: Bool) {
        let phone = Phone(api: api)
        #expect(
            phone.app(.notify(Notification())).threw(.illegalArgument, "A-NOT-06") == isRefused
        )
        #expect(!phone.app(.notify(Notification(2, hasFullScreenIntent: true))).threwAnything)
        phone.startsService("call", .phoneCall, Notification(3))
        #expect(!phone.app(.notify(Notification(3))).threwAnything)
    }

    @Test(.rule("A-NOT-07"))
    func `a full-screen intent that is denied counts, one that is not declared does not`() {
        let ring = Notification(hasFullScreenIntent: true)
        let denied = Phone(api: 34) { $0.granted.remove(.fullScreenIntent) }
        denied.happens(.locked)
        #expect(denied.app(.notify(ring)).has(.activityBlocked, "A-NOT-07"))
        #expect(denied.conditions.notificationCount == 1)
        let undeclared = Phone(api: 34) {
            $0.manifest.permissions.remove("USE_FULL_SCREEN_INTENT")
        }
        #expect(undeclared.app(.notify(ring)).threw(.illegalArgument, "A-NOT-07"))
        let old = Phone(api: 33) { $0.granted.remove(.fullScreenIntent) }
        old.isInBackground()
        old.happens(.screenTurnedOff)
        old.happens(.locked)
        #expect(!old.app(.notify(ring)).has(.activityBlocked, "A-NOT-07"))
    }

    @Test(.rule("A-NOT-09"), arguments: [(28, 29, false), (29, 28, false), (29, 29, true)])
    func `an undeclared full-screen intent opens nothing`(
        api: Int,
        target: Int,
        isIgnored: Bool
    ) {
        let phone = Phone(api: api, target: target) {
            $0.manifest.permissions.remove("USE_FULL_SCREEN_INTENT")
        }
        phone.happens(.screenTurnedOff)
        let outcomes = phone.app(.notify(Notification(hasFullScreenIntent: true)))
        #expect(outcomes.has(.activityBlocked, "A-NOT-09") == isIgnored)
    }

    @Test(.rule("A-NOT-10")) func `a notification without urgency is held back for 10 s`() {
        let phone = Phone(api: 31)
        let calm = Notification(style: .plain, isImmediate: false)
        phone.startsService("call", .microphone, calm)
        #expect(phone.conditions.notificationCount == 0)
        phone.expect(.notificationShown(1), nil, after: .seconds(10))
        #expect(phone.conditions.notificationCount == 1)
    }

    @Test(.rule("A-NOT-10"), arguments: [(119_999, true), (120_001, false)])
    func `the next one is held back only after 2 min`(milliseconds: Int, isImmediate: Bool) {
        let phone = Phone(api: 34)
        let calm = Notification(style: .plain, isImmediate: false)
        phone.startsService("call", .microphone, calm)
        phone.wait(.seconds(20))
        phone.app(.stopService("call"))
        phone.wait(.milliseconds(milliseconds) - .seconds(20))
        let outcomes = phone.startsService("call", .microphone, calm)
        #expect(outcomes.has(.notificationShown(1)) == isImmediate)
    }

    @Test(.rule("A-NOT-10")) func `nothing urgent is held back`() {
        let calm = Notification(style: .plain, isImmediate: false)
        for (api, target, type, notification) in [
            (30, 31, AndroidDevice.ServiceTypes.microphone, calm), (31, 30, .microphone, calm),
            (31, 31, .phoneCall, calm), (31, 31, .microphone, Notification()),
            (31, 31, .microphone, Notification(style: .media, isImmediate: false)),
        ] {
            let phone = Phone(api: api, target: target)
            let outcomes = phone.startsService("call", type, notification)
            #expect(outcomes.has(.notificationShown(1)))
        }
    }

    @Test(.rule("A-NOT-11"), arguments: [(30, false), (31, true)])
    func `a notification's receiver opens no activity`(api: Int, isBlocked: Bool) {
        let phone = Phone(api: api)
        phone.isInBackground(for: .seconds(20))
        phone.happens(.notificationActionTapped)
        #expect(phone.app(.startActivity).has(.activityBlocked, "A-NOT-11") == isBlocked)
    }

    @Test(.rule("A-NOT-12"), arguments: [(30, false), (31, true)])
    func `a pending intent must say whether it may change`(target: Int, isRefused: Bool) {
        let phone = Phone(api: 34, target: target)
        let outcomes = phone.app(.createPendingIntent(isMutabilityStated: false))
        #expect(outcomes.threw(.illegalArgument, "A-NOT-12") == isRefused)
        #expect(phone.app(.createPendingIntent(isMutabilityStated: true)).isEmpty)
    }

    @Test func `what a service carries cannot be cancelled, and goes with it`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.app(.cancel(1))
        #expect(phone.conditions.notificationCount == 1)
        phone.app(.stopService("call"))
        #expect(phone.conditions.notificationCount == 0)
        #expect(!phone.conditions.isHolding)
    }

    @Test func `a service that is promoted with another notification takes the first one back`() {
        let phone = Phone(api: 34)
        phone.startsService()
        let outcomes = phone.app(.startForeground("call", .phoneCall, Notification(2)))
        #expect(outcomes.has(.notificationHidden(1)))
        #expect(outcomes.has(.notificationShown(2)))
        #expect(phone.conditions.notificationCount == 1)
    }

    @Test func `what is detached stays, even beyond the process, until it is cancelled`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.app(.stopForeground("call", keepsNotification: true))
        phone.app(.stopService("call"))
        #expect(phone.conditions.notificationCount == 1)
        phone.app(.crash)
        #expect(phone.conditions.notificationCount == 1)
        phone.happens(.opened(.launcher))
        phone.app(.cancel(1))
        #expect(phone.conditions.notificationCount == 0)
    }

    @Test func `what a service in another process carries outlives this one`() {
        let phone = Phone(api: 34) {
            $0.manifest.services.append(.init("other", .phoneCall, isInOtherProcess: true))
        }
        phone.startsService()
        phone.startsService("other", .phoneCall, Notification(2))
        phone.app(.crash)
        #expect(phone.conditions.notificationCount == 1)
    }

    @Test func `an app in the background opens no activity of its own accord`() {
        for (api, isBlocked) in [(28, false), (29, true), (36, true)] {
            let phone = Phone(api: api)
            phone.isInBackground(for: .seconds(20))
            #expect(phone.app(.startActivity).has(.activityBlocked) == isBlocked)
        }
    }
}
