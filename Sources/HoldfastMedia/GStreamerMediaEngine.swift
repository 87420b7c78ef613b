import CHoldfastMedia
public import Holdfast
public import HoldfastCore

/// A media engine on GStreamer: a mesh of up to four participants, Opus and VP8 over DTLS-SRTP.
///
/// ```swift
/// let engine = GStreamerMediaEngine()
/// engine.apply(.start(MediaSettings()))
/// for await event in engine.events { … }
/// ```
///
/// Releasing the engine stops it and ends ``events``. See `docs/media.md`.
public final class GStreamerMediaEngine: MediaEngine {
    private let inbox: MediaInbox
    private let buffer = MediaEventBuffer()

    /// Creates an engine that holds nothing yet; devices are opened by ``MediaCommand/start(_:)``.
    public convenience init() {
        self.init(soundCard: .system)
    }

    /// Creates an engine that shows every decoded picture to `frames`, on a thread of GStreamer's:
    /// it must return at once, and should forget a picture for which it has no time.
    public convenience init(frames: @escaping @Sendable (VideoFrame) -> Void) {
        self.init(soundCard: .system, taps: MediaTaps(frame: frames))
    }

    /// For tests.
    package init(soundCard: SoundCard, taps: MediaTaps = MediaTaps()) {
        let owner = MediaEngineOwner(buffer: self.buffer, soundCard: soundCard, taps: taps)
        self.inbox = owner.inbox
        owner.begin()
    }

    deinit {
        self.inbox.post(.release)
    }

    /// Why media cannot be used on this machine, for people; nil when it can. The first call takes
    /// as long as GStreamer needs to start.
    public static var problem: String? {
        guard let text = unsafe hf_media_problem() else { return nil }
        return unsafe String(cString: text)
    }

    /// Queues a command; see ``MediaEngine/apply(_:)``.
    public func apply(_ command: MediaCommand) {
        self.inbox.post(.command(command))
    }

    /// Everything the engine reports, for one reader at a time.
    public var events: AsyncStream<MediaEvent> { self.buffer.stream() }
}

/// Which sound devices there are.
package enum SoundCard: Hashable, Sendable {
    /// The machine's.
    case system
    /// What a PulseAudio server at this address has, and nothing else.
    case pulseAudio(server: String)
    /// None, whatever the machine has: what a test of their absence needs.
    case none
}
