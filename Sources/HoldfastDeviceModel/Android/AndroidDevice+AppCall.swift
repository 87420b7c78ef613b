extension AndroidDevice {
    /// What the app calls.
    package enum AppCall: Hashable, Sendable {
        /// Promises a promotion.
        case startForegroundService(ServiceName)
        /// Promises nothing.
        case startService(ServiceName)
        /// Makes it without starting it.
        case bindService(ServiceName)
        /// Nil types: those of the manifest, as the call with two arguments does.
        case startForeground(ServiceName, ServiceTypes?, Notification?)
        /// `keepsNotification`: STOP_FOREGROUND_DETACH; the notification stays until somebody removes it.
        case stopForeground(ServiceName, keepsNotification: Bool = false)
        /// Or `stopSelf()`.
        case stopService(ServiceName)
        /// What `onStartCommand` returns.
        case returnFromStartCommand(ServiceName, ReturnMode)

        /// Posts or replaces one.
        case notify(Notification)
        /// Removes one that no service carries.
        case cancel(NotificationID)
        /// With one of FLAG_IMMUTABLE and FLAG_MUTABLE, or without.
        case createPendingIntent(isMutabilityStated: Bool)
        /// Starts an activity of its own from whatever state it is in.
        case startActivity

        /// Of one camera.
        case openCamera, closeCamera
        /// `AudioRecord.startRecording()`.
        case startCapture(CaptureSource)
        /// Its end.
        case stopCapture
        /// Of the others' voices.
        case startPlayback, stopPlayback
        /// A partial one.
        case acquireWakeLock, releaseWakeLock
        /// The focus is asked for once, and not again by itself.
        case requestAudioFocus, abandonAudioFocus
        /// MODE_IN_COMMUNICATION or MODE_NORMAL.
        case setCommunicationMode(Bool)

        /// By core-telecom, or by a ConnectionService of its own.
        case addTelecomCall(TelecomCall)
        /// The answer to Telecom's request.
        case acknowledgeTelecom
        /// A state that was answered, or asked for, is reached.
        case reachTelecomState
        /// Ends the call that was added last.
        case disconnectTelecomCall

        /// `createScreenCaptureIntent()`, started while the app is seen.
        case askProjectionConsent
        /// With the result of the user's consent.
        case getMediaProjection
        /// With a registered `MediaProjection.Callback`, or without.
        case createVirtualDisplay(hasCallback: Bool)
        /// `MediaProjection.stop()`.
        case stopProjection

        /// Also from `onUserLeaveHint`, that is at the moment of leaving.
        case enterPictureInPicture
        /// Nothing before API 31.
        case setAutoEnterPictureInPicture(Bool)
        /// The activity ends.
        case finish
        /// An exception that nobody catches.
        case crash
    }

    /// What `onStartCommand` returns.
    package enum ReturnMode: Hashable, Sendable {
        /// START_NOT_STICKY: it is not restarted.
        case notSticky
        /// START_STICKY: it is, without an intent.
        case sticky
        /// START_REDELIVER_INTENT: it is, with the last one.
        case redeliver
    }

    /// What an AudioRecord is for.
    package enum CaptureSource: Hashable, Sendable {
        /// Anything.
        case microphone
        /// A call; its capture counts for the communication mode.
        case voiceCommunication
        /// A film.
        case camcorder

        /// Whether the system protects it from other captures.
        var isPrivacySensitive: Bool { self != .microphone }
    }

    /// A call as it is told to Telecom.
    package struct TelecomCall: Hashable, Sendable {
        /// Whether it is incoming and not answered.
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
        /// The number itself.
        package let rawValue: Int
        package init(integerLiteral value: Int) { self.rawValue = value }
    }

    /// A notification as the app makes it.
    package struct Notification: Hashable, Sendable {
        package enum Style: Hashable, Sendable {
            case plain
            /// CallStyle.
            case call
            /// MediaStyle with a session.
            case media
        }

        /// Its small icon. The system replaces a missing one; a broken one crashes the app.
        package enum Icon: Hashable, Sendable { case valid, missing, broken }

        /// One with the same replaces it.
        package var id: NotificationID
        /// What it looks like.
        package var style: Style
        /// Whether its small icon is there.
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
