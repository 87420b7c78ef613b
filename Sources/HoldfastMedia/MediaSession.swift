import HoldfastCore
import HoldfastWire

/// What an engine has between start and stop.
struct MediaSession {
    var settings: MediaSettings
    /// The common zero of all pipelines' running time.
    let base: UInt64
    var microphone: MicrophoneState
    var gain: Double = 1
    var source = Source()
    var playout = Playout()
    var pictures: [VideoTrack: Picture] = [:]
    var input: RouteKeeper
    var output: RouteKeeper
    /// Names the list of devices that is kept.
    var deviceList: MediaToken?
    /// What has come of it so far.
    var foundDevices: [AudioDevice] = []
    var devices: [AudioDevice] = []
    var peers: [ParticipantID: PeerConnection] = [:]
    var relayWatch = RelayWatch()

    /// Something is always sent: what is to replace it takes over with its first frame.
    struct Source {
        var current: Current?
        var next: Next?
        /// When a lost microphone is tried again.
        var retry: MonotonicInstant?
        /// The microphone was lost in the middle of the call, and that was told.
        var isMicrophoneLost = false
    }

    /// What is sent.
    struct Current {
        let token: MediaToken
        let handle: SourceHandle
        let what: AudioSource
        /// The device, when it is one.
        var route = AudioRoute.system
        /// Frames seen at the last tick, and for how many ticks there were no more.
        var frameCount: UInt32 = 0
        var idleTickCount = 0

        /// Tones need no device, so they neither fail nor hang.
        var isTone: Bool { if case .tone = self.what { true } else { false } }
    }

    /// What is being opened, and has not yet given a frame.
    struct Next {
        let token: MediaToken
        let what: AudioSource
        /// The device, when it is one.
        var route = AudioRoute.system
        var handle: SourceHandle?
        var isFlowing = false
        /// A very short file, at its end before it was handed over.
        var isRepeatDue = false
        var tickCount = 0
    }

    struct Playout {
        /// Of the output that plays.
        var token: MediaToken?
        var handle: PlayoutHandle?
        /// What is being opened; until then the one before plays.
        var next: (token: MediaToken, route: AudioRoute)?
        /// An output was lost, and none has come since.
        var isLost = false
        var retry: MonotonicInstant?
    }

    /// What is sent, or is to be sent, on a track.
    struct Picture {
        let token: MediaToken
        let wanted: VideoSource
        /// The pattern, when there is no camera.
        let used: VideoSource
        var handle: PictureHandle?
        var isPaused: Bool
        var isFlowing = false
        /// Frames seen at the last tick, and for how many ticks there were no more.
        var frameCount: UInt32 = 0
        var idleTickCount = 0
    }

    init(settings: MediaSettings, base: UInt64) {
        self.settings = settings
        self.base = base
        self.microphone = settings.microphone
        self.input = RouteKeeper(direction: .input, wanted: settings.input)
        self.output = RouteKeeper(direction: .output, wanted: settings.output)
    }
}
