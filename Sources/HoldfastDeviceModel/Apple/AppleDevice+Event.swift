extension AppleDevice {
    /// What happens to a device.
    package enum Event: Hashable, Sendable {
        case screen(ScreenEvent)
        case audio(AudioEvent)
        case picture(PictureEvent)
        case call(CallEvent)
        case system(SystemEvent)
        /// The app does something. A suspended or dead one can't.
        case app(AppCall)
        /// ``AppleDevice/nextDeadline`` has passed.
        case deadlineReached
    }

    /// The user, and the app's place on the screen.
    package enum ScreenEvent: Hashable, Sendable {
        /// The user opens the app, or returns to it. Ignored while locked.
        case appOpened
        /// The user is about to leave the app, or to lock: it is told before ``appLeft`` or ``locked``
        /// happens, and can act while it still counts as being in front.
        case appLeaving
        /// Home, or a switch to another app.
        case appLeft
        case locked
        /// The app that was in front is in front again.
        case unlocked
        /// Covers the app without sending it to the background.
        case controlCentreOpened
        case controlCentreClosed
        /// In the app switcher.
        case appSwipedAway
        /// A scene in the background was let go of, to save memory or because the user closed it.
        case sceneDisconnected
        case permissionChanged(Permission, isGranted: Bool)
    }

    /// Others take the audio, or give it back.
    package enum AudioEvent: Hashable, Sendable {
        case cellularCallRang
        /// The user takes it, and does so with the calls of ours that CallKit shows.
        case cellularCallAnswered(CallChoice)
        /// It ended, or was not taken.
        case cellularCallEnded
        case interruptionBegan(Interrupter)
        /// May come without a beginning.
        case interruptionEnded(Interrupter, shouldResume: Bool)
    }

    /// What is seen beside the app, and who else wants the camera.
    package enum PictureEvent: Hashable, Sendable {
        /// A second app stands beside this one.
        case splitViewEntered
        case splitViewLeft
        /// The picture is moved to the edge of the screen.
        case stashed
        case unstashed
        /// The user closes the picture in picture.
        case closed
        case otherAppTookCamera
        case otherAppReleasedCamera
        case systemPressureRose
        case systemPressureFell
    }

    /// Calls of ours, as the user handles them in the system's screens.
    package enum CallEvent: Hashable, Sendable {
        case answered(SystemCallID)
        case ended(SystemCallID)
        case held(SystemCallID, isHeld: Bool)
        case muted(SystemCallID, isMuted: Bool)
        /// The first is held, the second taken up.
        case swapped(SystemCallID, SystemCallID)
        case doNotDisturbChanged(isOn: Bool)
        case providerReset
    }

    /// The system, and what reaches it from outside.
    package enum SystemEvent: Hashable, Sendable {
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
    }

    /// What code of the app does.
    package enum AppCall: Hashable, Sendable {
        case process(ProcessRequest)
        case audio(AudioRequest)
        case picture(PictureRequest)
        case call(CallRequest)
        case service(ServiceRequest)
    }

    package enum ProcessRequest: Hashable, Sendable {
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
    }

    package enum AudioRequest: Hashable, Sendable {
        /// Set the category; possible at any time.
        case configure(AudioCategory, isMixable: Bool)
        case activate
        case deactivate
        /// Start input and output, and with it the session if it is not active.
        case start
        case stop
        /// Whether what runs can be heard. Only rule I-AUD-09 listens.
        case setAudible(Bool)
    }

    package enum PictureRequest: Hashable, Sendable {
        case startCamera(Capture)
        case stopCamera
        /// `isMultitaskingCameraAccessEnabled`, for the next start.
        case setMultitaskingCamera(Bool)
        /// Set up the controller, so that picture in picture starts by itself when the app is left.
        case arm
        case start
        case stop
        /// Let go of the controller.
        case release
        case startScreenCapture
        case stopScreenCapture
    }

    package enum CallRequest: Hashable, Sendable {
        case createPushRegistry
        case completeBackgroundPush
        case reportIncoming(SystemCallID, CallFramework)
        /// `CXStartCallAction`; the action comes back to be performed.
        case requestOutgoing(SystemCallID)
        case reportOutgoing(SystemCallID, isConnected: Bool)
        case reportEnded(SystemCallID)
        case fulfil(CallAction)
        case fail(CallAction)
    }

    package enum ServiceRequest: Hashable, Sendable {
        case registerTask(ScheduledTaskID)
        case submitTask(ScheduledTaskID)
        /// Give the running task an expiration handler.
        case handleExpiration(ScheduledTaskID)
        case completeTask(ScheduledTaskID)
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

        /// The call that it is about.
        package var call: SystemCallID {
            switch self {
            case .answer(let call), .start(let call), .end(let call): call
            case .setHeld(let call, _), .setMuted(let call, _): call
            }
        }
    }

    /// Names a call that the system shows.
    package struct SystemCallID: Hashable, Sendable, ExpressibleByIntegerLiteral {
        package let rawValue: Int

        package init(_ rawValue: Int) { self.rawValue = rawValue }

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

        package init(_ rawValue: String) { self.rawValue = rawValue }

        package init(stringLiteral value: String) { self.rawValue = value }
    }
}
