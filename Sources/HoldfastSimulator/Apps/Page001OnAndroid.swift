package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 001, literally: `StreamBackgroundService.init` once, then a service that follows the
/// active calls, with the options of its sample: audio and video muted in the background, connections kept.
///
/// The permissions are those that the page lists, with MANAGE_OWN_CALLS, which its package merges in: without
/// it nothing would start at all. A start that fails is logged, and remembered as running. When the task is
/// removed, its service stops and the calls are left.
package struct Page001OnAndroid: ComparedApp {
    package typealias Device = AndroidDevice

    private static let service: AndroidDevice.ServiceName = "stream"

    package static let setUp = AndroidDevice.Manifest(
        permissions: [
            "INTERNET", "RECORD_AUDIO", "CAMERA", "MODIFY_AUDIO_SETTINGS", "MANAGE_OWN_CALLS",
            "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_PHONE_CALL", "FOREGROUND_SERVICE_MICROPHONE",
            "FOREGROUND_SERVICE_MEDIA_PROJECTION", "POST_NOTIFICATIONS",
        ],
        services: [
            AndroidDevice.Manifest.Service(Self.service, [.phoneCall, .microphone]),
            AndroidDevice.Manifest.Service("streamScreen", .mediaProjection),
        ]
    )
    package static let returnsToCall = false

    private var media: AndroidCallMedia
    private var managedCount = 0

    package init(_ history: History, granted: Set<PlatformPermission>) {
        self.media = AndroidCallMedia(granted: granted)
    }

    package var nextDeadline: MonotonicInstant? { nil }

    package mutating func handle(
        _ event: AppEvent<AndroidDevice.Effect>,
        at now: MonotonicInstant
    ) -> [AppAction<AndroidDevice.AppCall>] {
        switch event {
        case .tappedJoin(let isVideo):
            self.media.isVideo = isVideo
            return []
        case .joined, .secondCallJoined:
            self.managedCount += 1
            let start: [AppAction<AndroidDevice.AppCall>] =
                self.managedCount == 1 ? [.call(.startForegroundService(Self.service))] : []
            return self.media.open() + start
        case .firstCallEnded:
            self.managedCount -= 1
            return []
        case .callEnded:
            self.managedCount = 0
            return self.media.close() + [.call(.stopService(Self.service))]
        case .permissionsChanged(let granted):
            return self.media.changed(granted)
        case .device(.startCommand(Self.service, hasIntent: true)):
            var types: AndroidDevice.ServiceTypes = .phoneCall
            if self.media.granted.contains(.microphone) { types.insert(.microphone) }
            return [
                .call(
                    .startForeground(Self.service, types, AndroidDevice.Notification(style: .plain))
                ),
                .call(.returnFromStartCommand(Self.service, .notSticky)),
            ]
        case .device(.taskRemoved(Self.service)):
            return [.leave] + self.media.close() + [.call(.stopService(Self.service))]
        case .device(.visibilityChanged(isVisible: false)):
            // muteVideoWhenInBackground; the microphone is muted, and its capture goes on.
            return [.call(.closeCamera)]
        case .device(.visibilityChanged(isVisible: true)):
            let opens =
                self.media.isOpen && self.media.isVideo && self.media.granted.contains(.camera)
            return opens ? [.call(.openCamera)] : []
        // What is thrown is caught and logged.
        case .started, .returnedToCall, .callScreenDisposed, .muted, .user, .settled, .device,
            .deadlineReached:
            return []
        }
    }
}
