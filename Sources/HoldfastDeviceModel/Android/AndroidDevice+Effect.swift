extension AndroidDevice {
    /// What the device does. Each is a callback to the app unless it says otherwise.
    package enum Effect: Hashable, Sendable {
        // MARK: The process

        /// A process comes into being. Not a callback.
        case processStarted
        /// It ends, with all that was in its memory. Not a callback.
        case processDied(Death)
        /// None of its code runs any more. Not a callback.
        case frozen
        /// Its code runs again. Not a callback.
        case thawed
        /// The processor sleeps; what was to happen happens when it wakes. Not a callback.
        case processorSlept
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

        case visibilityChanged(isVisible: Bool)
        case pictureInPictureChanged(isActive: Bool)

        // MARK: Media

        /// The capture goes on and gives silence.
        case microphoneSilenced
        case microphoneHeard
        case cameraOpened
        case cameraLost
        case consentAsked
        case projectionReady
        case projectionStarted
        case projectionStopped
        case audioFocusGranted
        case audioFocusRefused
        case audioFocusLost(isTransient: Bool)
        case audioFocusReturned
        /// The routes are the system's again.
        case communicationModeLost
        case communicationModeReturned

        // MARK: Network

        case networkBlocked
        case networkUnblocked
        /// All of the app's TCP connections are gone.
        case socketsDestroyed

        // MARK: Notifications

        case notificationShown(NotificationID)
        case notificationHidden(NotificationID)
        /// The user swiped it away: its delete intent.
        case notificationDismissed(NotificationID)

        // MARK: Telecom

        case telecomCallAdded
        case telecomCallRefused
        /// To be acknowledged.
        case telecomHoldRequested
        case telecomCallEnded
        /// The process counts as one with a foreground service, or no longer. No callback.
        case delegationStarted
        case delegationStopped
        /// Telecom has the call, and gives the process nothing for it. No callback.
        case delegationRefused

        // MARK: Broadcasts

        case pushDelivered
        case bootDelivered
    }

    /// What a call of the app may throw.
    package enum Exception: Hashable, Sendable {
        case illegalArgument
        case illegalState
        case security
        case foregroundServiceStartNotAllowed
        case backgroundServiceStartNotAllowed
        case missingForegroundServiceType
        case invalidForegroundServiceType
        case startForegroundCalledOnStoppedService
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
