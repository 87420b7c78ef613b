extension AppleDevice {
    /// What happens to a device.
    package enum Event: Hashable, Sendable {
        // The user and the app's place on the screen.

        /// The user opens the app, or returns to it. Ignored while locked.
        case appOpened
        /// Home, or a switch to another app.
        case appLeft
        case locked
        /// The app that was in front is in front again.
        case unlocked
        /// Covers the app without sending it to the background.
        case controlCentreOpened
        case controlCentreClosed
        /// Swiped away in the app switcher.
        case appSwipedAway
        /// A second app stands beside this one.
        case splitViewEntered
        case splitViewLeft
        /// A scene in the background was let go of, to save memory or because the user closed it.
        case sceneDisconnected
        case pictureInPictureStashed
        case pictureInPictureUnstashed
        case pictureInPictureClosed
        case permissionChanged(Permission, isGranted: Bool)

        // Audio, camera and calls of others.

        case cellularCallRang
        /// The user takes it, and does so with a call of ours that CallKit shows.
        case cellularCallAnswered(CallChoice)
        /// It ended, or was not taken.
        case cellularCallEnded
        case interruptionBegan(Interrupter)
        /// May come without a beginning.
        case interruptionEnded(Interrupter, shouldResume: Bool)
        case otherAppTookCamera
        case otherAppReleasedCamera
        case systemPressureRose
        case systemPressureFell

        // Calls of ours, as the user handles them in the system's screens.

        case callAnswered(SystemCallID)
        case callEnded(SystemCallID)
        case callHeld(SystemCallID, isHeld: Bool)
        case callMuted(SystemCallID, isMuted: Bool)
        /// The first is held, the second taken up.
        case callsSwapped(SystemCallID, SystemCallID)
        case doNotDisturbChanged(isOn: Bool)
        case providerReset

        // The system.

        case voipPushArrived
        case backgroundPushArrived
        /// The system finds the time for a task that was submitted.
        case scheduledTaskCameDue(ScheduledTaskID)
        /// It takes the time of the background tasks early.
        case backgroundTimeTaken
        case memoryRanOut
        case overheated
        /// Pushes woke the app more often than the system likes.
        case wokenTooOften
        case rebooted

        /// The app does something. A suspended or dead one can't.
        case app(AppCall)
        /// ``AppleDevice/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What code of the app does.
    package enum AppCall: Hashable, Sendable {
        /// `didFinishLaunching` returns.
        case finishLaunching
        /// `willTerminate` returns.
        case finishTerminating
        case blockMainThread
        case freeMainThread
        case beginBackgroundTask(BackgroundTaskID)
        case endBackgroundTask(BackgroundTaskID)
        /// Take something that must not be held in the background.
        case hold(SharedResource)
        case release(SharedResource)

        /// Set the category; possible at any time.
        case configureAudio(AudioCategory, isMixable: Bool)
        case activateAudio
        case deactivateAudio
        /// Start input and output, and with it the session if it is not active.
        case startAudio
        case stopAudio
        /// Whether what runs can be heard. Only rule I-AUD-09 listens.
        case setAudible(Bool)

        case startCamera(Capture)
        case stopCamera
        /// `isMultitaskingCameraAccessEnabled`, for the next start.
        case setMultitaskingCamera(Bool)
        /// Set up the controller, so that it starts by itself when the app is left.
        case armPictureInPicture
        case startPictureInPicture
        case stopPictureInPicture
        /// Let go of the controller.
        case releasePictureInPicture
        case startScreenCapture
        case stopScreenCapture

        case createPushRegistry
        case completeBackgroundPush
        case reportIncomingCall(SystemCallID, CallFramework)
        /// `CXStartCallAction`; the action comes back to be performed.
        case requestOutgoingCall(SystemCallID)
        case reportOutgoingCall(SystemCallID, isConnected: Bool)
        case reportCallEnded(SystemCallID)
        case fulfil(CallAction)
        case fail(CallAction)

        case registerScheduledTask(ScheduledTaskID)
        case submitScheduledTask(ScheduledTaskID)
        /// Give the running task an expiration handler.
        case handleExpiration(ScheduledTaskID)
        case completeScheduledTask(ScheduledTaskID)
        case openSocket(Network)
        case closeSocket
        case startLiveActivity
        case endLiveActivity
    }

    package enum Permission: Hashable, Sendable, CaseIterable {
        case microphone, camera, localNetwork
    }

    /// Who takes the audio, besides cellular calls.
    package enum Interrupter: Hashable, Sendable, CaseIterable {
        case siri, alarm
    }

    /// What becomes of our call when a cellular one is taken.
    package enum CallChoice: Hashable, Sendable, CaseIterable {
        case hold, end
    }

    package enum AudioCategory: Hashable, Sendable, CaseIterable {
        case playback, record, playAndRecord

        var records: Bool {
            switch self {
            case .playback: false
            case .record, .playAndRecord: true
            }
        }
    }

    /// What a capture session takes.
    package enum Capture: Hashable, Sendable, CaseIterable {
        case video
        /// A session that records sound too is interrupted with it (I-CAM-09).
        case videoAndAudio
    }

    package enum SharedResource: Hashable, Sendable, CaseIterable {
        /// A lock on a file or a database in a shared container.
        case fileLock
        /// A database of the system's, such as contacts.
        case systemDatabase
    }

    package enum CallFramework: Hashable, Sendable, CaseIterable {
        case callKit, liveCommunicationKit
    }

    package enum Network: Hashable, Sendable, CaseIterable {
        case internet, local
    }

    /// What CallKit asks an app to do.
    package enum CallAction: Hashable, Sendable {
        case answer(SystemCallID)
        case start(SystemCallID)
        case end(SystemCallID)
        case setHeld(SystemCallID, Bool)
        case setMuted(SystemCallID, Bool)

        var call: SystemCallID {
            switch self {
            case .answer(let call), .start(let call), .end(let call): call
            case .setHeld(let call, _), .setMuted(let call, _): call
            }
        }
    }

    /// Names a call that the system shows.
    package struct SystemCallID: Hashable, Sendable, ExpressibleByIntegerLiteral {
        package let rawValue: Int

        package init(integerLiteral value: Int) { self.rawValue = value }
    }

    /// Names a background task.
    package struct BackgroundTaskID: Hashable, Sendable, ExpressibleByIntegerLiteral {
        package let rawValue: Int

        package init(_ rawValue: Int) { self.rawValue = rawValue }

        package init(integerLiteral value: Int) { self.rawValue = value }
    }

    /// Names a task of BGTaskScheduler.
    package struct ScheduledTaskID: Hashable, Sendable, ExpressibleByStringLiteral {
        package let rawValue: String

        package init(stringLiteral value: String) { self.rawValue = value }
    }
}
