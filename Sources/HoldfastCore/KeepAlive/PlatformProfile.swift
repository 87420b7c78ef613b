/// How one platform differs from the others, as a value. Who decides asks it instead of the platform's
/// name.
package struct PlatformProfile: Hashable, Sendable {
    /// A service must run for the process to go on in the background.
    package struct Service: Hashable, Sendable {
        /// The types that the app's manifest declares, with their permissions.
        package var declared: CallServiceTypes
        /// From its start to its stop it lives at least this long (F20): a system that stops it earlier
        /// leaves its notification behind.
        package var lifeMin: Duration
        /// After so long without an answer a start is taken as refused.
        package var answerMax: Duration
        /// Whether types of ``CallServiceTypes/whileInUse`` can be taken only while the app is visible
        /// (A-WIU-01).
        package var isWhileInUseBound: Bool

        package init(
            declared: CallServiceTypes,
            lifeMin: Duration = .seconds(2),
            answerMax: Duration = .seconds(30),
            isWhileInUseBound: Bool = true
        ) {
            self.declared = declared
            self.lifeMin = lifeMin
            self.answerMax = answerMax
            self.isWhileInUseBound = isWhileInUseBound
        }
    }

    /// What a process in the background needs to go on running.
    package enum Background: Hashable, Sendable {
        /// Nothing.
        case runs
        /// The service.
        case needsService
        /// An audio session with sound in it (I-AUD-01); without one, a background task for as long as
        /// the system gives it (I-BG-02).
        case needsAudio
    }

    /// When a camera goes on in the background.
    package enum BackgroundCamera: Hashable, Sendable {
        case always
        /// With the service's type for it.
        case withService
        /// While the picture floats above other apps.
        case withPictureInPicture
        case never
    }

    package var service: Service?
    package var background: Background
    package var camera: BackgroundCamera
    /// Whether sound needs a session, or the focus, of the system's.
    package var hasAudioSession: Bool
    /// Whether an ongoing call is shown by a notification of ours.
    package var hasNotification: Bool
    /// Whether showing the screen needs a service and a notification of its own.
    package var hasScreenShareService: Bool
    package var hasPictureInPicture: Bool
    /// Whether the processor may stop although a call runs (A-CPU-01).
    package var needsAwake: Bool

    package init(
        service: Service? = nil,
        background: Background,
        camera: BackgroundCamera,
        hasAudioSession: Bool,
        hasNotification: Bool,
        hasScreenShareService: Bool = false,
        hasPictureInPicture: Bool,
        needsAwake: Bool
    ) {
        self.service = service
        self.background = background
        self.camera = camera
        self.hasAudioSession = hasAudioSession
        self.hasNotification = hasNotification
        self.hasScreenShareService = hasScreenShareService
        self.hasPictureInPicture = hasPictureInPicture
        self.needsAwake = needsAwake
    }

    /// A process that nothing stops and that shows nothing: servers, tests, the command line.
    package static let plain = PlatformProfile(
        background: .runs,
        camera: .always,
        hasAudioSession: false,
        hasNotification: false,
        hasPictureInPicture: false,
        needsAwake: false
    )

    /// A Linux desktop.
    package static let linux = PlatformProfile(
        background: .runs,
        camera: .always,
        hasAudioSession: false,
        hasNotification: true,
        hasPictureInPicture: false,
        needsAwake: true
    )

    /// Android with the manifest that the SDK merges, or with what is left of it.
    ///
    /// Types for microphone and camera exist from API 30 on (A-TYPE-04); before, every service gives
    /// both (A-WIU-02).
    package static func android(
        api: Int,
        declared: CallServiceTypes = [.phoneCall, .microphone, .camera]
    ) -> PlatformProfile {
        let hasCaptureTypes = api >= 30
        return PlatformProfile(
            service: Service(
                declared: hasCaptureTypes ? declared : declared.subtracting(.whileInUse),
                isWhileInUseBound: hasCaptureTypes
            ),
            background: .needsService,
            camera: hasCaptureTypes ? .withService : .always,
            hasAudioSession: true,
            hasNotification: true,
            hasScreenShareService: true,
            hasPictureInPicture: true,
            needsAwake: true
        )
    }

    /// iPhone and iPad. `hasPictureInPictureCamera`: the app may use the camera while its picture
    /// floats (I-CAM-03, I-CAM-05).
    package static func apple(hasPictureInPictureCamera: Bool) -> PlatformProfile {
        PlatformProfile(
            background: .needsAudio,
            camera: hasPictureInPictureCamera ? .withPictureInPicture : .never,
            hasAudioSession: true,
            hasNotification: false,
            hasPictureInPicture: true,
            needsAwake: false
        )
    }
}
