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
        var handle: SourceHandle?
        var isFlowing = false
        /// A very short file, at its end before it was handed over.
        var isRepeatDue = false
        var tickCount = 0
    }

    struct Playout {
        /// Of the output that is open or being opened.
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
