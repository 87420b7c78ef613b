import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleBackgroundTests {
    @Test(.rule("I-BG-01")) func `without a reason the app is suspended after five seconds`() {
        let phone = ApplePhone.opened()
        phone.screen(.appLeft, at: 1_000)
        #expect(phone.pass(to: 5_999).isEmpty)
        #expect(phone.process == .running)
        #expect(phone.pass(to: 6_001) == [Outcome(.suspended, "I-BG-01")])
        #expect(phone.process == .stopped("I-BG-01"))
    }

    @Test func `a suspended app calls nothing`() {
        let phone = ApplePhone.suspended()
        #expect(phone.app(.audio(.start), at: 6_000).isEmpty)
        #expect(phone.app(.process(.beginBackgroundTask(1))).isEmpty)
        #expect(phone.app(.service(.openSocket(.internet))).isEmpty)
        #expect(!phone.device.conditions.isHolding)
    }

    @Test func `an early deadline changes nothing, a late event runs those that passed first`() {
        let phone = ApplePhone.opened()
        phone.screen(.appLeft)
        #expect(phone.pass(to: 10).isEmpty)
        // The suspension of 5 000 comes before the return.
        let outcomes = phone.screen(.appOpened, at: 9_000)
        #expect(outcomes.prefix(2).map(\.effect) == [.suspended, .resumed])
    }

    @Test(.rule("I-BG-02")) func `background tasks have thirty seconds together`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.beginBackgroundTask(1)))
        phone.screen(.appLeft, at: 100_000)
        phone.app(.process(.beginBackgroundTask(2)), at: 120_000)
        #expect(phone.pass(to: 129_999).isEmpty)
        #expect(
            phone.pass(to: 130_001).effects == [.expirationHandler(1), .expirationHandler(2)]
        )
        #expect(phone.process == .running)
    }

    @Test(.rule("I-BG-02")) func `the time counts while a task needs it, and begins anew`() {
        let phone = ApplePhone.calling()
        phone.app(.process(.beginBackgroundTask(1)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 600_000).isEmpty)
        phone.app(.audio(.stop), at: 600_000)
        #expect(phone.pass(to: 629_999).isEmpty)
        phone.screen(.appOpened)
        phone.screen(.appLeft, at: 700_000)
        #expect(phone.pass(to: 729_999).isEmpty)
        #expect(phone.pass(to: 730_001).effects == [.expirationHandler(1)])
    }

    @Test(.rule("I-BG-02")) func `on a strict device the time runs beside audio`() {
        let phone = ApplePhone.calling(.init(profile: .strict))
        phone.app(.process(.beginBackgroundTask(1)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 29_999).isEmpty)
        #expect(phone.pass(to: 30_001).effects == [.expirationHandler(1)])

        let early = ApplePhone.opened()
        early.app(.process(.beginBackgroundTask(1)))
        early.screen(.appLeft)
        early.system(.backgroundTimeTaken, at: 2_000)
        #expect(early.pass(to: 2_000).effects == [.expirationHandler(1)])
    }

    @Test(.rule("I-BG-03")) func `a task that its handler ends leaves a suspended app`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.beginBackgroundTask(7)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 30_000) == [Outcome(.expirationHandler(7), "I-BG-03")])
        #expect(
            phone.app(.process(.endBackgroundTask(7)), at: 30_999)
                == [Outcome(.suspended, "I-BG-01")]
        )
        #expect(phone.pass(to: 90_000).isEmpty)
    }

    @Test(.rule("I-BG-04")) func `a task that is not ended within a second of its handler kills`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.beginBackgroundTask(7)))
        phone.screen(.appLeft)
        phone.pass(to: 30_000)
        #expect(phone.pass(to: 30_999).isEmpty)
        #expect(phone.pass(to: 31_001) == [Outcome(.killed(.code(.watchdog)), "I-BG-04")])
        #expect(AppleDevice.TerminationCode.watchdog.rawValue == 0x8bad_f00d)
    }

    @Test(.rule("I-BG-04")) func `a task that begins after the time is used up expires at once`() {
        let phone = ApplePhone.calling()
        phone.app(.process(.beginBackgroundTask(1)))
        phone.screen(.appLeft)
        phone.app(.audio(.stop), at: 1_000)
        phone.pass(to: 31_000)
        phone.app(.process(.endBackgroundTask(1)), at: 31_500)
        #expect(phone.process == .stopped("I-BG-01"))
        // A push wakes it, but brings no new time for tasks.
        phone.system(.voipPushArrived, at: 40_000)
        #expect(
            phone.app(.process(.beginBackgroundTask(2)))
                == [Outcome(.expirationHandler(2), "I-BG-03")]
        )
    }

    @Test(.rule("I-BG-05")) func `the time of an early task begins in the background`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.beginBackgroundTask(1)))
        #expect(phone.pass(to: 3_600_000).isEmpty)
        #expect(phone.device.nextDeadline == nil)
    }

    @Test(.rule("I-BG-05")) func `on a strict device a late task is not granted`() {
        let phone = ApplePhone.opened(.init(profile: .strict))
        phone.screen(.appLeft)
        #expect(
            phone.app(.process(.beginBackgroundTask(1)))
                == [Outcome(.backgroundTaskRefused(1), "I-BG-05")]
        )
        #expect(phone.pass(to: 5_001).effects == [.suspended])
    }

    @Test(.rule("I-BG-06")) func `the thousand and first background task kills`() {
        let phone = ApplePhone.opened()
        for task in 1...1_000 {
            phone.app(.process(.beginBackgroundTask(AppleDevice.BackgroundTaskID(task))))
        }
        #expect(phone.process == .running)
        #expect(
            phone.app(.process(.beginBackgroundTask(1_001)))
                == [Outcome(.killed(.code(.tooManyTasks)), "I-BG-06")]
        )
    }

    @Test(.rule("I-BG-08")) func `a lock that is held at the suspension kills`() {
        let phone = ApplePhone.opened()
        phone.app(.process(.hold(.fileLock)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 4_999).isEmpty)
        #expect(phone.pass(to: 5_001) == [Outcome(.killed(.code(.heldLock)), "I-BG-08")])

        let careful = ApplePhone.opened()
        careful.app(.process(.hold(.fileLock)))
        careful.screen(.appLeft)
        careful.app(.process(.release(.fileLock)), at: 4_999)
        #expect(careful.pass(to: 5_001).effects == [.suspended])
    }

    @Test(.rule("I-BG-10")) func `an app with VoIP that is woken too often is killed`() {
        let phone = ApplePhone.suspended()
        #expect(
            phone.system(.wokenTooOften) == [Outcome(.killed(.code(.wokenTooOften)), "I-BG-10")]
        )
        #expect(ApplePhone.opened().system(.wokenTooOften).isEmpty)
    }

    @Test(.rule("I-MODE-01")) func `the mode audio gives nothing without audio`() {
        let phone = ApplePhone.opened(.init(info: .init(backgroundModes: .audio)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 5_001).effects == [.suspended])
    }

    @Test(.rule("I-MODE-02")) func `the mode voip keeps no call running, not even with its audio`()
    {
        let phone = ApplePhone.calling(.init(info: .init(backgroundModes: .voip)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 4_999).isEmpty)
        #expect(phone.pass(to: 5_001).effects == [.suspended])
        #expect(phone.microphone == .closed("I-AUD-03"))
    }

    @Test func `a restart of the device clears what was there`() {
        let phone = ApplePhone.answered()
        phone.screen(.appSwipedAway)
        #expect(phone.system(.rebooted).effects == [.killed(.rebooted)])
        #expect(phone.process == .dead(nil))
        #expect(!phone.device.conditions.isHolding)
        #expect(phone.screen(.appOpened).isEmpty)
        phone.screen(.unlocked)
        #expect(phone.screen(.appOpened).effects == [.launched(isForeground: true)])
    }
}
