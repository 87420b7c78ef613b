extension AndroidDevice {
    /// What happens to the device, and what the app does on it.
    package enum Event: Hashable, Sendable {
        /// Time has passed. What was due has happened at its own time, before this.
        case deadlineReached
        /// The app calls the system. Nothing happens when its process is dead or frozen.
        case app(AppCall)

        // MARK: What is on the screen

        /// The user opens the app, or it is opened.
        case opened(Opening)
        /// The user presses Home, or swipes up.
        case homePressed
        /// The user leaves the app by Back.
        case backPressed
        /// The user opens another app.
        case otherAppOpened
        /// The user closes the floating picture.
        case pictureInPictureClosed
        /// The user makes the floating picture large again.
        case pictureInPictureExpanded
        /// By the button, or by itself.
        case screenTurnedOff
        /// The keyguard, if there is one, stays.
        case screenTurnedOn
        /// The keyguard comes up.
        case locked
        /// It goes, and the screen is on.
        case unlocked

        // MARK: What the user does to the app

        /// Swiped away in the list of recent apps.
        case swipedFromRecents
        /// Stopped in the list of active apps (API 33 and later).
        case stoppedInTaskList
        /// Stopped in the settings.
        case forceStopped
        /// In a dialog or in the settings; what is not declared cannot be.
        case permissionGranted(Permission)
        /// "Only this time".
        case permissionGrantedOnce(Permission)
        /// In the settings.
        case permissionRevoked(Permission)
        /// The time of a permission that was granted once is over.
        case oneTimePermissionExpired(Permission)
        /// The app's battery use in the settings.
        case batteryChanged(Battery)
        /// Another app, or the system's settings, takes or gives the right to foreground services.
        case foregroundServicesAllowed(Bool)
        /// The user swipes one away, if it lets itself be.
        case notificationDismissed(NotificationID)
        /// A notification, or one of its buttons, sends its intent to a service or a receiver of the app.
        case notificationActionTapped
        /// A media button, or a headset's, reaches the app's media session.
        case mediaButtonPressed
        /// The user blocks the channel of the app's notifications, or allows it again.
        case notificationChannelBlocked(Bool)
        /// A window of the app's lies above others, or no longer.
        case overlayShown(Bool)
        /// In the system's dialog.
        case projectionConsentGiven
        /// The same, with no.
        case projectionConsentRefused
        /// The user ends the showing of the screen by the system's chip, or another app takes it.
        case projectionStoppedBySystem

        // MARK: What the device does

        /// The switch for all apps' microphones.
        case microphoneSwitched(isOff: Bool)
        /// Another app begins to record.
        case otherAppCaptureStarted(OtherCapture)
        /// It is done.
        case otherAppCaptureStopped
        /// It wants the camera that the app has.
        case otherAppOpenedCamera
        /// It wants to be heard, for a while or for good.
        case otherAppTookAudioFocus(isTransient: Bool)
        /// It is done.
        case audioFocusReturned
        /// A call of the telephone's is answered.
        case cellularCallBegan
        /// It is over.
        case cellularCallEnded
        /// For all apps but those on its list; the app is not on it.
        case dataSaverSwitched(isOn: Bool)
        /// To a network on which data cost something, or to another.
        case networkChanged(isMetered: Bool)
        /// For all apps.
        case batterySaverSwitched(isOn: Bool)
        /// The system files the app under those that nobody uses, or no longer.
        case standbyChanged(isStandby: Bool)
        /// A television's deep sleep.
        case lowPowerStandbyChanged(isOn: Bool)
        /// It does not lie still; deep Doze begins anew.
        case deviceMoved
        /// The charger is plugged in or out.
        case chargingChanged(isCharging: Bool)
        /// The system ends processes.
        case memoryRanLow(MemoryPressure)
        /// The device starts anew: off and on again.
        case rebooted
        /// BOOT_COMPLETED, after the first unlock.
        case bootBroadcastArrived
        /// A message by the push service of the device.
        case pushArrived(PushPriority)
    }

    /// How an app comes to the screen.
    package enum Opening: Hashable, Sendable, CaseIterable {
        /// By its icon, by the list of recent apps, by a tap on a notification.
        case launcher, recents, notification
        /// By a notification, above the keyguard if the manifest says so.
        case fullScreenIntent
    }

    /// What another app captures.
    package enum OtherCapture: Hashable, Sendable {
        /// A voice message, a recording.
        case plain
        /// A call, a film: what the system takes for private.
        case privacySensitive
    }

    /// How much the system needs memory.
    package enum MemoryPressure: Hashable, Sendable {
        /// Cached processes go.
        case moderate
        /// The process that was used last goes too.
        case high
        /// All go but the one on the screen.
        case critical
    }

    /// How urgent a push is.
    package enum PushPriority: Hashable, Sendable {
        /// It allows starts from the background.
        case high
        /// It was sent as urgent, and has lost that for earlier ones that showed the user nothing.
        case downranked
        /// It waits for the end of Doze.
        case normal
    }
}
