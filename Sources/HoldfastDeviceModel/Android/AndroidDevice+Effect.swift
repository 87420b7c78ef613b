extension AndroidDevice {
    /// What the device does. Each is a callback to the app unless it says otherwise.
    package enum Effect: Hashable, Sendable {
        // MARK: The process

        /// A process comes into being. Not a callback.
        case processStarted
        /// It ends, with all that was in its memory. Not a callback.
        case processDied(Death)
        /// That of the services which have one of their own ends; the app's goes on. Not a callback.
        case otherProcessDied(Death)
        /// None of its code runs any more. Not a callback.
        case frozen
        /// Its code runs again. Not a callback.
        case thawed
        /// The processor sleeps; what was to happen happens when it wakes. Not a callback.
        case processorSlept
        /// It runs again. Not a callback.
        case processorWoke
        /// The app counts as unused. Not a callback.
        case becameIdle

        // MARK: Answers

        /// The call of the app threw.
        case threw(Exception)
        /// The system took the start and does nothing.
        case startIgnored(ServiceName)
        /// The system took the promotion and does nothing.
        case promotionIgnored(ServiceName)
        /// The service is in the foreground, with these types.
        case promoted(ServiceName, ServiceTypes)
        /// Microphone and camera stay closed to this service. Only in the system's log.
        case whileInUseDenied(ServiceName)
        /// An activity was to be started and is not. Only in the system's log.
        case activityBlocked

        // MARK: Services

        /// `onStartCommand`; without an intent after a restart.
        case startCommand(ServiceName, hasIntent: Bool)
        /// `onDestroy`.
        case serviceDestroyed(ServiceName)
        /// The service goes on in the background. No callback.
        case demoted(ServiceName)
        /// `onTaskRemoved`.
        case taskRemoved(ServiceName)
        /// `onTimeout`.
        case timedOut(ServiceName)

        // MARK: The screen

        /// `onStart` or `onStop`: some of the app can be seen, or none.
        case visibilityChanged(isVisible: Bool)
        /// `onPictureInPictureModeChanged`.
        case pictureInPictureChanged(isActive: Bool)

        // MARK: Media

        /// The capture goes on and gives silence.
        case microphoneSilenced
        /// It gives sound again.
        case microphoneHeard
        /// `onOpened`.
        case cameraOpened
        /// `onError` or `onDisconnected`; the app must open it again.
        case cameraLost
        /// The system's dialog is on the screen.
        case consentAsked
        /// `getMediaProjection()` gave a projection.
        case projectionReady
        /// The screen is captured.
        case projectionStarted
        /// `MediaProjection.Callback.onStop`.
        case projectionStopped
        /// AUDIOFOCUS_REQUEST_GRANTED.
        case audioFocusGranted
        /// AUDIOFOCUS_REQUEST_FAILED.
        case audioFocusRefused
        /// AUDIOFOCUS_LOSS, or the transient one, after which it is returned.
        case audioFocusLost(isTransient: Bool)
        /// AUDIOFOCUS_GAIN.
        case audioFocusReturned
        /// The routes are the system's again.
        case communicationModeLost
        /// They are the app's again.
        case communicationModeReturned

        // MARK: Network

        /// None of the app's packets pass; sockets fail.
        case networkBlocked
        /// They pass again.
        case networkUnblocked
        /// All of the app's TCP connections are gone.
        case socketsDestroyed

        // MARK: Notifications

        /// The user can see it. Not a callback.
        case notificationShown(NotificationID)
        /// The user no longer can. Not a callback.
        case notificationHidden(NotificationID)
        /// The user swiped it away: its delete intent.
        case notificationDismissed(NotificationID)

        // MARK: Telecom

        /// Telecom has the call.
        case telecomCallAdded
        /// It does not take it.
        case telecomCallRefused
        /// To be acknowledged.
        case telecomHoldRequested
        /// `onDisconnect`, or the end that the app asked for.
        case telecomCallEnded
        /// The process counts as one with a foreground service, or no longer. No callback.
        case delegationStarted
        /// It no longer counts as one. No callback.
        case delegationStopped
        /// Telecom has the call, and gives the process nothing for it. No callback.
        case delegationRefused

        // MARK: Broadcasts

        /// The app's receiver runs with a push.
        case pushDelivered
        /// The same with the broadcast of the boot.
        case bootDelivered
    }

    /// What a call of the app may throw.
    package enum Exception: Hashable, Sendable {
        /// `IllegalArgumentException`.
        case illegalArgument
        /// `IllegalStateException`.
        case illegalState
        /// `SecurityException`.
        case security
        /// `ForegroundServiceStartNotAllowedException`.
        case foregroundServiceStartNotAllowed
        /// `BackgroundServiceStartNotAllowedException`.
        case backgroundServiceStartNotAllowed
        /// `MissingForegroundServiceTypeException`.
        case missingForegroundServiceType
        /// `InvalidForegroundServiceTypeException`.
        case invalidForegroundServiceType
        /// `StartForegroundCalledOnStoppedServiceException`.
        case startForegroundCalledOnStoppedService
        /// `CameraAccessException` with CAMERA_DISABLED.
        case cameraDisabled

        /// Whether `catch (ServiceStartNotAllowedException)` would have caught it (A-TYPE-12).
        package var isServiceStartNotAllowed: Bool {
            switch self {
            case .foregroundServiceStartNotAllowed, .backgroundServiceStartNotAllowed,
                .missingForegroundServiceType, .invalidForegroundServiceType:
                true
            case .illegalArgument, .illegalState, .security, .startForegroundCalledOnStoppedService,
                .cameraDisabled:
                false
            }
        }
    }

    /// How a process ends.
    package enum Death: Hashable, Sendable {
        /// By an exception that nobody caught.
        case crash(Crash)
        /// For not answering.
        case notResponding
        /// For its memory.
        case lowMemory
        /// By the user: the task was removed, the app stopped.
        case userRequested
        /// A permission was taken from it.
        case permissionRevoked
        /// By the system, to save power.
        case restricted
        /// With the device.
        case reboot
    }

    /// Which exception ended a process.
    package enum Crash: Hashable, Sendable {
        /// The app's own.
        case uncaught
        /// `android.app.RemoteServiceException`.
        case remoteService
        /// `android.app.ForegroundServiceDidNotStartInTimeException`.
        case didNotStartInTime
        /// `android.app.RemoteServiceException$ForegroundServiceDidNotStartInTimeException`.
        case remoteDidNotStartInTime
        /// `android.app.RemoteServiceException$ForegroundServiceDidNotStopInTimeException`.
        case remoteDidNotStopInTime
        /// `android.app.RemoteServiceException$CannotPostForegroundServiceNotificationException`.
        case remoteCannotPostNotification
    }
}
