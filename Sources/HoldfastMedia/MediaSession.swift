import HoldfastCore
import HoldfastWire

/// What an engine has between start and stop.
struct MediaSession {
    let settings: MediaSettings
    /// The common zero of all pipelines' running time.
    let base: UInt64
    var microphone: MicrophoneState
    var gain: Double = 1
    var source = Source()
    var playout = Playout()
    var peers: [ParticipantID: PeerConnection] = [:]

    struct Source {
        /// Of the source that is open or being opened.
        var token: MediaToken?
        var handle: SourceHandle?
        /// What is sent; another than wanted after a replacement.
        var used: AudioSource?
        /// Frames seen at the last tick, and for how many ticks there were no more.
        var frameCount: UInt32 = 0
        var idleTickCount = 0
        /// When the lost microphone is tried again.
        var retry: MonotonicInstant?
        /// The lost microphone is being tried; until it opens, what has this token is sent.
        var isReturning = false
        var replacementToken: MediaToken?
    }

    struct Playout {
        var token: MediaToken?
        var handle: PlayoutHandle?
        var retry: MonotonicInstant?
    }

    init(settings: MediaSettings, base: UInt64) {
        self.settings = settings
        self.base = base
        self.microphone = settings.microphone
    }
}
