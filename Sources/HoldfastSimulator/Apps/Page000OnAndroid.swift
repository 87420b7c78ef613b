package import HoldfastCore
package import HoldfastDeviceModel
package import HoldfastWire

/// The reference page 000, literally: a service that the call's screen starts when the session is joined
/// and stops in its `dispose`, when the session is left and when the connection is closed. Nothing is
/// said about a session that timed out.
///
/// The page gives no `<service>`; another page of the same vendor asks for `camera|microphone|mediaPlayback`.
/// What calls need in the foreground (INTERNET, RECORD_AUDIO, CAMERA) is taken as merged in elsewhere.
package struct Page000OnAndroid: ComparedApp {
    package typealias Device = AndroidDevice

    private static let service: AndroidDevice.ServiceName = "ongoing"

    package static let setUp = AndroidDevice.Manifest(
        permissions: [
            "INTERNET", "RECORD_AUDIO", "CAMERA", "MODIFY_AUDIO_SETTINGS", "FOREGROUND_SERVICE",
            "FOREGROUND_SERVICE_MEDIA_PLAYBACK", "FOREGROUND_SERVICE_MICROPHONE",
            "FOREGROUND_SERVICE_CAMERA", "POST_NOTIFICATIONS",
        ],
        services: [
            AndroidDevice.Manifest.Service(Self.service, [.camera, .microphone, .mediaPlayback])
        ]
    )
    package static let returnsToCall = false

    private var media: AndroidCallMedia

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
            // onSessionJoined: launch().
            return self.media.open() + [.call(.startForegroundService(Self.service))]
        case .callScreenDisposed:
            // dispose(): abort(), "always stop the service when screen is disposed".
            return [.call(.stopService(Self.service))]
        case .firstCallEnded:
            // onSessionLeft: abort(). There is one service for all sessions.
            return [.call(.stopService(Self.service))]
        case .callEnded(.left):
            return self.media.close() + [.call(.stopService(Self.service))]
        case .callEnded(.timedOut):
            return self.media.close()
        case .permissionsChanged(let granted):
            return self.media.changed(granted)
        case .device(.startCommand(Self.service, _)):
            return [
                .call(
                    .startForeground(Self.service, nil, AndroidDevice.Notification(style: .plain))
                ),
                .call(.returnFromStartCommand(Self.service, .notSticky)),
            ]
        case .device(.threw(let exception)) where exception != .cameraDisabled:
            // Nothing on the page catches anything.
            return [.call(.crash)]
        case .started, .returnedToCall, .muted, .user, .settled, .device, .deadlineReached:
            return []
        }
    }
}
