import HoldfastRules
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleServiceTests {
    private static let refresh: AppleDevice.ScheduledTaskID = "refresh"
    private static let info = AppleDevice.InfoPlist(
        backgroundModes: [.audio, .voip, .fetch],
        scheduledTasks: [refresh]
    )

    /// Suspended since 5 000, its task registered and submitted.
    private func scheduled() -> ApplePhone {
        let phone = ApplePhone(.init(info: Self.info))
        phone.screen(.appOpened)
        phone.app(.service(.registerTask(Self.refresh)))
        phone.app(.process(.finishLaunching))
        phone.app(.service(.submitTask(Self.refresh)))
        phone.screen(.appLeft)
        phone.pass(to: 5_000)
        return phone
    }

    @Test(.rule("I-NET-01")) func `a locked device takes the sockets of a suspended app`() {
        let phone = ApplePhone.opened()
        phone.app(.service(.openSocket(.internet)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 5_001).effects == [.suspended])
        #expect(phone.network == .open)
        #expect(
            phone.screen(.locked, at: 6_000) == [Outcome(.socketsReclaimed, "I-NET-01")]
        )
        #expect(phone.network == .closed("I-NET-01"))
        phone.screen(.unlocked)
        phone.screen(.appOpened)
        #expect(phone.network == .closed("I-NET-01"))
        phone.app(.service(.openSocket(.internet)))
        #expect(phone.network == .open)
    }

    @Test(.rule("I-NET-01")) func `a strict device takes them at each suspension`() {
        let phone = ApplePhone.opened(.init(profile: .strict))
        phone.app(.service(.openSocket(.internet)))
        phone.screen(.appLeft)
        #expect(phone.pass(to: 5_001).effects == [.suspended, .socketsReclaimed])
    }

    @Test(.rule("I-NET-02")) func `the local network is asked for on the screen alone`() {
        let info = AppleDevice.InfoPlist(
            usageDescriptions: [.microphone, .camera, .localNetwork]
        )
        let phone = ApplePhone.calling(.init(info: info))
        phone.screen(.appLeft)
        #expect(
            phone.app(.service(.openSocket(.local)))
                == [Outcome(.error(.localNetworkDenied), "I-NET-02")]
        )
        phone.screen(.appOpened)
        // Nothing was remembered.
        #expect(
            phone.app(.service(.openSocket(.local))).effects == [.permissionAsked(.localNetwork)]
        )
        phone.screen(.permissionChanged(.localNetwork, isGranted: true))
        phone.screen(.appLeft)
        #expect(phone.app(.service(.openSocket(.local))).isEmpty)
        #expect(phone.network == .open)
        phone.screen(.permissionChanged(.localNetwork, isGranted: false))
        phone.screen(.appOpened)
        #expect(
            phone.app(.service(.openSocket(.local))).effects == [.error(.localNetworkDenied)]
        )
    }

    @Test(.rule("I-NET-03"))
    func `sockets of an app that audio keeps running work on`() {
        let phone = ApplePhone.calling(.init(profile: .strict))
        phone.app(.service(.openSocket(.internet)))
        phone.screen(.locked)
        #expect(phone.pass(to: 86_400_000).isEmpty)
        #expect(phone.network == .open)
    }

    @Test(.rule("I-BGT-01")) func `only what is listed can be registered, and only at launch`() {
        let phone = ApplePhone(.init(info: Self.info))
        phone.screen(.appOpened)
        #expect(
            phone.app(.service(.registerTask("other")))
                == [Outcome(.scheduledTaskRefused("other"), "I-BGT-01")]
        )
        phone.app(.process(.finishLaunching))
        #expect(
            phone.app(.service(.registerTask(Self.refresh)))
                == [Outcome(.scheduledTaskRefused(Self.refresh), "I-BGT-01")]
        )
    }

    @Test(.rule("I-BGT-01"))
    func `a due task without a handler ends the app`() {
        let phone = ApplePhone.opened(.init(info: Self.info))
        #expect(phone.system(.scheduledTaskCameDue(Self.refresh)).isEmpty)
        phone.app(.service(.submitTask(Self.refresh)))
        #expect(
            phone.system(.scheduledTaskCameDue(Self.refresh))
                == [Outcome(.killed(.crash), "I-BGT-01")]
        )
    }

    @Test(.rule("I-BGT-02")) func `registering twice ends the app`() {
        let phone = ApplePhone(.init(info: Self.info))
        phone.screen(.appOpened)
        #expect(phone.app(.service(.registerTask(Self.refresh))).isEmpty)
        #expect(
            phone.app(.service(.registerTask(Self.refresh)))
                == [Outcome(.killed(.crash), "I-BGT-02")]
        )
    }

    @Test(.rule("I-BGT-03")) func `submitting needs the mode and the list`() {
        let bare = AppleDevice.InfoPlist(scheduledTasks: [Self.refresh])
        for (info, task) in [(Self.info, "other"), (bare, Self.refresh)] {
            let phone = ApplePhone.opened(.init(info: info))
            #expect(
                phone.app(.service(.submitTask(task)))
                    == [Outcome(.error(.notPermitted), "I-BGT-03")]
            )
        }
    }

    @Test(.rule("I-BGT-04", "I-MODE-04"))
    func `a refresh without a handler fails after 30 seconds`() {
        let phone = self.scheduled()
        #expect(
            phone.system(.scheduledTaskCameDue(Self.refresh), at: 60_000)
                == [Outcome(.resumed), Outcome(.scheduledTaskStarted(Self.refresh), "I-MODE-04")]
        )
        #expect(phone.pass(to: 89_999).isEmpty)
        #expect(
            phone.pass(to: 90_001) == [
                Outcome(.scheduledTaskFailed(Self.refresh), "I-BGT-04"),
                Outcome(.suspended, "I-BG-01"),
            ]
        )
    }

    @Test(.rule("I-BG-12")) func `an expired task must be completed within a second`() {
        let phone = self.scheduled()
        phone.system(.scheduledTaskCameDue(Self.refresh), at: 60_000)
        phone.app(.service(.handleExpiration(Self.refresh)))
        #expect(
            phone.pass(to: 90_000) == [Outcome(.scheduledTaskExpired(Self.refresh), "I-BGT-04")]
        )
        #expect(phone.pass(to: 90_999).isEmpty)
        #expect(phone.pass(to: 91_001) == [Outcome(.killed(.code(.slowTask)), "I-BG-12")])

        let done = self.scheduled()
        done.system(.scheduledTaskCameDue(Self.refresh), at: 60_000)
        done.app(.service(.handleExpiration(Self.refresh)))
        done.pass(to: 90_000)
        #expect(
            done.app(.service(.completeTask(Self.refresh)), at: 90_999).effects == [.suspended]
        )
    }

    @Test func `a task that is due launches the app, unless it was swiped away`() {
        let phone = self.scheduled()
        phone.system(.memoryRanOut)
        #expect(
            phone.system(.scheduledTaskCameDue(Self.refresh)).effects
                == [.launched(isForeground: false)]
        )
        phone.app(.service(.registerTask(Self.refresh)))
        #expect(
            phone.app(.process(.finishLaunching)).effects == [.scheduledTaskStarted(Self.refresh)]
        )
        let swiped = self.scheduled()
        swiped.screen(.appSwipedAway)
        #expect(swiped.system(.scheduledTaskCameDue(Self.refresh)).isEmpty)
    }

    @Test(.rule("I-LA-01")) func `a Live Activity starts on the screen and lasts eight hours`() {
        let info = AppleDevice.InfoPlist(hasLiveActivities: true)
        let phone = ApplePhone.calling(.init(info: info))
        #expect(phone.app(.service(.startLiveActivity)).isEmpty)
        #expect(phone.device.conditions.notificationCount == 1)
        phone.screen(.appLeft)
        #expect(phone.pass(to: 28_799_999).isEmpty)
        #expect(phone.pass(to: 28_800_001) == [Outcome(.liveActivityEnded, "I-LA-01")])
        #expect(phone.device.conditions.notificationCount == 0)
        #expect(
            phone.app(.service(.startLiveActivity))
                == [Outcome(.error(.liveActivityUnavailable), "I-LA-01")]
        )
    }

    @Test(.rule("I-LA-01"), arguments: [(SystemVersion(16), 0), (SystemVersion(16, 1), 1)])
    func `Live Activities come with 16.1, and keep nothing running`(
        system: SystemVersion,
        count: Int
    ) {
        let phone = ApplePhone.opened(
            .init(system: system, info: .init(hasLiveActivities: true))
        )
        phone.app(.service(.startLiveActivity))
        #expect(phone.device.conditions.notificationCount == count)
        phone.screen(.appLeft)
        #expect(phone.pass(to: 5_001).effects == [.suspended])
    }
}
