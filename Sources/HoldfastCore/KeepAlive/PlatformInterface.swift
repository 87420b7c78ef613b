// The vocabulary between the engine and the ports of the platform.
//
// A port carries out what it is told, in order, and answers with facts. It decides nothing: what a
// platform wants differently is said by its profile.

/// What the platform says.
package enum PlatformFact: Hashable, Sendable {
    /// What the user has granted, all of it, and whether the app is restricted in the background.
    case permissions(Permissions)
    case lockChanged(isLocked: Bool)
    /// Something covers the app, such as the control centre or a banner, the app is about to be left, or it
    /// comes to the screen and is not in front yet; or it is in front. The app stays on the screen until it
    /// is said to be in the background.
    case screenCovered(Bool)
    /// The user swiped the app away; the process may go on.
    case taskRemoved
    /// Of the service that keeps calls alive.
    case service(ServiceFact)
    case backgroundTask(BackgroundTaskFact)
    case audio(AudioFact)
    case microphone(MicrophoneFact)
    case systemCall(SystemCallFact)
    case screenShare(ScreenShareFact)
    case pictureInPicture(isActive: Bool)
    /// The user tapped a notification, or a button of it.
    case tapped(NotificationAction, CallHandle)
    /// The app's handler of that tap has returned, or was too slow.
    case tapHandled(NotificationAction, CallHandle, isReplaced: Bool)
    /// What the app wants the call's notification to say.
    case content(CallHandle, NotificationContent, avatar: [UInt8]?)
    /// The machine is about to sleep, and waits for us no longer than the profile says.
    case sleep(SleepFact)

    package struct Permissions: Hashable, Sendable {
        package var microphone: PermissionState
        package var camera: PermissionState
        package var notifications: PermissionState
        package var bluetooth: PermissionState
        package var isRestrictedByUser: Bool

        package init(
            microphone: PermissionState = .granted,
            camera: PermissionState = .granted,
            notifications: PermissionState = .granted,
            bluetooth: PermissionState = .granted,
            isRestrictedByUser: Bool = false
        ) {
            self.microphone = microphone
            self.camera = camera
            self.notifications = notifications
            self.bluetooth = bluetooth
            self.isRestrictedByUser = isRestrictedByUser
        }
    }

    /// The answers to ``PlatformCommand/startService(_:_:)`` and what follows it. Each `startService`
    /// and each `updateService` is answered once, by `running` or `refused`; `stopService` by
    /// `stopped(.asked)`, also when nothing ran.
    package enum ServiceFact: Hashable, Sendable {
        case running(CallServiceTypes)
        case refused(CallServiceRefusal)
        case stopped(StopReason)

        package enum StopReason: Hashable, Sendable {
            case asked
            case user
            /// The time of its type has passed.
            case timeLimit
            /// The user restricted the app: its service is out of the foreground, and still there.
            case restricted
            case system
        }
    }

    package enum BackgroundTaskFact: Hashable, Sendable {
        case begun
        case refused
        /// The system takes the process's time; the task must be ended at once.
        case expiring
    }

    package enum AudioFact: Hashable, Sendable {
        /// The session is ours, and sound may run.
        case activated
        /// It is not, and will be asked for again at the next chance.
        case refused
        /// Another takes it. `canDuck`: it is enough to be quieter.
        case interrupted(canDuck: Bool)
        /// The other is done. Without `shouldResume` sound is asked for when the app is next visible.
        case interruptionEnded(shouldResume: Bool)
        /// The system took the session for good, or the process was suspended.
        case deactivated
        /// Where sound can come out, and where it does.
        case outputs([AudioOutput], current: AudioOutput)
    }

    package enum MicrophoneFact: Hashable, Sendable {
        case silenced(MicrophoneSilence)
        case heard
        /// The capture gives nothing but zeros since this moment's report, or gives sound again.
        case zeros
        case sound
    }

    package enum SystemCallFact: Hashable, Sendable {
        case began
        case ended
    }

    package enum ScreenShareFact: Hashable, Sendable {
        case consent(isGiven: Bool)
        /// The service of the screen share.
        case service(ServiceFact)
        case captureStarted
        /// The user or the system ended it.
        case captureStopped
    }

    package enum SleepFact: Hashable, Sendable {
        case announced
        case over
    }
}

/// What the platform is told.
package enum PlatformCommand: Hashable, Sendable {
    /// Start the service and show the notification with it. A second start replaces types and
    /// notification, as `updateService` does.
    case startService(CallServiceTypes, OngoingNotification)
    /// Promote the running service again: other types, or the same ones with the rights of an app that
    /// is visible.
    case updateService(CallServiceTypes, OngoingNotification)
    case stopService
    /// Show the notification, or change it: silently, in place of the one of its kind. Where a service
    /// carries it, the service goes on untouched.
    case showNotification(OngoingNotification)
    case removeNotification(OngoingNotification.Kind)
    case beginBackgroundTask
    case endBackgroundTask
    case audio(AudioCommand)
    case screenShare(ScreenShareCommand)
    case pictureInPicture(PictureInPictureCommand)
    /// Keep the processor running while nothing is heard: a wake lock, an inhibitor.
    case holdAwake
    case releaseAwake
    /// The machine may sleep now.
    case allowSleep
    /// Bring the app to the screen, at this call.
    case present(CallHandle)

    package enum AudioCommand: Hashable, Sendable {
        case activate
        case deactivate
        case setOutput(AudioOutput)
    }

    package enum ScreenShareCommand: Hashable, Sendable {
        case askConsent(CallHandle)
        case startService(OngoingNotification)
        case startCapture(CallHandle)
        case stopCapture
        case stopService
    }

    package enum PictureInPictureCommand: Hashable, Sendable {
        /// From now on it begins by itself when the app is left.
        case arm(CallHandle)
        /// It no longer does; one that is there goes on.
        case disarm
        /// It ends.
        case end
    }
}
