import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct ApplePictureTests {
    /// A call with a camera on the screen, and a picture that starts when the app is left.
    private func video(
        _ configuration: AppleDevice.Configuration = .init(),
        isMultitasking: Bool = true
    ) -> ApplePhone {
        let phone = ApplePhone.calling(configuration)
        if isMultitasking { phone.app(.picture(.setMultitaskingCamera(true))) }
        phone.app(.picture(.startCamera(.video)))
        phone.app(.picture(.arm))
        return phone
    }

    @Test(.rule("I-CAM-01")) func `the background interrupts a camera, and the return ends that`() {
        let phone = ApplePhone.calling()
        phone.app(.picture(.startCamera(.video)))
        #expect(
            phone.screen(.appLeft).last
                == Outcome(.cameraInterrupted(.videoDeviceNotAvailableInBackground), "I-CAM-01")
        )
        #expect(phone.camera == .closed("I-CAM-01"))
        #expect(phone.microphone == .open)
        #expect(
            phone.screen(.appOpened, at: 60_000).last
                == Outcome(.cameraInterruptionEnded, "I-CAM-01")
        )
        #expect(phone.camera == .open)
    }

    @Test(.rule("I-CAM-01")) func `what only covers the app leaves the camera alone`() {
        let phone = ApplePhone.calling()
        phone.app(.picture(.startCamera(.video)))
        phone.screen(.controlCentreOpened)
        #expect(phone.camera == .open)
    }

    @Test(.rule("I-CAM-02")) func `no camera starts in the background`() {
        let phone = ApplePhone.calling()
        phone.screen(.appLeft)
        #expect(
            phone.app(.picture(.startCamera(.video)))
                == [Outcome(.error(.cameraNotAvailableInBackground), "I-CAM-02")]
        )
        #expect(phone.camera == .unused)
    }

    @Test(.rule("I-CAM-03", "I-CAM-05"))
    func
        `in a floating picture the camera goes on, with voip from 18 on`()
    {
        let plain = AppleDevice.InfoPlist()
        let entitled = AppleDevice.InfoPlist(entitlements: [.push, .multitaskingCamera])
        let silent = AppleDevice.InfoPlist(
            backgroundModes: .audio,
            entitlements: [.push, .multitaskingCamera]
        )
        for (system, linked, info, isOpen) in [
            (17, 18, plain, false), (18, 17, plain, false), (18, 18, plain, true),
            (17, 17, entitled, true), (17, 17, silent, false), (26, 26, silent, false),
        ] {
            let phone = self.video(
                .init(system: SystemVersion(system), linked: SystemVersion(linked), info: info)
            )
            phone.screen(.appLeft)
            #expect((phone.camera == .open) == isOpen, "\(system) \(linked) \(info)")
        }
    }

    @Test(.rule("I-CAM-05")) func `it must be enabled, and before the start`() {
        let never = self.video(isMultitasking: false)
        never.screen(.appLeft)
        #expect(never.camera == .closed("I-CAM-01"))
        let late = self.video(isMultitasking: false)
        late.app(.picture(.setMultitaskingCamera(true)))
        late.screen(.appLeft)
        #expect(late.camera == .closed("I-CAM-01"))
    }

    @Test(.rule("I-CAM-04")) func `in split view only a multitasking camera goes on`() {
        let phone = self.video(isMultitasking: false)
        #expect(
            phone.picture(.splitViewEntered) == [
                Outcome(
                    .cameraInterrupted(.videoDeviceNotAvailableWithMultipleForegroundApps),
                    "I-CAM-04"
                )
            ]
        )
        #expect(phone.picture(.splitViewLeft).effects == [.cameraInterruptionEnded])
        #expect(self.video().picture(.splitViewEntered).isEmpty)

        let info = AppleDevice.InfoPlist(backgroundModes: .audio)
        let old = ApplePhone.opened(.init(system: 16, linked: 16, info: info))
        #expect(
            old.app(.picture(.setMultitaskingCamera(true)))
                == [Outcome(.error(.multitaskingCameraUnsupported), "I-CAM-04")]
        )
        let pad = self.video(.init(system: 16, linked: 16, info: info, hardware: .stageManager))
        #expect(pad.picture(.splitViewEntered).isEmpty)
    }

    @Test(.rule("I-CAM-06")) func `a picture at the edge interrupts the camera`() {
        let phone = self.video()
        phone.screen(.appLeft)
        #expect(
            phone.picture(.stashed)
                == [Outcome(.cameraInterrupted(.videoDeviceNotAvailableInBackground), "I-CAM-06")]
        )
        #expect(phone.picture(.unstashed).effects == [.cameraInterruptionEnded])
        phone.picture(.closed)
        #expect(phone.camera == .closed("I-CAM-01"))
        #expect(phone.microphone == .open)
    }

    @Test(.rule("I-CAM-07")) func `another app may take the camera`() {
        let phone = self.video()
        #expect(
            phone.picture(.otherAppTookCamera)
                == [Outcome(.cameraInterrupted(.videoDeviceInUseByAnotherClient), "I-CAM-07")]
        )
        #expect(
            phone.picture(.otherAppReleasedCamera)
                == [Outcome(.cameraInterruptionEnded, "I-CAM-07")]
        )
    }

    @Test(.rule("I-CAM-08")) func `pressure interrupts the camera`() {
        let phone = self.video()
        #expect(
            phone.picture(.systemPressureRose) == [
                Outcome(.cameraInterrupted(.videoDeviceNotAvailableDueToSystemPressure), "I-CAM-08")
            ]
        )
        #expect(phone.picture(.systemPressureFell).effects == [.cameraInterruptionEnded])
    }

    @Test(.rule("I-CAM-09")) func `a capture with sound is interrupted with the sound`() {
        let phone = ApplePhone.calling()
        phone.app(.picture(.startCamera(.videoAndAudio)))
        #expect(
            phone.audio(.interruptionBegan(.alarm)).last
                == Outcome(.cameraInterrupted(.audioDeviceInUseByAnotherClient), "I-CAM-09")
        )
        phone.audio(.interruptionEnded(.alarm, shouldResume: true))
        #expect(phone.camera == .open)
        phone.app(.picture(.stopCamera))
        phone.app(.picture(.startCamera(.video)))
        phone.app(.audio(.start))
        phone.audio(.interruptionBegan(.alarm))
        #expect(phone.camera == .open)
    }

    @Test(.rule("I-CAM-10")) func `asked for, the lock screen ends the picture and its camera`() {
        let phone = self.video(.init(options: .lockEndsPictureInPicture))
        phone.screen(.appLeft)
        #expect(
            phone.screen(.locked).effects == [
                .pictureInPictureChanged(isActive: false),
                .cameraInterrupted(.videoDeviceNotAvailableInBackground),
            ]
        )
        #expect(phone.microphone == .open)
    }

    @Test(.rule("I-PIP-01")) func `a picture that is set up floats when the app is left`() {
        let phone = self.video()
        #expect(
            phone.screen(.appLeft).last
                == Outcome(.pictureInPictureChanged(isActive: true), "I-PIP-01")
        )
        phone.screen(.appOpened)
        #expect(
            phone.app(.picture(.stop)).effects == [.pictureInPictureChanged(isActive: false)]
        )
        phone.app(.picture(.release))
        #expect(!phone.screen(.appLeft).effects.contains(.pictureInPictureChanged(isActive: true)))
    }

    @Test(.rule("I-PIP-01"))
    func `a call that ended leaves its picture behind`() {
        let phone = self.video()
        phone.app(.picture(.stopCamera))
        phone.app(.audio(.stop))
        phone.app(.audio(.deactivate))
        #expect(phone.device.conditions.isHolding)
        #expect(phone.screen(.appLeft).effects.contains(.pictureInPictureChanged(isActive: true)))
        let released = self.video()
        released.app(.picture(.start))
        #expect(
            released.app(.picture(.release)).effects
                == [.pictureInPictureChanged(isActive: false)]
        )
    }

    @Test(.rule("I-PIP-02")) func `a device may have no floating pictures`() {
        let phone = ApplePhone.opened(.init(hardware: []))
        #expect(
            phone.app(.picture(.arm))
                == [Outcome(.error(.pictureInPictureUnavailable), "I-PIP-02")]
        )
    }

    @Test(.rule("I-PIP-03")) func `floating pictures need the mode audio`() {
        let phone = ApplePhone.opened(.init(info: .init(backgroundModes: .voip)))
        #expect(
            phone.app(.picture(.arm))
                == [Outcome(.error(.pictureInPictureUnavailable), "I-PIP-03")]
        )
    }

    @Test(.rule("I-SS-02")) func `asked for, the app's own screen is shown only in the foreground`()
    {
        for (options, isStopped) in [
            (AppleDevice.Options(), false), (.backgroundEndsScreenCapture, true),
        ] {
            let phone = ApplePhone.calling(.init(options: options))
            phone.app(.picture(.startScreenCapture))
            #expect(phone.screen(.appLeft).effects.contains(.screenCaptureStopped) == isStopped)
        }
    }
}
