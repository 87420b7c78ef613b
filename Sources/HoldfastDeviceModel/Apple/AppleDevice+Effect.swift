extension AppleDevice {
    /// What the system does. What the app is told comes in the order in which it is told.
    package enum Effect: Hashable, Sendable {
        /// The process starts; the app's `didFinishLaunching` runs until ``ProcessRequest/finishLaunching``.
        case launched(isForeground: Bool)
        /// A change of visibility, and whose method is called. The notification of UIApplication is
        /// posted in both cases.
        case lifeCycle(LifeCycleCallback, Receiver)
        /// From here on no code runs.
        case suspended
        /// Code runs again.
        case resumed
        case killed(Termination)
        /// Of this background task. It must be ended within ``Timing/Apple/expirationHandler``.
        case expirationHandler(BackgroundTaskID)
        /// A background task comes too late to be granted.
        case backgroundTaskRefused(BackgroundTaskID)

        case interruptionBegan(wasSuspended: Bool)
        case interruptionEnded(shouldResume: Bool)
        /// What the app just called fails.
        case error(ErrorCode)

        case cameraInterrupted(CameraInterruption)
        case cameraInterruptionEnded
        case pictureInPictureChanged(isActive: Bool)
        case screenCaptureStopped

        /// A VoIP push reaches its handler.
        case voipPush(mustReport: Bool)
        case backgroundPush
        /// A push does not reach the app.
        case pushDropped
        /// From now on no VoIP push reaches the app.
        case voipPushesStopped
        /// The call rings, or is shown.
        case callShown(SystemCallID)
        /// CallKit asks for this, to be fulfilled or failed.
        case perform(CallAction)
        case timedOutPerforming(CallAction)
        /// The system took a call off its screen without being asked to.
        case callRemoved(SystemCallID)
        case providerDidReset
        case didActivate
        case didDeactivate

        case scheduledTaskStarted(ScheduledTaskID)
        case scheduledTaskExpired(ScheduledTaskID)
        case scheduledTaskFailed(ScheduledTaskID)
        /// `register` returns false.
        case scheduledTaskRefused(ScheduledTaskID)

        /// The sockets of a suspended app are dead; it will see so when it runs again.
        case socketsReclaimed
        case permissionAsked(Permission)
        case liveActivityEnded
    }

    package enum LifeCycleCallback: Hashable, Sendable {
        case willConnect, willEnterForeground, didBecomeActive
        case willResignActive, didEnterBackground, didDisconnect
        case willTerminate
    }

    package enum Receiver: Hashable, Sendable {
        case appDelegate, scene
    }

    /// How a process ended.
    package enum Termination: Hashable, Sendable {
        /// SIGKILL with this code in the report.
        case code(TerminationCode)
        /// An exception in the app.
        case crash
        case swipedAway
        case outOfMemory
        case permissionChanged
        case notLaunchable
        case rebooted
    }

    package struct TerminationCode: Hashable, Sendable {
        package let rawValue: UInt32

        package init(_ rawValue: UInt32) { self.rawValue = rawValue }

        /// The main thread, or a background task, was too slow.
        package static let watchdog = TerminationCode(0x8bad_f00d)
        /// Too many background tasks.
        package static let tooManyTasks = TerminationCode(0xbada_5e47)
        /// A lock was held at suspension.
        package static let heldLock = TerminationCode(0xdead_10cc)
        /// A VoIP push was not reported.
        package static let unreportedPush = TerminationCode(0xbaad_ca11)
        /// Resumed too often.
        package static let wokenTooOften = TerminationCode(0xbad2_2222)
        package static let tooHot = TerminationCode(0xc000_10ff)
        /// A task was not completed in time.
        package static let slowTask = TerminationCode(0x2182_bad2)
        /// A background push was not.
        package static let slowFetch = TerminationCode(0x2182_bad4)
    }

    /// Why a capture stands still.
    package enum CameraInterruption: Hashable, Sendable {
        case videoDeviceNotAvailableInBackground
        case videoDeviceNotAvailableWithMultipleForegroundApps
        case videoDeviceInUseByAnotherClient
        case videoDeviceNotAvailableDueToSystemPressure
        case audioDeviceInUseByAnotherClient
    }

    package enum ErrorCode: Hashable, Sendable {
        /// An `OSStatus` of AVAudioSession.
        case audio(AudioError)
        /// A `CXErrorCodeIncomingCallError`.
        case incomingCall(IncomingCallError)
        case cameraNotAvailableInBackground
        /// The device has no multitasking camera access for this app.
        case multitaskingCameraUnsupported
        case pictureInPictureUnavailable
        /// There is no LiveCommunicationKit.
        case frameworkUnavailable
        /// BGTaskScheduler's.
        case notPermitted
        case localNetworkDenied
        case liveActivityUnavailable
    }

    package enum AudioError: Int, Hashable, Sendable, CaseIterable {
        case cannotInterruptOthers = 560_557_684
        case cannotStartRecording = 561_145_187
        case insufficientPriority = 561_017_449
        case isBusy = 560_030_580
    }

    package enum IncomingCallError: Int, Hashable, Sendable, CaseIterable {
        case unknown = 0
        case unentitled = 1
        case callUUIDAlreadyExists = 2
        case filteredByDoNotDisturb = 3
    }
}
