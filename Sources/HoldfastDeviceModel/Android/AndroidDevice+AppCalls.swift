import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The app calls the system.
    mutating func apply(_ call: AppCall, at now: MonotonicInstant) {
        switch call {
        case .startForegroundService(let name): self.startForegroundService(name, at: now)
        case .startService(let name): self.startService(name, at: now)
        case .bindService(let name): self.bindService(name, at: now)
        case .startForeground(let name, let types, let notification):
            self.startForeground(name, types, notification, at: now)
        case .stopForeground(let name, let keepsNotification):
            self.stopForeground(name, keepsNotification: keepsNotification, at: now)
        case .stopService(let name): self.stopService(name, at: now)
        case .returnFromStartCommand(let name, let mode):
            self.services.setReturnMode(mode, of: name)

        case .notify(let notification): self.notify(notification, at: now)
        case .cancel(let id): self.cancel(id)
        case .createPendingIntent(let isMutabilityStated):
            if !isMutabilityStated, self.configuration.target >= 31 {
                self.emit(.threw(.illegalArgument), "A-NOT-12")
            }
        case .startActivity: self.startActivity(at: now)

        case .openCamera: self.openCamera()
        case .closeCamera: self.camera.state = .closed
        case .startCapture(let source): self.startCapture(source)
        case .stopCapture: self.microphone.stop()
        case .startPlayback: self.audio.isPlaying = true
        case .stopPlayback: self.audio.isPlaying = false
        case .acquireWakeLock: self.acquireWakeLock()
        case .releaseWakeLock: self.power.isWakeLockHeld = false
        case .requestAudioFocus: self.requestFocus()
        case .abandonAudioFocus: self.audio.focus = .none
        case .setCommunicationMode(let isOn): self.audio.setMode(isOn, at: now)

        case .addTelecomCall(let call): self.addTelecomCall(call, at: now)
        case .acknowledgeTelecom: self.telecom.acknowledge(at: now, self.limits)
        case .reachTelecomState: self.telecom.stateReached()
        case .disconnectTelecomCall: self.endTelecomCall(nil)

        case .askProjectionConsent: self.askConsent()
        case .getMediaProjection: self.getMediaProjection(at: now)
        case .createVirtualDisplay(let hasCallback):
            self.createVirtualDisplay(hasCallback: hasCallback, at: now)
        case .stopProjection: self.endProjection(nil)

        case .enterPictureInPicture: self.enterPictureInPicture(at: now)
        case .setAutoEnterPictureInPicture(let isOn):
            self.screen.entersPictureInPicture =
                isOn && self.configuration.api >= 31
                && self.configuration.manifest.supportsPictureInPicture
        case .finish: self.finishActivity(at: now)
        case .crash: self.die(.crash(.uncaught), "A-TASK-08", at: now)
        }
    }
}
