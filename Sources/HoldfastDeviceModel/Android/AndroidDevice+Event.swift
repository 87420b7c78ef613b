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
        case screenTurnedOff
        case screenTurnedOn
        case locked
        case unlocked

        // MARK: What the user does to the app

        /// Swiped away in the list of recent apps.
        case swipedFromRecents
        /// Stopped in the list of active apps (API 33 and later).
        case stoppedInTaskList
        /// Stopped in the settings.
        case forceStopped
        case permissionGranted(Permission)
        case permissionGrantedOnce(Permission)
        case permissionRevoked(Permission)
        /// The time of a permission that was granted once is over.
        case oneTimePermissionExpired(Permission)
        case batteryChanged(Battery)
        /// Another app, or the system's settings, takes or gives the right to foreground services.
        case foregroundServicesAllowed(Bool)
        case notificationDismissed(NotificationID)
        /// A notification, or one of its buttons, sends its intent to a service or a receiver of the app.
        case notificationActionTapped
        /// A media button, or a headset's, reaches the app's media session.
        case mediaButtonPressed
        /// The user blocks the channel of the app's notifications, or allows it again.
        case notificationChannelBlocked(Bool)
        /// A window of the app's lies above others, or no longer.
        case overlayShown(Bool)
        case projectionConsentGiven
        case projectionConsentRefused
        /// The user ends the showing of the screen by the system's chip, or another app takes it.
        case projectionStoppedBySystem

        // MARK: What the device does

        /// The switch for all apps' microphones.
        case microphoneSwitched(isOff: Bool)
        case otherAppCaptureStarted(OtherCapture)
        case otherAppCaptureStopped
        case otherAppOpenedCamera
        case otherAppTookAudioFocus(isTransient: Bool)
        case audioFocusReturned
        case cellularCallBegan
        case cellularCallEnded
        case dataSaverSwitched(isOn: Bool)
        case networkChanged(isMetered: Bool)
        case batterySaverSwitched(isOn: Bool)
        /// The system files the app under those that nobody uses, or no longer.
        case standbyChanged(isStandby: Bool)
        /// A television's deep sleep.
        case lowPowerStandbyChanged(isOn: Bool)
        case deviceMoved
        case chargingChanged(isCharging: Bool)
        case memoryRanLow(MemoryPressure)
        /// The device starts anew: off and on again.
        case rebooted
        case bootBroadcastArrived
        case pushArrived(PushPriority)
    }

    /// How an app comes to the screen.
    package enum Opening: Hashable, Sendable, CaseIterable {
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
        case normal
    }

    /// What the app calls.
    package enum AppCall: Hashable, Sendable {
        case startForegroundService(ServiceName)
        case startService(ServiceName)
        case bindService(ServiceName)
        /// Nil types: those of the manifest, as the call with two arguments does.
        case startForeground(ServiceName, ServiceTypes?, Notification?)
        case stopForeground(ServiceName)
        /// Or `stopSelf()`.
        case stopService(ServiceName)
        /// What `onStartCommand` returns.
        case returnFromStartCommand(ServiceName, ReturnMode)

        case notify(Notification)
        case cancel(NotificationID)
        case createPendingIntent(isMutabilityStated: Bool)
        /// Starts an activity of its own from whatever state it is in.
        case startActivity

        case openCamera, closeCamera
        case startCapture(CaptureSource)
        case stopCapture
        case startPlayback, stopPlayback
        case acquireWakeLock, releaseWakeLock
        case requestAudioFocus, abandonAudioFocus
        case setCommunicationMode(Bool)

        case addTelecomCall(TelecomCall)
        case acknowledgeTelecom
        /// A state that was answered, or asked for, is reached.
        case reachTelecomState
        case disconnectTelecomCall

        case askProjectionConsent
        case getMediaProjection
        case createVirtualDisplay(hasCallback: Bool)
        case stopProjection

        /// Also from `onUserLeaveHint`, that is at the moment of leaving.
        case enterPictureInPicture
        case setAutoEnterPictureInPicture(Bool)
        /// The activity ends.
        case finish
        case crash
    }

    /// What `onStartCommand` returns.
    package enum ReturnMode: Hashable, Sendable {
        case notSticky, sticky, redeliver
    }

    /// What an AudioRecord is for.
    package enum CaptureSource: Hashable, Sendable {
        case microphone, voiceCommunication, camcorder

        /// Whether the system protects it from other captures.
        var isPrivacySensitive: Bool { self != .microphone }
    }

    /// A call as it is told to Telecom.
    package struct TelecomCall: Hashable, Sendable {
        package var isRinging: Bool
        /// Whether it can be put on hold.
        package var supportsHold: Bool

        package init(isRinging: Bool = false, supportsHold: Bool = true) {
            self.isRinging = isRinging
            self.supportsHold = supportsHold
        }
    }

    /// Names a notification within the app. Zero is none.
    package struct NotificationID: Hashable, Sendable, ExpressibleByIntegerLiteral {
        package let rawValue: Int
        package init(integerLiteral value: Int) { self.rawValue = value }
    }

    /// A notification as the app makes it.
    package struct Notification: Hashable, Sendable {
        package enum Style: Hashable, Sendable { case plain, call, media }
        package enum Icon: Hashable, Sendable { case valid, missing, broken }

        package var id: NotificationID
        package var style: Style
        package var icon: Icon
        /// Whether its channel exists.
        package var hasChannel: Bool
        /// Whether it shows an ongoing call, and counts as such.
        package var isOngoingCall: Bool
        /// Whether it asks not to be held back: FOREGROUND_SERVICE_IMMEDIATE, its category, or buttons.
        package var isImmediate: Bool
        /// Whether it would open the app by itself.
        package var hasFullScreenIntent: Bool

        package init(
            _ id: NotificationID = 1,
            style: Style = .call,
            icon: Icon = .valid,
            hasChannel: Bool = true,
            isOngoingCall: Bool = true,
            isImmediate: Bool = true,
            hasFullScreenIntent: Bool = false
        ) {
            self.id = id
            self.style = style
            self.icon = icon
            self.hasChannel = hasChannel
            self.isOngoingCall = isOngoingCall
            self.isImmediate = isImmediate
            self.hasFullScreenIntent = hasFullScreenIntent
        }
    }
}
