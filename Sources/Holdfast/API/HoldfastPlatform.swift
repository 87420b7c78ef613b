package import HoldfastCore

/// What the SDK needs from the system it runs on: network path, app life cycle, a place for secrets,
/// a clock, and what keeps a call alive when the app leaves the screen. Made by the module of each
/// platform, such as `HoldfastPlatform.linux()`.
public struct HoldfastPlatform: Sendable {
    package var path: any NetworkPath
    package var lifecycle: any Lifecycle
    package var store: any SessionStore
    package var clock: any ClockSource
    /// How the platform differs from others; it says which of the ports below are used at all.
    package var profile: PlatformProfile
    package var service: any CallService
    package var notifications: any CallNotifications
    package var permissions: any Permissions
    package var audioSession: any AudioSession
    package var pictureInPicture: any PictureInPicture
    package var screenCapture: any ScreenCapture
    package var wakefulness: any Wakefulness
    package var backgroundTasks: any BackgroundTasks

    package init(
        path: any NetworkPath,
        lifecycle: any Lifecycle,
        store: any SessionStore,
        clock: any ClockSource,
        profile: PlatformProfile = .plain,
        service: any CallService = UnneededCallService(),
        notifications: any CallNotifications = NoNotifications(),
        permissions: any Permissions = GrantedPermissions(),
        audioSession: any AudioSession = OpenAudioSession(),
        pictureInPicture: any PictureInPicture = NoPictureInPicture(),
        screenCapture: any ScreenCapture = UnguardedScreenCapture(),
        wakefulness: any Wakefulness = AlwaysAwake(),
        backgroundTasks: any BackgroundTasks = NoBackgroundTasks()
    ) {
        self.path = path
        self.lifecycle = lifecycle
        self.store = store
        self.clock = clock
        self.profile = profile
        self.service = service
        self.notifications = notifications
        self.permissions = permissions
        self.audioSession = audioSession
        self.pictureInPicture = pictureInPicture
        self.screenCapture = screenCapture
        self.wakefulness = wakefulness
        self.backgroundTasks = backgroundTasks
    }
}

extension HoldfastPlatform {
    /// Carries out one command, at once and in order.
    func perform(_ command: PlatformCommand) {
        switch command {
        case .startService(let types, let notification): self.service.start(types, notification)
        case .updateService(let types, let notification): self.service.update(types, notification)
        case .stopService: self.service.stop()
        case .showNotification(let notification): self.notifications.show(notification)
        case .removeNotification(let kind): self.notifications.remove(kind)
        case .beginBackgroundTask: self.backgroundTasks.begin()
        case .endBackgroundTask: self.backgroundTasks.end()
        case .audio(let command): self.audioSession.perform(command)
        case .screenShare(let command): self.screenCapture.perform(command)
        case .pictureInPicture(let command): self.pictureInPicture.perform(command)
        case .holdAwake: self.wakefulness.holdAwake()
        case .releaseAwake: self.wakefulness.releaseAwake()
        case .allowSleep: self.wakefulness.allowSleep()
        case .present(let call): self.notifications.present(call)
        }
    }

    /// What every port says, one stream for each; but for the permissions, which are read first.
    var facts: [AsyncStream<PlatformFact>] {
        let ports: [any PlatformPort] = [
            self.service, self.notifications, self.audioSession, self.pictureInPicture,
            self.screenCapture, self.wakefulness, self.backgroundTasks,
        ]
        return [self.lifecycle.facts] + ports.map(\.facts)
    }
}

/// How the SDK reaches a server: WebSockets, TLS and two primitives of cryptography. Made by the
/// module of each network stack, such as `HoldfastNetwork.nio()`.
public struct HoldfastNetwork: Sendable {
    package var transport: any Transport
    package var crypto: any Cryptography

    package init(transport: any Transport, crypto: any Cryptography) {
        self.transport = transport
        self.crypto = crypto
    }
}
