package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 004, literally: a service of the app's own, started a second after the app if all
/// three permissions are granted, with whatever types the manifest has, sticky, stopped with its task and
/// never otherwise. What goes wrong is thrown again.
///
/// The manifest on the page lacks FOREGROUND_SERVICE, RECORD_AUDIO and CAMERA: with it alone the first start
/// crashes (``AsPrinted``). Here they are taken as merged in by other libraries.
package struct Page004OnAndroid: ComparedApp {
    package typealias Device = AndroidDevice

    private static let service: AndroidDevice.ServiceName = "MyForegroundService"
    private static let startDelay: Duration = .seconds(1)

    package static let setUp = AndroidDevice.Manifest(
        permissions: [
            "INTERNET", "MODIFY_AUDIO_SETTINGS", "RECORD_AUDIO", "CAMERA", "FOREGROUND_SERVICE",
            "FOREGROUND_SERVICE_MICROPHONE", "FOREGROUND_SERVICE_CAMERA", "POST_NOTIFICATIONS",
        ],
        services: [
            AndroidDevice.Manifest.Service(
                Self.service,
                [.camera, .microphone],
                stopsWithTask: true
            )
        ]
    )
    package static let returnsToCall = false

    private var media: AndroidCallMedia
    private var startAt: MonotonicInstant?

    package init(_ history: History, granted: Set<PlatformPermission>) {
        self.media = AndroidCallMedia(granted: granted)
    }

    package var nextDeadline: MonotonicInstant? { self.startAt }

    package mutating func handle(
        _ event: AppEvent<AndroidDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AndroidDevice.AppCall>] {
        switch event {
        case .started:
            // useEffect: setTimeout(initializeService, 1000).
            self.startAt = now.advanced(by: Self.startDelay)
            return []
        case .deadlineReached:
            guard let startAt, startAt <= now else { return [] }
            self.startAt = nil
            let wanted: Set<PlatformPermission> = [.microphone, .camera, .notifications]
            return wanted.isSubset(of: self.media.granted)
                ? [.call(.startForegroundService(Self.service))] : []
        case .tappedJoin(let isVideo):
            self.media.isVideo = isVideo
            return []
        case .joined, .secondCallJoined:
            return self.media.open()
        case .callEnded:
            // Nothing on the page stops the service.
            return self.media.close()
        case .permissionsChanged(let granted):
            return self.media.changed(granted)
        case .device(.startCommand(Self.service, _)):
            // Without an intent, too: "else -> startForegroundService()".
            return [
                .call(
                    .startForeground(Self.service, nil, AndroidDevice.Notification(style: .plain))
                ),
                .call(.returnFromStartCommand(Self.service, .sticky)),
            ]
        case .device(.threw(let exception)) where exception != .cameraDisabled:
            return [.call(.crash)]
        case .returnedToCall, .callScreenDisposed, .firstCallEnded, .muted, .user, .settled,
            .device:
            return []
        }
    }
}
