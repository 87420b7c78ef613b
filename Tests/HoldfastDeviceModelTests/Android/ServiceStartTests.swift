import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A1: how long a service has to go to the foreground.
@Suite struct ServiceStartTests {
    @Test(
        .rule("A-FGS-01", "A-FGS-02", "A-FGS-03", "A-FGS-04"),
        arguments: [
            (26, 5, AndroidDevice.Crash.remoteService, "A-FGS-01"),
            (27, 5, .remoteService, "A-FGS-01"),
            (28, 10, .remoteService, "A-FGS-02"),
            (30, 10, .remoteService, "A-FGS-02"),
            (31, 10, .didNotStartInTime, "A-FGS-03"),
            (32, 10, .didNotStartInTime, "A-FGS-03"),
            (33, 30, .remoteDidNotStartInTime, "A-FGS-04"),
            (36, 30, .remoteDidNotStartInTime, "A-FGS-04"),
        ]
    )
    func `a service that is not promoted in time ends the app`(
        api: Int,
        seconds: Int,
        crash: AndroidDevice.Crash,
        rule: String
    ) {
        let phone = Phone(api: api)
        #expect(
            phone.app(.startForegroundService("call")).has(
                .startCommand("call", hasIntent: true)
            )
        )
        phone.expect(.processDied(.crash(crash)), .init(rule), after: .seconds(seconds))
        #expect(!phone.isAlive)
    }

    @Test(.rule("A-FGS-04"), arguments: [33, 36])
    func `a strict device waits 5 s`(api: Int) {
        let phone = Phone(api: api, profile: .strict)
        phone.app(.startForegroundService("call"))
        phone.expect(
            .processDied(.crash(.remoteDidNotStartInTime)),
            "A-FGS-04",
            after: .seconds(5)
        )
    }

    @Test(.rule("A-FGS-04")) func `a service that is promoted 1 ms before the deadline lives`() {
        let phone = Phone(api: 34)
        phone.app(.startForegroundService("call"))
        phone.wait(.milliseconds(29_999))
        let outcomes = phone.app(
            .startForeground("call", .phoneCall, AndroidDevice.Notification())
        )
        #expect(outcomes.has(.promoted("call", .phoneCall)))
        phone.wait(.seconds(3_600))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-FGS-05")) func `a second start does not lengthen the time of the first`() {
        let phone = Phone(api: 34)
        phone.app(.startForegroundService("call"))
        phone.wait(.seconds(20))
        phone.app(.startForegroundService("call"))
        phone.expect(
            .processDied(.crash(.remoteDidNotStartInTime)),
            "A-FGS-04",
            after: .seconds(10)
        )
    }

    @Test(.rule("A-FGS-05")) func `a start of a service in the foreground promises nothing`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.app(.startForegroundService("call"))
        phone.wait(.seconds(31))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-FGS-06"), arguments: [26, 30, 31, 36])
    func `a service that is stopped before it is promoted ends the app at once`(api: Int) {
        let phone = Phone(api: api)
        phone.app(.startForegroundService("call"))
        let outcomes = phone.app(.stopService("call"))
        let crash: AndroidDevice.Crash =
            api < 31
            ? .remoteService : api < 33 ? .didNotStartInTime : .remoteDidNotStartInTime
        #expect(outcomes.has(.processDied(.crash(crash)), "A-FGS-06"))
    }

    @Test(.rule("A-FGS-07")) func `under a debugger the deadline means nothing`() {
        let phone = Phone(api: 34) { $0.options = .isDebugged }
        phone.app(.startForegroundService("call"))
        phone.wait(.seconds(60))
        #expect(phone.isAlive)
    }

    @Test(.rule("A-FGS-08"), arguments: [(9_999, false), (10_001, true)])
    func `a plain start is judged anew 10 s after it`(milliseconds: Int, isRefused: Bool) {
        let phone = Phone(api: 31)
        // The activity's own 10 s are over.
        phone.wait(.seconds(11))
        phone.app(.startService("call"))
        phone.happens(.homePressed)
        phone.wait(.milliseconds(milliseconds))
        let outcomes = phone.app(
            .startForeground("call", .phoneCall, AndroidDevice.Notification())
        )
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-FGS-08") == isRefused)
        #expect(outcomes.has(.promoted("call", .phoneCall)) == !isRefused)
    }

    @Test(.rule("A-FGS-08")) func `a plain start is not judged anew on API 30`() {
        let phone = Phone(api: 30)
        phone.app(.startService("call"))
        phone.happens(.homePressed)
        phone.wait(.seconds(11))
        let types: AndroidDevice.ServiceTypes = [.phoneCall, .microphone]
        let outcomes = phone.app(.startForeground("call", types, AndroidDevice.Notification()))
        #expect(outcomes.has(.promoted("call", types)))
        // Neither is its right to the microphone.
        phone.app(.startCapture(.voiceCommunication))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-FGS-09")) func `a push starts the call, and the answer adds the microphone`() {
        let phone = Phone(api: 34, isOpen: false)
        phone.happens(.pushArrived(.high))
        let started = phone.startsService("call", .phoneCall)
        #expect(started.has(.promoted("call", .phoneCall)))
        #expect(
            phone.app(
                .startForeground("call", [.phoneCall, .microphone], AndroidDevice.Notification())
            ).threw(.security, "A-TYPE-07")
        )
        phone.happens(.opened(.notification))
        phone.app(
            .startForeground("call", [.phoneCall, .microphone], AndroidDevice.Notification())
        )
        phone.app(.startCapture(.voiceCommunication))
        phone.isInBackground(for: .seconds(120))
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-FGS-09")) func `what was granted stays when it is promoted in the background`() {
        let phone = Phone(api: 34)
        phone.startsService("call", .phoneCall)
        phone.isInBackground(for: .seconds(120))
        let outcomes = phone.app(
            .startForeground(
                "call",
                [.phoneCall, .microphone, .camera],
                AndroidDevice.Notification()
            )
        )
        #expect(outcomes.has(.promoted("call", [.phoneCall, .microphone, .camera])))
    }

    @Test(.rule("A-FGS-09")) func `a service that left the foreground is judged by the present`() {
        let phone = Phone(api: 33)
        phone.startsService("call", .phoneCall)
        phone.isInBackground()
        phone.app(.stopForeground("call"))
        phone.wait(.seconds(6))
        let outcomes = phone.app(
            .startForeground("call", .phoneCall, AndroidDevice.Notification())
        )
        #expect(outcomes.threw(.foregroundServiceStartNotAllowed, "A-BG-01"))
    }
}
