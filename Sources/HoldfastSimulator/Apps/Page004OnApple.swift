package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 004 on an iPhone, literally: the background mode audio, and nothing else.
package struct Page004OnApple: ComparedApp {
    package typealias Device = AppleDevice

    package static let setUp = AppleDevice.InfoPlist(backgroundModes: .audio, entitlements: [])
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
        case .callScreenDisposed, .returnedToCall, .firstCallEnded, .permissionsChanged, .user,
            .settled, .device,
            .deadlineReached:
            return []
        }
    }
}
