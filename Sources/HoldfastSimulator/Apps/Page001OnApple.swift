package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 001 on an iPhone, literally: the background modes audio, processing, remote-notification
/// and voip, an identifier of a background task without a handler, and the options of the sample: audio and
/// video muted in the background.
package struct Page001OnApple: ComparedApp {
    package typealias Device = AppleDevice

    package static let setUp = AppleDevice.InfoPlist(
        backgroundModes: [.audio, .remoteNotification, .voip],
        scheduledTasks: ["bundle"]
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
        case .device(.lifeCycle(.didEnterBackground, _)):
            // muteVideoWhenInBackground.
            return self.media.isOpen ? [.call(.picture(.stopCamera))] : []
        case .device(.lifeCycle(.willEnterForeground, _)):
            let opens =
                self.media.isOpen && self.media.isVideo && self.media.granted.contains(.camera)
            return opens ? [.call(.picture(.startCamera(.video)))] : []
        case .callScreenDisposed, .returnedToCall, .firstCallEnded, .permissionsChanged, .user,
            .settled, .device,
            .deadlineReached:
            return []
        }
    }
}
