package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 003, literally: `configureServices` in `applicationWillResignActive` and
/// `applicationDidEnterBackground`, which is a background task of some 30 s, and the modes fetch and
/// remote-notification. Its methods are those of an app delegate, so the app has no scenes: with scenes they
/// are never called (I-LC-01), and not even the 30 s are there.
package struct Page003OnApple: ComparedApp {
    package typealias Device = AppleDevice

    private static let task: AppleDevice.BackgroundTaskID = 1

    package static let setUp = AppleDevice.InfoPlist(
        backgroundModes: [.fetch, .remoteNotification],
        hasScenes: false
    )
    package static let returnsToCall = false

    private var media: AppleCallMedia

    package init(_ history: History, granted: Set<PlatformPermission>) {
        self.media = AppleCallMedia(granted: granted)
    }

    package var nextDeadline: MonotonicInstant? { nil }

    package mutating func handle(
        _ event: AppEvent<AppleDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AppleDevice.AppCall>] {
        switch event {
        case .started: return [.call(.process(.finishLaunching))]
        case .tappedJoin(let isVideo):
            self.media.isVideo = isVideo
            return []
        case .joined, .secondCallJoined: return self.media.open()
        case .muted: return self.media.muteAll()
        case .callEnded: return self.media.close()
        case .device(.lifeCycle(.willResignActive, .appDelegate)):
            return [.call(.process(.beginBackgroundTask(Self.task)))]
        case .device(.lifeCycle(.didBecomeActive, .appDelegate)),
            .device(.expirationHandler(Self.task)):
            return [.call(.process(.endBackgroundTask(Self.task)))]
        case .callScreenDisposed, .returnedToCall, .firstCallEnded, .permissionsChanged, .user,
            .settled, .device,
            .deadlineReached:
            return []
        }
    }
}
