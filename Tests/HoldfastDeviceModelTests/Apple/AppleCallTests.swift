import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleCallTests {
    @Test(.rule("I-CK-01")) func `a call that the system does not show fails its report`() {
        let phone = ApplePhone.opened()
        #expect(
            phone.app(.call(.reportIncoming(1, .callKit))).effects == [.callShown(1)]
        )
        #expect(
            phone.app(.call(.reportIncoming(1, .callKit)))
                == [Outcome(.error(.incomingCall(.callUUIDAlreadyExists)), "I-CK-01")]
        )
        phone.call(.doNotDisturbChanged(isOn: true))
        #expect(
            phone.app(.call(.reportIncoming(2, .callKit)))
                == [Outcome(.error(.incomingCall(.filteredByDoNotDisturb)), "I-CK-01")]
        )
        let bare = ApplePhone.opened(.init(info: .init(backgroundModes: .audio)))
        #expect(
            bare.app(.call(.reportIncoming(1, .callKit)))
                == [Outcome(.error(.incomingCall(.unentitled)), "I-CK-01")]
        )
    }

    @Test(.rule("I-CK-02"))
    func `an answer in the background records from didActivate on`() {
        let phone = ApplePhone.opened()
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.screen(.locked)
        phone.app(.call(.reportIncoming(1, .callKit)))
        #expect(phone.call(.answered(1)) == [Outcome(.perform(.answer(1)), "I-CK-02")])
        // Too early, as in F90.
        #expect(!phone.app(.audio(.start)).isEmpty)
        #expect(phone.app(.call(.fulfil(.answer(1)))) == [Outcome(.didActivate, "I-CK-02")])
        #expect(phone.app(.audio(.start)).isEmpty)
        #expect(phone.microphone == .open)
        #expect(phone.pass(to: 3_600_000).isEmpty)

        #expect(phone.call(.ended(1)).effects == [.perform(.end(1))])
        #expect(phone.app(.call(.fulfil(.end(1)))) == [Outcome(.didDeactivate, "I-CK-02")])
        #expect(phone.device.shownCalls.isEmpty)
        #expect(phone.pass(to: 3_605_001).effects == [.suspended])
    }

    @Test(.rule("I-CK-02")) func `what the app ends itself deactivates too, once`() {
        let phone = ApplePhone.answered()
        #expect(phone.app(.call(.reportEnded(1))).effects == [.didDeactivate])
        #expect(phone.app(.call(.reportEnded(1))).isEmpty)
    }

    @Test(.rule("I-CK-03")) func `an answer has thirty seconds, on a strict device five`() {
        for (profile, limit) in [(Timing.Profile.stock, 30_000), (.strict, 5_000)] {
            let phone = ApplePhone.opened(.init(profile: profile))
            phone.app(.call(.reportIncoming(1, .callKit)))
            phone.call(.answered(1))
            #expect(phone.pass(to: limit - 1).isEmpty)
            #expect(
                phone.pass(to: limit + 1) == [
                    Outcome(.timedOutPerforming(.answer(1)), "I-CK-03"),
                    Outcome(.callRemoved(1), "I-CK-03"),
                ]
            )
            #expect(phone.device.shownCalls.isEmpty)
            // Fulfilling it now does nothing.
            #expect(phone.app(.call(.fulfil(.answer(1)))).isEmpty)
        }
    }

    @Test(.rule("I-CK-03")) func `a mute that times out ends nothing, and so does one that fails`()
    {
        let phone = ApplePhone.answered()
        phone.call(.muted(1, isMuted: true))
        #expect(phone.pass(to: 30_001).effects == [.timedOutPerforming(.setMuted(1, true))])
        phone.call(.muted(1, isMuted: true))
        #expect(phone.app(.call(.fail(.setMuted(1, true)))).isEmpty)
        #expect(phone.device.shownCalls == [1])
    }

    @Test(.rule("I-CK-04")) func `a reset of the provider ends all calls`() {
        let phone = ApplePhone.answered()
        phone.call(.muted(1, isMuted: true))
        #expect(
            phone.call(.providerReset) == [
                Outcome(.providerDidReset, "I-CK-04"), Outcome(.didDeactivate, "I-CK-04"),
            ]
        )
        #expect(phone.device.shownCalls.isEmpty)
        #expect(phone.app(.call(.fulfil(.setMuted(1, true)))).isEmpty)
    }

    @Test(.rule("I-CK-05")) func `a cellular call may hold ours, and the user takes it up again`() {
        let phone = ApplePhone.answered(.init(options: .holdForgetsConfiguration))
        #expect(phone.audio(.cellularCallRang).isEmpty)
        #expect(phone.microphone == .open)
        #expect(
            phone.audio(.cellularCallAnswered(.hold)).effects == [.perform(.setHeld(1, true))]
        )
        #expect(phone.app(.call(.fulfil(.setHeld(1, true)))).effects == [.didDeactivate])
        phone.audio(.cellularCallEnded)
        #expect(phone.device.shownCalls == [1])
        #expect(phone.call(.held(1, isHeld: false)).effects == [.perform(.setHeld(1, false))])
        #expect(phone.app(.call(.fulfil(.setHeld(1, false)))).effects == [.didActivate])
        phone.app(.audio(.start))
        #expect(phone.microphone == .unused)
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        #expect(phone.microphone == .open)
    }

    @Test func `a cellular call may end ours, and a suspended app is resumed to be taken up again`()
    {
        let ended = ApplePhone.answered()
        ended.audio(.cellularCallRang)
        #expect(ended.audio(.cellularCallAnswered(.end)).effects == [.perform(.end(1))])

        let held = ApplePhone.answered()
        held.audio(.cellularCallRang)
        held.audio(.cellularCallAnswered(.hold))
        held.app(.call(.fulfil(.setHeld(1, true))))
        #expect(held.pass(to: 5_001).effects == [.suspended])
        #expect(
            held.call(.held(1, isHeld: false), at: 60_000).effects
                == [.resumed, .perform(.setHeld(1, false))]
        )
        #expect(held.app(.call(.fulfil(.setHeld(1, false)))).effects == [.didActivate])
        #expect(held.app(.audio(.start)).isEmpty)
        #expect(held.pass(to: 600_000).isEmpty)
        #expect(held.microphone == .open)
    }

    @Test func `calls are swapped in two actions`() {
        let phone = ApplePhone.answered()
        phone.call(.held(1, isHeld: true))
        phone.app(.call(.fulfil(.setHeld(1, true))))
        phone.app(.call(.reportIncoming(2, .callKit)))
        phone.call(.answered(2))
        phone.app(.call(.fulfil(.answer(2))))
        #expect(
            phone.call(.swapped(2, 1)).effects
                == [.perform(.setHeld(2, true)), .perform(.setHeld(1, false))]
        )
        phone.app(.call(.fulfil(.setHeld(1, false))))
        #expect(phone.app(.call(.fulfil(.setHeld(2, true)))).isEmpty)
    }

    @Test(.rule("I-CK-06")) func `asked for, the end of one of two calls takes the audio of both`()
    {
        for (options, effects) in [
            (AppleDevice.Options(), [AppleDevice.Effect]()), (.anyEndDeactivates, [.didDeactivate]),
        ] {
            let phone = ApplePhone.answered(.init(options: options))
            phone.app(.call(.reportIncoming(2, .callKit)))
            #expect(phone.app(.call(.reportEnded(2))).effects == effects)
        }
    }

    @Test(.rule("I-CK-07")) func `an outgoing call is performed, and audio follows`() {
        let phone = ApplePhone.opened()
        #expect(phone.app(.call(.requestOutgoing(1))).effects == [.perform(.start(1))])
        #expect(phone.app(.call(.fulfil(.start(1)))).effects == [.didActivate])
        #expect(phone.app(.call(.reportOutgoing(1, isConnected: true))).isEmpty)
        #expect(phone.app(.call(.reportEnded(1))).effects == [.didDeactivate])
        #expect(!phone.device.conditions.isHolding)
    }

    @Test(.rule("I-CK-08")) func `asked for, a ringing call keeps the app running`() {
        for (options, isRunning) in [(AppleDevice.Options(), false), (.callKeepsRunning, true)] {
            let phone = ApplePhone.opened(.init(options: options))
            phone.app(.call(.reportIncoming(1, .callKit)))
            phone.screen(.appLeft)
            phone.pass(to: 5_001)
            #expect((phone.process == .running) == isRunning)
        }
    }

    @Test func `a call that an app left behind is gone when the user touches it`() {
        let phone = ApplePhone.answered()
        phone.system(.memoryRanOut)
        #expect(phone.device.shownCalls == [1])
        #expect(phone.call(.ended(1)).effects == [.callRemoved(1)])
        #expect(phone.device.shownCalls.isEmpty)
    }
}

@Suite struct ApplePushTests {
    @Test(.rule("I-PK-01"))
    func `a VoIP push must be reported within five seconds`() {
        let phone = ApplePhone.suspended()
        phone.screen(.appOpened)
        phone.app(.call(.createPushRegistry))
        phone.screen(.appLeft)
        phone.pass(to: 10_001)
        #expect(
            phone.system(.voipPushArrived, at: 20_000)
                == [Outcome(.resumed), Outcome(.voipPush(mustReport: true), "I-PK-01")]
        )
        #expect(phone.pass(to: 24_999).isEmpty)
        #expect(
            phone.pass(to: 25_001) == [Outcome(.killed(.code(.unreportedPush)), "I-PK-01")]
        )
        #expect(AppleDevice.TerminationCode.unreportedPush.rawValue == 0xbaad_ca11)
    }

    @Test(.rule("I-PK-01")) func `a strict device waits until the handler returns`() {
        for isReported in [true, false] {
            let phone = ApplePhone.opened(.init(profile: .strict))
            phone.app(.call(.createPushRegistry))
            phone.system(.voipPushArrived, at: 1_000)
            if isReported { phone.app(.call(.reportIncoming(1, .callKit))) }
            #expect(phone.pass(to: 1_000).isEmpty == isReported)
            #expect(
                phone.process == (isReported ? .running : .dead("I-PK-01"))
            )
        }
    }

    @Test(.rule("I-PK-01")) func `a report that fails is a report, and each push needs its own`() {
        let phone = ApplePhone.opened()
        phone.app(.call(.createPushRegistry))
        phone.system(.voipPushArrived)
        phone.app(.call(.reportIncoming(1, .callKit)))
        phone.system(.voipPushArrived, at: 1_000)
        phone.system(.voipPushArrived, at: 2_000)
        phone.app(.call(.reportIncoming(1, .callKit)))
        #expect(phone.pass(to: 6_999).isEmpty)
        #expect(!phone.pass(to: 7_001).isEmpty)
    }

    @Test(.rule("I-PK-01")) func `after three unreported pushes no more come`() {
        let phone = ApplePhone()
        for count in 1...3 {
            phone.screen(.appOpened)
            phone.app(.call(.createPushRegistry))
            phone.app(.process(.finishLaunching))
            phone.system(.voipPushArrived)
            let outcomes = phone.pass(to: count * 10_000)
            #expect(outcomes.effects.contains(.voipPushesStopped) == (count == 3))
        }
        #expect(phone.system(.voipPushArrived) == [Outcome(.pushDropped, "I-PK-01")])
    }

    @Test(
        .rule("I-PK-02"),
        arguments: [
            (SystemVersion(26, 3), true, true), (SystemVersion(26, 4), true, false),
            (SystemVersion(26, 4), false, true),
        ]
    ) func `from 26.4 on a push on the screen needs no report`(
        system: SystemVersion,
        takesMetadata: Bool,
        mustReport: Bool
    ) {
        let phone = ApplePhone.opened(.init(system: system, takesPushMetadata: takesMetadata))
        phone.app(.call(.createPushRegistry))
        #expect(
            phone.system(.voipPushArrived)
                == [Outcome(.voipPush(mustReport: mustReport), mustReport ? "I-PK-01" : "I-PK-02")]
        )
        phone.pass(to: 60_000)
        #expect((phone.process == .running) == !mustReport)
        if !mustReport {
            phone.screen(.appLeft)
            #expect(phone.system(.voipPushArrived).effects == [.voipPush(mustReport: true)])
        }
    }

    @Test(.rule("I-PK-03")) func `without mode or entitlement no VoIP push comes`() {
        for info in [
            AppleDevice.InfoPlist(backgroundModes: .audio), .init(entitlements: []),
        ] {
            let phone = ApplePhone(.init(info: info))
            #expect(phone.system(.voipPushArrived) == [Outcome(.pushDropped, "I-PK-03")])
        }
    }

    @Test(.rule("I-PK-04")) func `an app without a registry is killed for its push`() {
        let phone = ApplePhone()
        phone.system(.voipPushArrived)
        #expect(phone.app(.process(.finishLaunching), at: 1_000).isEmpty)
        #expect(phone.pass(to: 5_999).isEmpty)
        #expect(
            phone.pass(to: 6_001) == [Outcome(.killed(.code(.unreportedPush)), "I-PK-04")]
        )

        let late = ApplePhone()
        late.system(.voipPushArrived)
        late.app(.process(.finishLaunching), at: 1_000)
        #expect(
            late.app(.call(.createPushRegistry), at: 5_000).effects
                == [.voipPush(mustReport: true)]
        )
        late.app(.call(.reportIncoming(1, .callKit)), at: 5_999)
        #expect(late.pass(to: 6_001).effects == [])
        #expect(late.process == .running)
    }

    @Test(
        .rule("I-LCK-01"),
        arguments: [(SystemVersion(17, 3), false), (SystemVersion(17, 4), true)]
    )
    func `from 17.4 on a conversation is a report`(system: SystemVersion, isReport: Bool) {
        let phone = ApplePhone.opened(.init(system: system))
        phone.app(.call(.createPushRegistry))
        phone.system(.voipPushArrived)
        let outcomes = phone.app(.call(.reportIncoming(1, .liveCommunicationKit)))
        #expect(outcomes.first?.rule == "I-LCK-01")
        #expect(outcomes.effects == [isReport ? .callShown(1) : .error(.frameworkUnavailable)])
        phone.pass(to: 4_999)
        #expect(phone.process == .running)
        phone.pass(to: 5_001)
        #expect((phone.process == .running) == isReport)
    }

    @Test(.rule("I-KILL-03")) func `a swiped-away app is launched by a VoIP push if asked for`() {
        for (options, effect) in [
            (AppleDevice.Options(), AppleDevice.Effect.pushDropped),
            (.pushLaunchesSwipedApp, .launched(isForeground: false)),
        ] {
            let phone = ApplePhone.suspended(.init(options: options))
            phone.screen(.appSwipedAway)
            #expect(phone.system(.voipPushArrived).effects == [effect])
        }
    }

    @Test(.rule("I-KILL-02")) func `a swiped-away app hears no background push`() {
        let info = AppleDevice.InfoPlist(backgroundModes: [.audio, .voip, .remoteNotification])
        let phone = ApplePhone.suspended(.init(info: info))
        phone.screen(.appSwipedAway)
        #expect(phone.system(.backgroundPushArrived) == [Outcome(.pushDropped, "I-KILL-02")])
        phone.screen(.appOpened)
        phone.app(.process(.finishLaunching))
        #expect(phone.system(.backgroundPushArrived).effects == [.backgroundPush])

        let restarted = ApplePhone.suspended(.init(info: info))
        restarted.screen(.appSwipedAway)
        restarted.system(.rebooted)
        #expect(
            restarted.system(.backgroundPushArrived).effects == [.launched(isForeground: false)]
        )
    }

    @Test(.rule("I-MODE-03", "I-BG-12")) func `a background push gives thirty seconds`() {
        let phone = ApplePhone.suspended(.init(info: .init(backgroundModes: .remoteNotification)))
        #expect(
            phone.system(.backgroundPushArrived, at: 10_000)
                == [Outcome(.resumed), Outcome(.backgroundPush, "I-MODE-03")]
        )
        #expect(phone.pass(to: 39_999).isEmpty)
        #expect(phone.pass(to: 40_001) == [Outcome(.killed(.code(.slowFetch)), "I-BG-12")])

        let done = ApplePhone.suspended(.init(info: .init(backgroundModes: .remoteNotification)))
        done.system(.backgroundPushArrived, at: 10_000)
        #expect(done.app(.call(.completeBackgroundPush), at: 39_999).effects == [.suspended])
    }

    @Test(.rule("I-MODE-03"), arguments: [(Timing.Profile.stock, 3), (.strict, 2)])
    func `three background pushes an hour wake the app, on a strict device two`(
        profile: Timing.Profile,
        count: Int
    ) {
        let info = AppleDevice.InfoPlist(backgroundModes: .remoteNotification)
        let phone = ApplePhone.suspended(.init(info: info, profile: profile))
        for index in 1...count {
            #expect(
                phone.system(.backgroundPushArrived, at: index * 100_000).effects.last
                    == .backgroundPush
            )
            phone.app(.call(.completeBackgroundPush))
        }
        #expect(
            phone.system(.backgroundPushArrived, at: 3_699_999)
                .contains(Outcome(.pushDropped, "I-MODE-03"))
        )
        #expect(
            phone.system(.backgroundPushArrived, at: 3_700_001).effects.last == .backgroundPush
        )
        let bare = ApplePhone.opened()
        #expect(bare.system(.backgroundPushArrived) == [Outcome(.pushDropped, "I-MODE-03")])
    }
}
