import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleLifeCycleTests {
    @Test(.rule("I-STATE-01")) func `leaving is told in two steps, however the app is left`() {
        let told: [AppleOutcome] = [
            Outcome(.lifeCycle(.willResignActive, .scene), "I-STATE-01"),
            Outcome(.lifeCycle(.didEnterBackground, .scene), "I-STATE-01"),
        ]
        #expect(ApplePhone.opened().screen(.appLeft) == told)
        #expect(ApplePhone.opened().screen(.locked) == told)
    }

    @Test(.rule("I-STATE-02")) func `a return is told in two steps, from wherever it is`() {
        let told: [AppleDevice.LifeCycleCallback] = [.willEnterForeground, .didBecomeActive]
        let home = ApplePhone.opened()
        home.screen(.appLeft)
        #expect(home.screen(.appOpened).callbacks == told)
        let locked = ApplePhone.opened()
        locked.screen(.locked)
        #expect(locked.screen(.unlocked).callbacks == told)
        let suspended = ApplePhone.suspended()
        let outcomes = suspended.screen(.appOpened, at: 60_000)
        #expect(outcomes.first?.effect == .resumed)
        #expect(outcomes.callbacks == told)
    }

    @Test func `unlocking brings back only the app that was in front`() {
        let phone = ApplePhone.opened()
        phone.screen(.appLeft)
        phone.screen(.locked)
        #expect(phone.screen(.appOpened).isEmpty)
        #expect(phone.screen(.unlocked).isEmpty)
        #expect(phone.device.stage == .background)
    }

    @Test(.rule("I-STATE-03")) func `what covers the app never sends it away`() {
        let phone = ApplePhone.opened()
        #expect(phone.screen(.controlCentreOpened).callbacks == [.willResignActive])
        #expect(phone.pass(to: 3_600_000).isEmpty)
        #expect(phone.process == .running)
        #expect(phone.audio(.interruptionBegan(.siri)).callbacks == [])
        #expect(phone.screen(.controlCentreClosed).callbacks == [])
        #expect(
            phone.audio(.interruptionEnded(.siri, shouldResume: true)).callbacks
                == [.didBecomeActive]
        )
    }

    @Test func `an inactive app is left without resigning again`() {
        let phone = ApplePhone.opened()
        phone.screen(.controlCentreOpened)
        #expect(phone.screen(.appLeft).callbacks == [.didEnterBackground])
    }

    @Test(.rule("I-STATE-04"))
    func `a launch in the background connects no scene, and what it is for comes last`() {
        let phone = ApplePhone()
        #expect(
            phone.system(.voipPushArrived) == [
                Outcome(.launched(isForeground: false), "I-STATE-04")
            ]
        )
        phone.app(.call(.createPushRegistry))
        let outcomes = phone.app(.process(.finishLaunching))
        #expect(outcomes.effects == [.voipPush(mustReport: true)])

        let old = ApplePhone(.init(info: .init(hasScenes: false)))
        old.system(.voipPushArrived)
        old.app(.call(.createPushRegistry))
        #expect(
            old.app(.process(.finishLaunching)).effects == [
                .lifeCycle(.didEnterBackground, .appDelegate), .voipPush(mustReport: true),
            ]
        )
    }

    @Test(.rule("I-STATE-05"))
    func `willTerminate has five seconds`() {
        let phone = ApplePhone.opened()
        #expect(
            phone.screen(.appSwipedAway) == [
                Outcome(.lifeCycle(.willTerminate, .appDelegate), "I-STATE-05")
            ]
        )
        #expect(phone.pass(to: 4_999).isEmpty)
        #expect(phone.process == .running)
        #expect(phone.pass(to: 5_001) == [Outcome(.killed(.swipedAway), "I-KILL-01")])
        #expect(phone.process == .dead("I-KILL-01"))
    }

    @Test(.rule("I-LC-01")) func `with scenes the app delegate hears nothing of visibility`() {
        let scenes = ApplePhone.opened().screen(.appLeft)
        #expect(!scenes.effects.contains(.lifeCycle(.didEnterBackground, .appDelegate)))
        let old = ApplePhone.opened(.init(info: .init(hasScenes: false)))
        #expect(
            old.screen(.appLeft).effects == [
                .lifeCycle(.willResignActive, .appDelegate),
                .lifeCycle(.didEnterBackground, .appDelegate),
            ]
        )
    }

    @Test(.rule("I-LC-02"), arguments: [(26, 27, true), (27, 26, true), (27, 27, false)])
    func `without scenes an app of the next SDK does not launch on the next system`(
        system: Int,
        linked: Int,
        launches: Bool
    ) {
        var configuration = AppleDevice.Configuration(
            system: SystemVersion(system),
            linked: SystemVersion(linked),
            info: .init(hasScenes: false)
        )
        let phone = ApplePhone(configuration)
        let outcomes = phone.screen(.appOpened)
        #expect(outcomes.effects.contains(.killed(.notLaunchable)) == !launches)
        #expect(phone.process == (launches ? .running : .dead("I-LC-02")))
        configuration.info.hasScenes = true
        #expect(ApplePhone.opened(configuration).process == .running)
    }

    @Test(.rule("I-LC-03")) func `didEnterBackground must return within five seconds`() {
        let phone = ApplePhone.calling()
        phone.screen(.appLeft, at: 1_000)
        phone.app(.process(.blockMainThread))
        #expect(phone.pass(to: 5_999).isEmpty)
        #expect(phone.pass(to: 6_001) == [Outcome(.killed(.code(.watchdog)), "I-LC-03")])
    }

    @Test(.rule("I-LC-04")) func `a scene may go while the process and its call live on`() {
        let phone = ApplePhone.calling()
        #expect(phone.screen(.sceneDisconnected).isEmpty)
        phone.screen(.appLeft)
        #expect(phone.screen(.sceneDisconnected).callbacks == [.didDisconnect])
        #expect(phone.process == .running)
        #expect(phone.microphone == .open)
        #expect(
            phone.screen(.appOpened).callbacks
                == [.willConnect, .willEnterForeground, .didBecomeActive]
        )
    }

    @Test(.rule("I-LC-05")) func `a database of the system's may be held for five seconds`() {
        let phone = ApplePhone.calling()
        phone.app(.process(.hold(.systemDatabase)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 4_999).isEmpty)
        #expect(phone.pass(to: 5_001) == [Outcome(.killed(.code(.heldLock)), "I-LC-05")])

        let careful = ApplePhone.calling()
        careful.app(.process(.hold(.systemDatabase)))
        careful.screen(.appLeft)
        careful.app(.process(.release(.systemDatabase)), at: 4_999)
        #expect(careful.pass(to: 60_000).isEmpty)
    }

    @Test(.rule("I-BG-09")) func `a launch may take twenty seconds`() {
        let phone = ApplePhone()
        phone.screen(.appOpened)
        #expect(phone.pass(to: 19_999).isEmpty)
        #expect(phone.pass(to: 20_001) == [Outcome(.killed(.code(.watchdog)), "I-BG-09")])
        let quick = ApplePhone()
        quick.screen(.appOpened)
        quick.app(.process(.finishLaunching), at: 19_999)
        #expect(quick.pass(to: 60_000).isEmpty)
    }

    @Test(.rule("I-BG-09")) func `a change of scene waits ten seconds for the main thread`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.blockMainThread), at: 1)
        #expect(phone.pass(to: 60_000).isEmpty)
        phone.screen(.controlCentreOpened, at: 60_000)
        #expect(phone.pass(to: 69_999).isEmpty)
        #expect(phone.pass(to: 70_001) == [Outcome(.killed(.code(.watchdog)), "I-BG-09")])

        let freed = ApplePhone.opened()
        freed.app(.process(.blockMainThread), at: 1)
        freed.screen(.controlCentreOpened, at: 60_000)
        freed.app(.process(.freeMainThread), at: 69_999)
        #expect(freed.pass(to: 80_000).isEmpty)
    }

    @Test(.rule("I-BG-11")) func `a device that is too hot ends the app wherever it is`() {
        let phone = ApplePhone.calling()
        #expect(phone.system(.overheated) == [Outcome(.killed(.code(.tooHot)), "I-BG-11")])
        #expect(phone.system(.overheated).isEmpty)
    }

    @Test(.rule("I-KILL-01")) func `a swiped process ends, and its calls stay on the screen`() {
        let phone = ApplePhone.answered()
        let outcomes = phone.screen(.appSwipedAway)
        #expect(phone.microphone == .closed("I-KILL-01"))
        #expect(outcomes.callbacks == [.willTerminate])
        #expect(
            phone.app(.process(.finishTerminating))
                == [Outcome(.killed(.swipedAway), "I-KILL-01")]
        )
        #expect(phone.device.shownCalls == [1])
        #expect(phone.device.conditions.isHolding)

        let silent = ApplePhone.suspended()
        #expect(silent.screen(.appSwipedAway) == [Outcome(.killed(.swipedAway), "I-KILL-01")])
    }

    @Test(.rule("I-KILL-01")) func `asked for, the calls of a swiped app end`() {
        let phone = ApplePhone.answered(.init(profile: .strict, options: .swipeEndsCalls))
        phone.screen(.appSwipedAway)
        #expect(
            phone.pass(to: 0).effects == [.killed(.swipedAway), .callRemoved(1)]
        )
        #expect(phone.device.shownCalls == [])
    }

    @Test(.rule("I-KILL-04")) func `memory is taken from the background, with audio or without`() {
        let phone = ApplePhone.calling()
        #expect(phone.system(.memoryRanOut).isEmpty)
        phone.screen(.appLeft)
        #expect(phone.system(.memoryRanOut) == [Outcome(.killed(.outOfMemory), "I-KILL-04")])
        let suspended = ApplePhone.suspended()
        #expect(suspended.system(.memoryRanOut) == [Outcome(.killed(.outOfMemory), "I-KILL-04")])
    }

    @Test(.rule("I-PRIV-01")) func `what the user was not told of may not be touched`() {
        let info = AppleDevice.InfoPlist(usageDescriptions: [])
        let phone = ApplePhone.opened(.init(info: info))
        phone.app(.audio(.configure(.playback, isMixable: false)))
        #expect(phone.app(.audio(.start)).isEmpty)
        phone.app(.audio(.stop))
        phone.app(.audio(.configure(.record, isMixable: false)))
        #expect(phone.app(.audio(.start)) == [Outcome(.killed(.crash), "I-PRIV-01")])
        let other = ApplePhone.opened(.init(info: info))
        #expect(
            other.app(.picture(.startCamera(.video))) == [Outcome(.killed(.crash), "I-PRIV-01")]
        )
    }

    @Test(.rule("I-PRIV-02")) func `what the user denies is silent and dark`() {
        let phone = ApplePhone.calling()
        phone.app(.picture(.startCamera(.video)))
        phone.screen(.permissionChanged(.microphone, isGranted: false))
        phone.screen(.permissionChanged(.camera, isGranted: false))
        #expect(phone.microphone == .closed("I-PRIV-02"))
        #expect(phone.camera == .closed("I-PRIV-02"))
        #expect(phone.process == .running)
        phone.screen(.permissionChanged(.microphone, isGranted: true))
        #expect(phone.microphone == .open)
    }

    @Test(.rule("I-PRIV-03")) func `asked for, a change in Settings ends the app`() {
        let phone = ApplePhone.calling(.init(options: .permissionChangeKills))
        #expect(
            phone.screen(.permissionChanged(.camera, isGranted: false))
                == [Outcome(.killed(.permissionChanged), "I-PRIV-03")]
        )
    }
}
