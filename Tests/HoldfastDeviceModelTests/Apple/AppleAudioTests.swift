import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleAudioTests {
    @Test(.rule("I-AUD-01", "I-MODE-01"), arguments: [AppleDevice.ScreenEvent.appLeft, .locked])
    func `with running audio a call goes on for hours`(leaving: AppleDevice.ScreenEvent) {
        let phone = ApplePhone.calling()
        phone.app(.service(.openSocket(.internet)))
        phone.screen(leaving)
        #expect(phone.pass(to: 10_800_000).isEmpty)
        #expect(phone.process == .running)
        #expect(phone.microphone == .open)
        #expect(phone.network == .open)
    }

    @Test(.rule("I-AUD-01")) func `five seconds after its audio stops it is suspended`() {
        let phone = ApplePhone.calling()
        phone.screen(.appLeft)
        phone.app(.audio(.stop), at: 60_000)
        #expect(phone.pass(to: 64_999).isEmpty)
        #expect(phone.pass(to: 65_001) == [Outcome(.suspended, "I-BG-01")])
    }

    @Test(.rule("I-AUD-01")) func `audio that starts again in time keeps it running`() {
        let phone = ApplePhone.calling()
        phone.app(.audio(.configure(.playback, isMixable: false)))
        phone.screen(.appLeft)
        phone.app(.audio(.stop), at: 60_000)
        phone.app(.audio(.start), at: 64_999)
        #expect(phone.pass(to: 600_000).isEmpty)
        #expect(phone.process == .running)
    }

    @Test(.rule("I-AUD-02")) func `asked for, audio without its mode stops with the foreground`() {
        let info = AppleDevice.InfoPlist(backgroundModes: .voip)
        let phone = ApplePhone.calling(.init(info: info, options: .audioStopsWithoutMode))
        phone.screen(.appLeft)
        #expect(phone.microphone == .closed("I-AUD-02"))
        let other = ApplePhone.calling(.init(info: info))
        other.screen(.appLeft)
        #expect(other.microphone == .open)
    }

    @Test(.rule("I-AUD-03")) func `a suspension takes the session, and is told of later`() {
        let phone = ApplePhone.opened()
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.app(.audio(.activate))
        phone.screen(.appLeft)
        phone.pass(to: 5_001)
        #expect(phone.process == .stopped("I-BG-01"))
        #expect(!phone.device.conditions.isHolding)
        #expect(
            phone.screen(.appOpened, at: 60_000).prefix(2) == [
                Outcome(.resumed), Outcome(.interruptionBegan(wasSuspended: true), "I-AUD-03"),
            ]
        )
        phone.screen(.appLeft)
        phone.pass(to: 70_000)
        #expect(!phone.screen(.appOpened).effects.contains(.interruptionBegan(wasSuspended: true)))
    }

    @Test(.rule("I-AUD-04")) func `in the background only a session that mixes is activated`() {
        let phone = ApplePhone.opened()
        phone.app(.audio(.configure(.playback, isMixable: false)))
        phone.screen(.appLeft)
        #expect(
            phone.app(.audio(.activate))
                == [Outcome(.error(.audio(.cannotInterruptOthers)), "I-AUD-04")]
        )
        #expect(AppleDevice.AudioError.cannotInterruptOthers.rawValue == 560_557_684)
        phone.app(.audio(.configure(.playback, isMixable: true)))
        #expect(phone.app(.audio(.activate)).isEmpty)
    }

    @Test(.rule("I-AUD-05")) func `recording does not start in the background`() {
        let phone = ApplePhone.opened()
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.app(.audio(.activate))
        phone.screen(.appLeft)
        #expect(
            phone.app(.audio(.start))
                == [Outcome(.error(.audio(.cannotStartRecording)), "I-AUD-05")]
        )
        #expect(AppleDevice.AudioError.cannotStartRecording.rawValue == 561_145_187)
        #expect(phone.microphone == .closed("I-AUD-05"))
        phone.screen(.appOpened)
        #expect(phone.app(.audio(.start)).isEmpty)
        #expect(phone.microphone == .open)
    }

    @Test(.rule("I-AUD-06")) func `while another app hosts a call nothing records`() {
        let phone = ApplePhone.opened()
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.audio(.cellularCallRang)
        phone.audio(.cellularCallAnswered(.end))
        #expect(
            phone.app(.audio(.activate))
                == [Outcome(.error(.audio(.insufficientPriority)), "I-AUD-06")]
        )
        #expect(AppleDevice.AudioError.insufficientPriority.rawValue == 561_017_449)
        phone.audio(.cellularCallEnded)
        #expect(phone.app(.audio(.activate)).isEmpty)
    }

    @Test(.rule("I-AUD-07")) func `a cellular call takes the audio and gives it back`() {
        let phone = ApplePhone.calling()
        #expect(
            phone.audio(.cellularCallRang).effects == [
                .lifeCycle(.willResignActive, .scene), .interruptionBegan(wasSuspended: false),
            ]
        )
        #expect(phone.microphone == .closed("I-AUD-07"))
        phone.audio(.cellularCallAnswered(.hold))
        let outcomes = phone.audio(.cellularCallEnded, at: 60_000)
        #expect(
            outcomes.contains(Outcome(.interruptionEnded(shouldResume: true), "I-AUD-07"))
        )
        #expect(phone.microphone == .closed("I-AUD-07"))
        #expect(phone.app(.audio(.start)).isEmpty)
        #expect(phone.microphone == .open)
    }

    @Test(.rule("I-AUD-07"), arguments: AppleDevice.Interrupter.allCases)
    func `after an interruption with the advice to resume sound starts in the background`(
        interrupter: AppleDevice.Interrupter
    ) {
        for shouldResume in [true, false] {
            let phone = ApplePhone.calling()
            phone.screen(.appLeft)
            phone.audio(.interruptionBegan(interrupter), at: 10_000)
            #expect(phone.microphone == .closed("I-AUD-07"))
            #expect(!phone.app(.audio(.start)).isEmpty)
            phone.audio(.interruptionEnded(interrupter, shouldResume: shouldResume), at: 12_000)
            #expect(phone.app(.audio(.start)).isEmpty == shouldResume)
            #expect(
                phone.microphone == (shouldResume ? .open : .closed("I-AUD-04"))
            )
        }
    }

    @Test(.rule("I-AUD-07")) func `five seconds into an interruption the app is suspended`() {
        let phone = ApplePhone.calling()
        phone.screen(.appLeft)
        phone.audio(.interruptionBegan(.alarm), at: 10_000)
        #expect(phone.pass(to: 14_999).isEmpty)
        #expect(phone.pass(to: 15_001).effects == [.suspended])
        // Its end reaches nobody.
        #expect(phone.audio(.interruptionEnded(.alarm, shouldResume: true), at: 16_000).isEmpty)
    }

    @Test(.rule("I-AUD-07")) func `an end without a beginning is told, and stops nothing`() {
        let phone = ApplePhone.calling()
        phone.screen(.locked)
        #expect(
            phone.audio(.interruptionEnded(.siri, shouldResume: false)).effects
                == [.interruptionEnded(shouldResume: false)]
        )
        #expect(phone.microphone == .open)
        #expect(phone.pass(to: 600_000).isEmpty)
        #expect(phone.process == .running)
    }

    @Test(.rule("I-AUD-07")) func `asked for, the end of an interruption is lost`() {
        let phone = ApplePhone.calling(.init(options: .interruptionEndsAreLost))
        phone.audio(.interruptionBegan(.siri))
        #expect(
            phone.audio(.interruptionEnded(.siri, shouldResume: true)).effects
                == [.lifeCycle(.didBecomeActive, .scene)]
        )
        #expect(phone.app(.audio(.start)).isEmpty)
    }

    @Test(.rule("I-AUD-08")) func `a session that is deactivated under audio is busy`() {
        let phone = ApplePhone.calling()
        #expect(
            phone.app(.audio(.deactivate)) == [Outcome(.error(.audio(.isBusy)), "I-AUD-08")]
        )
        #expect(AppleDevice.AudioError.isBusy.rawValue == 560_030_580)
        #expect(phone.microphone == .unused)
        #expect(!phone.device.conditions.isHolding)
        phone.app(.audio(.start))
        phone.app(.audio(.stop))
        #expect(phone.app(.audio(.deactivate)).isEmpty)
    }

    @Test(.rule("I-AUD-09")) func `asked for, eight minutes of silence end a session`() {
        let phone = ApplePhone.calling(.init(options: .silenceIsInterrupted))
        phone.screen(.appLeft)
        phone.app(.audio(.setAudible(false)), at: 1_000)
        #expect(phone.pass(to: 480_999).isEmpty)
        #expect(
            phone.pass(to: 481_001)
                == [Outcome(.interruptionBegan(wasSuspended: false), "I-AUD-09")]
        )
        #expect(phone.microphone == .closed("I-AUD-09"))

        let other = ApplePhone.calling()
        other.app(.audio(.setAudible(false)))
        #expect(other.pass(to: 3_600_000).isEmpty)
    }

    @Test(.rule("I-AUD-09")) func `a sound in time begins the eight minutes anew`() {
        let phone = ApplePhone.calling(.init(options: .silenceIsInterrupted))
        phone.app(.audio(.setAudible(false)))
        phone.app(.audio(.setAudible(true)), at: 479_999)
        phone.app(.audio(.setAudible(false)), at: 480_000)
        #expect(phone.pass(to: 959_999).isEmpty)
    }
}
