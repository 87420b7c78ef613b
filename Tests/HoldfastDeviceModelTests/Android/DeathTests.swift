import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A10 and the kills of A9: how a process ends, and what comes back.
@Suite struct DeathTests {
    private static func sticky(
        _ mode: AndroidDevice.ReturnMode = .sticky,
        api: Int = 34,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) -> Phone {
        let phone = Phone(api: api, change)
        phone.startsService()
        phone.app(.returnFromStartCommand("call", mode))
        return phone
    }

    // MARK: Task removal

    @Test(.rule("A-TASK-01")) func `a service that stops with the task is not told of it`() {
        let phone = Phone(api: 34) { $0.manifest.services[0].stopsWithTask = true }
        phone.startsService()
        phone.isInBackground()
        let outcomes = phone.happens(.swipedFromRecents)
        #expect(outcomes.has(.serviceDestroyed("call"), "A-TASK-01"))
        #expect(!outcomes.has(.taskRemoved("call"), "A-TASK-02"))
        phone.expect(.processDied(.userRequested), "A-TASK-03", after: .seconds(1))
    }

    @Test(.rule("A-TASK-02"), arguments: [26, 36])
    func `another one is told, and goes on`(api: Int) {
        let phone = Phone(api: api)
        phone.startsService()
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.acquireWakeLock)
        phone.isInBackground()
        #expect(phone.happens(.swipedFromRecents).has(.taskRemoved("call"), "A-TASK-02"))
        phone.wait(.seconds(3_600))
        #expect(phone.conditions.process == .running)
        #expect(phone.conditions.microphone == .open)
    }

    @Test(.rule("A-TASK-03")) func `without a foreground service the process ends after 1 s`() {
        let phone = Phone(api: 34)
        phone.app(.startService("call"))
        #expect(phone.happens(.swipedFromRecents).has(.taskRemoved("call"), "A-TASK-02"))
        phone.expect(.processDied(.userRequested), "A-TASK-03", after: .seconds(1))
        #expect(phone.conditions.process == .dead("A-TASK-03"))
    }

    @Test(.rule("A-TASK-03")) func `who opens the app again within the second keeps it`() {
        let phone = Phone(api: 34)
        phone.happens(.swipedFromRecents)
        phone.happens(.opened(.launcher))
        phone.wait(.seconds(2))
        #expect(phone.isAlive)
    }

    // MARK: Restart

    @Test(.rule("A-TASK-04")) func `a sticky service is back after 1 s, without an intent`() {
        let phone = Self.sticky()
        phone.isInBackground()
        #expect(
            phone.happens(.memoryRanLow(.critical)).has(.processDied(.lowMemory), "A-KILL-01")
        )
        phone.expect(.startCommand("call", hasIntent: false), "A-TASK-04", after: .seconds(1))
        #expect(phone.isAlive)
        #expect(
            phone.app(
                .startForeground("call", .microphone, AndroidDevice.Notification())
            ).threwAnything
        )
    }

    @Test(.rule("A-TASK-04")) func `the delay grows fourfold, and anew after 60 s`() {
        let phone = Self.sticky()
        phone.isInBackground()
        func dies() {
            phone.app(.returnFromStartCommand("call", .sticky))
            phone.happens(.memoryRanLow(.critical))
        }
        for seconds in [1, 4, 16] {
            dies()
            phone.expect(
                .startCommand("call", hasIntent: false),
                "A-TASK-04",
                after: .seconds(seconds)
            )
        }
        phone.wait(.seconds(60))
        dies()
        phone.expect(.startCommand("call", hasIntent: false), "A-TASK-04", after: .seconds(1))
    }

    @Test(.rule("A-TASK-04"), arguments: [(59_999, 4), (60_001, 1)])
    func `who has run for 60 s is back as soon as the first time`(milliseconds: Int, seconds: Int) {
        let phone = Self.sticky()
        phone.isInBackground()
        phone.happens(.memoryRanLow(.critical))
        phone.wait(.seconds(1))
        phone.app(.returnFromStartCommand("call", .sticky))
        phone.wait(.milliseconds(milliseconds))
        phone.happens(.memoryRanLow(.critical))
        phone.expect(
            .startCommand("call", hasIntent: false),
            "A-TASK-04",
            after: .seconds(seconds)
        )
    }

    @Test(.rule("A-TASK-04")) func `a second crash costs 30 min, a third an hour`() {
        let phone = Self.sticky()
        for seconds in [1, 1_800, 3_600] {
            phone.app(.returnFromStartCommand("call", .sticky))
            #expect(phone.app(.crash).has(.processDied(.crash(.uncaught)), "A-TASK-08"))
            phone.expect(
                .startCommand("call", hasIntent: false),
                "A-TASK-04",
                after: .seconds(seconds)
            )
        }
    }

    @Test(.rule("A-TASK-04")) func `an intent is delivered again three times`() {
        let phone = Self.sticky(.redeliver)
        for _ in 1...3 {
            phone.app(.returnFromStartCommand("call", .redeliver))
            phone.happens(.homePressed)
            phone.happens(.memoryRanLow(.critical))
            #expect(
                phone.wait(.seconds(1_000)).has(.startCommand("call", hasIntent: true), "A-TASK-04")
            )
        }
        phone.app(.returnFromStartCommand("call", .redeliver))
        phone.happens(.memoryRanLow(.critical))
        #expect(phone.wait(.seconds(10_000)).isEmpty)
        // Another intent begins anew.
        phone.happens(.opened(.launcher))
        phone.startsService()
        phone.app(.returnFromStartCommand("call", .redeliver))
        phone.happens(.homePressed)
        phone.happens(.memoryRanLow(.critical))
        #expect(
            phone.wait(.seconds(1_000)).has(.startCommand("call", hasIntent: true), "A-TASK-04")
        )
    }

    @Test(.rule("A-TASK-04")) func `two services come back 10 s apart`() {
        let phone = Phone(api: 34) { $0.manifest.services.append(.init("second", .phoneCall)) }
        phone.startsService()
        phone.startsService("second", .phoneCall, AndroidDevice.Notification(2))
        phone.app(.returnFromStartCommand("call", .sticky))
        phone.app(.returnFromStartCommand("second", .sticky))
        phone.happens(.homePressed)
        phone.happens(.memoryRanLow(.critical))
        phone.expect(.startCommand("call", hasIntent: false), "A-TASK-04", after: .seconds(1))
        phone.expect(
            .startCommand("second", hasIntent: false),
            "A-TASK-04",
            after: .seconds(10) - .milliseconds(1)
        )
    }

    @Test(.rule("A-TASK-04")) func `a service that is not sticky does not come back`() {
        let phone = Self.sticky(.notSticky)
        phone.app(.crash)
        #expect(phone.wait(.seconds(86_400)).isEmpty)
    }

    @Test(.rule("A-TASK-05")) func `only if asked for does it come back with its rights`() {
        for isAsked in [true, false] {
            let phone = Self.sticky { if isAsked { $0.options = .restartKeepsForeground } }
            phone.isInBackground()
            phone.happens(.memoryRanLow(.critical))
            let outcomes = phone.wait(.seconds(2))
            #expect(
                outcomes.has(.promoted("call", [.phoneCall, .microphone, .camera]), "A-TASK-05")
                    == isAsked
            )
            phone.app(.startCapture(.voiceCommunication))
            #expect((phone.conditions.microphone == .open) == isAsked)
            #expect(phone.conditions.notificationCount == (isAsked ? 1 : 0))
        }
    }

    // MARK: The user

    @Test(.rule("A-TASK-06"), arguments: [32, 33])
    func `stopped in the list of active apps the process ends without a word`(api: Int) {
        let phone = Self.sticky(api: api)
        phone.isInBackground()
        let outcomes = phone.happens(.stoppedInTaskList)
        #expect(outcomes.has(.processDied(.userRequested), "A-TASK-06") == (api == 33))
        guard api == 33 else { return }
        #expect(phone.conditions.notificationCount == 0)
        #expect(phone.wait(.seconds(86_400)).isEmpty)
        #expect(phone.happens(.pushArrived(.high)).has(.pushDelivered))
    }

    @Test(.rule("A-TASK-07")) func `after a force stop nothing arrives until the app is opened`() {
        let phone = Self.sticky { $0.manifest.permissions.insert("RECEIVE_BOOT_COMPLETED") }
        #expect(phone.happens(.forceStopped).has(.processDied(.userRequested), "A-TASK-07"))
        for event in [
            AndroidDevice.Event.pushArrived(.high), .bootBroadcastArrived,
            .notificationActionTapped,
            .deadlineReached,
        ] {
            phone.wait(.seconds(60))
            #expect(phone.happens(event).isEmpty)
        }
        phone.happens(.opened(.launcher))
        #expect(phone.happens(.pushArrived(.high)).has(.pushDelivered))
    }

    @Test(.rule("A-TASK-08")) func `a crash ends all services and their notifications`() {
        let phone = Self.sticky(.notSticky)
        phone.app(.notify(AndroidDevice.Notification(7, style: .plain, isOngoingCall: false)))
        let outcomes = phone.app(.crash)
        #expect(outcomes.has(.processDied(.crash(.uncaught)), "A-TASK-08"))
        #expect(outcomes.has(.notificationHidden(1)))
        #expect(!outcomes.has(.notificationHidden(7)))
        #expect(phone.conditions.isHolding == false)
    }

    @Test func `a reboot ends all`() {
        let phone = Self.sticky()
        #expect(phone.happens(.rebooted).has(.processDied(.reboot)))
        #expect(phone.wait(.seconds(86_400)).isEmpty)
        #expect(phone.conditions.notificationCount == 0)
    }

    @Test(.rule("A-FGS-04", "A-TO-02"))
    func `what ends another process leaves the one with the call`() {
        for isPromoted in [false, true] {
            let phone = Phone(api: 35) {
                $0.manifest.services.append(.init("other", .dataSync, isInOtherProcess: true))
                $0.manifest.permissions.insert("FOREGROUND_SERVICE_DATA_SYNC")
            }
            phone.startsService("call", .phoneCall)
            if isPromoted {
                phone.startsService("other", .dataSync, AndroidDevice.Notification(2))
                phone.happens(.homePressed)
                phone.expect(
                    .otherProcessDied(.crash(.remoteDidNotStopInTime)),
                    "A-TO-02",
                    after: .seconds(21_610)
                )
            } else {
                phone.app(.startForegroundService("other"))
                phone.expect(
                    .otherProcessDied(.crash(.remoteDidNotStartInTime)),
                    "A-FGS-04",
                    after: .seconds(30)
                )
            }
            #expect(phone.conditions.notificationCount == 1)
            #expect(phone.isAlive)
        }
    }

    // MARK: Memory

    @Test(.rule("A-KILL-01")) func `memory is taken from the least important first`() {
        let pressures: [AndroidDevice.MemoryPressure] = [.moderate, .high, .critical]
        for (setting, killing) in [(0, 0), (1, 1), (2, 2), (3, 3)] {
            for (index, pressure) in pressures.enumerated() {
                let phone = Phone(api: 34)
                switch setting {
                case 0: phone.app(.finish)
                case 1: phone.happens(.homePressed)
                case 2:
                    phone.startsService()
                    phone.happens(.homePressed)
                default: break
                }
                let outcomes = phone.happens(.memoryRanLow(pressure))
                #expect(
                    outcomes.has(.processDied(.lowMemory), "A-KILL-01") == (index >= killing)
                )
            }
        }
    }

    @Test(.rule("A-KILL-02"), arguments: [(32, false), (33, true), (34, true), (35, false)])
    func `a restricted app ends 60 s after it is cached and idle`(api: Int, isKilled: Bool) {
        let phone = Phone(api: api) { $0.battery = .restricted }
        phone.app(.finish)
        phone.wait(.seconds(60))
        guard isKilled else {
            phone.wait(.seconds(600))
            #expect(phone.isAlive)
            return
        }
        phone.expect(.processDied(.restricted), "A-KILL-02", after: .seconds(60))
    }
}
