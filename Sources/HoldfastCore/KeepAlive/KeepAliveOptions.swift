/// What keeps calls alive when the app leaves the screen, and what happens to their media then.
///
/// The same for all calls of a client.
public struct KeepAliveOptions: Hashable, Sendable {
    /// Who starts and stops the service that keeps the process running.
    public enum Start: Hashable, Sendable {
        /// It follows the calls: it is there while there is one.
        case automatic
        /// The app says when, by `launch()` and `abort()`. It ends with the last call all the same.
        case manual
    }

    /// What becomes of the connection of a call in the background.
    public enum Connection: Hashable, Sendable {
        /// It stays.
        case kept
        /// It is closed after ``KeepAliveOptions/grace``; the session waits on the server, and returns
        /// with the app. Others see that the participant is away.
        case released
    }

    /// What becomes of the microphone in the background.
    public enum Audio: Hashable, Sendable {
        /// It stays as the user chose it.
        case unchanged
        /// Silence is sent. The capture goes on, for it is what keeps an app running on some systems.
        case muted
    }

    /// When the camera is paused because the app is in the background.
    public enum VideoPause: Hashable, Sendable {
        /// Not by us. Where the system interrupts or ends an app that goes on, the camera is paused all
        /// the same.
        case never
        /// When the system will not let it go on there.
        case whenRequired
        /// Always.
        case always
    }

    /// What becomes of the calls when the user swipes the app away.
    public enum TaskRemoved: Hashable, Sendable {
        /// They go on, where the system allows it.
        case keep
        /// They are left; the others are told before the process ends.
        case leave
    }

    /// What becomes of a call while the system has a call of its own.
    public enum SystemCall: Hashable, Sendable {
        /// It is held, and goes on afterwards.
        case hold
        /// It is left.
        case leave
    }

    /// What becomes of a call when another app wants to be heard.
    public enum AudioFocus: Hashable, Sendable {
        /// Nothing.
        case ignore
        /// The others are heard at ``KeepAliveLimits/duckedGain`` until the other app is done.
        case duck
        /// The others are not heard until the other app is done.
        case mute
        /// The call is held until the other app is done.
        case hold
    }

    /// Whether the call's picture floats above other apps.
    public enum PictureInPicture: Hashable, Sendable {
        /// When the app is left during a call with a picture.
        case automatic
        /// Never.
        case off
    }

    /// Default ``Start/automatic``.
    public var start: Start
    /// Default ``Connection/kept``.
    public var connection: Connection
    /// Default ``Audio/unchanged``.
    public var audio: Audio
    /// Default ``VideoPause/whenRequired``.
    public var video: VideoPause
    /// Default ``TaskRemoved/keep``.
    public var taskRemoved: TaskRemoved
    /// Default ``SystemCall/hold``.
    public var systemCall: SystemCall
    /// Default ``AudioFocus/duck``.
    public var audioFocus: AudioFocus
    /// Default ``PictureInPicture/automatic``.
    public var pictureInPicture: PictureInPicture
    /// How long the connection is kept in the background when nothing keeps the process running.
    /// Default 30 s, at most ``KeepAliveLimits/graceMax``; a system that gives less wins.
    public var grace: Duration
    /// The words of notifications. Default: English.
    public var texts: NotificationTexts

    /// Creates options; every default is documented on its property.
    public init(
        start: Start = .automatic,
        connection: Connection = .kept,
        audio: Audio = .unchanged,
        video: VideoPause = .whenRequired,
        taskRemoved: TaskRemoved = .keep,
        systemCall: SystemCall = .hold,
        audioFocus: AudioFocus = .duck,
        pictureInPicture: PictureInPicture = .automatic,
        grace: Duration = .seconds(30),
        texts: NotificationTexts = NotificationTexts()
    ) {
        self.start = start
        self.connection = connection
        self.audio = audio
        self.video = video
        self.taskRemoved = taskRemoved
        self.systemCall = systemCall
        self.audioFocus = audioFocus
        self.pictureInPicture = pictureInPicture
        self.grace = grace
        self.texts = texts
    }
}

/// Bounds of what keeps calls alive.
public enum KeepAliveLimits {
    /// The longest ``KeepAliveOptions/grace``; a client with a longer one is not made.
    public static let graceMax: Duration = .seconds(180)
    /// The shortest time between two changes of a notification.
    public static let notificationInterval: Duration = .seconds(1)
    /// After so long without a sound from an open microphone the system is said to have silenced it.
    public static let silencePatience: Duration = .milliseconds(2_500)
    /// The volume of the others while another app is heard.
    public static let duckedGain = 0.2
    /// Bytes of UTF-8 of a notification's title; longer ones are cut.
    public static let titleBytesMax = 128
    /// Bytes of UTF-8 of a notification's text; longer ones are cut.
    public static let textBytesMax = 256
    /// Actions of one notification; what comes behind them is left out.
    public static let actionCountMax = 5
    /// How long the app's handler of an action may take before the default happens all the same.
    public static let handlerPatience: Duration = .seconds(5)
    /// How long an avatar may take before the notification goes without one.
    public static let avatarPatience: Duration = .seconds(5)
    /// Bytes of an avatar.
    public static let avatarBytesMax = 256 * 1024
}
