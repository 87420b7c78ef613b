import CHoldfastMedia
import Dispatch
import HoldfastCore
import HoldfastWire

/// Carries out commands and reports in order, on one serial queue. It decides only what the port
/// leaves to an engine; who says what when is ``PairNegotiation``'s.
// SAFETY: everything mutable is touched on `queue` alone, by `drain`; `begin` runs before
// anything can be posted.
final class MediaEngineOwner: @unchecked Sendable {
    let inbox: MediaInbox
    let buffer: MediaEventBuffer
    let devices: AudioDevices
    let pictureSources = PictureSources()
    let taps: MediaTaps
    private let queue: DispatchQueue
    private var timer: (any DispatchSourceTimer)?
    private var tokenCount: UInt64 = 0
    private(set) var now = MonotonicInstant.zero

    /// Sources asked for that have neither come nor failed: at most one hangs at a time.
    var openingSourceCount = 0
    /// Pictures asked for that have neither come nor failed.
    var openingPictureCount = 0
    /// Nil while stopped.
    var session: MediaSession?

    /// How often deadlines are looked at: the watchdog is this late at most.
    static let tickInterval: DispatchTimeInterval = .milliseconds(100)

    init(
        buffer: MediaEventBuffer,
        soundCard: SoundCard,
        taps: MediaTaps
    ) {
        let queue = DispatchQueue(label: "holdfast.media.owner")
        self.queue = queue
        self.buffer = buffer
        self.inbox = MediaInbox(queue: queue)
        self.devices = AudioDevices(
            inbox: self.inbox,
            soundCard: soundCard,
            payloadTap: taps.payload
        )
        self.taps = taps
    }

    /// From now on the inbox is emptied; it keeps the owner alive until the engine is released.
    func begin() {
        self.inbox.setDrain { self.drain() }
    }

    private func drain() {
        let (items, overflow) = self.inbox.take()
        for item in items {
            self.now = MonotonicInstant(offset: .nanoseconds(hf_media_now()))
            switch item {
            case .command(let command): self.carryOut(command)
            case .report(let report): self.take(report)
            case .tick: self.advance()
            case .release: self.release()
            case .devicesClosed: self.inbox.setDrain(nil)
            }
        }
        if overflow.commandCount + overflow.reportCount > 0 {
            self.fail(
                .engine,
                "The media engine was given more than it could take; stop and start it."
            )
        }
    }

    private func carryOut(_ command: MediaCommand) {
        switch command {
        case .start(let settings): self.start(settings)
        case .connect(let id, let role): self.connect(id, role: role)
        case .disconnect(let id): self.disconnect(id)
        case .receive(let signal, let id): self.receive(signal, from: id)
        case .restartICE(let id): self.restart(id)
        case .setICEServers(let servers): self.setICEServers(servers)
        case .setMicrophone(let state): self.setMicrophone(state)
        case .setVideo(let track, let choice): self.setVideo(track, choice)
        case .setInput(let route): self.setInput(route)
        case .setOutput(let route): self.setOutput(route)
        case .setOutputGain(let gain): self.setOutputGain(gain)
        case .stop: self.stop()
        }
    }

    private func take(_ report: MediaReport) {
        switch report {
        case .peer(let token, let report): self.take(report, of: token)
        case .device(let token, let report): self.take(report, of: token)
        case .pictureOpened(let token, let picture): self.pictureOpened(picture, token: token)
        case .sourceOpened(let token, let source): self.sourceOpened(source, token: token)
        case .playoutOpened(let token, let playout): self.playoutOpened(playout, token: token)
        case .speakerOpened(let peer, let speaker, in: let playout):
            self.speakerOpened(speaker, in: playout, peer: peer)
        }
    }

    private func take(_ report: DeviceReport, of token: MediaToken) {
        if self.takeSource(report, of: token) || self.takePicture(report, of: token) { return }
        if self.takeDevices(report, of: token) { return }
        if case .failed(let reason) = report, token == self.session?.playout.token {
            self.losePlayout(reason)
        }
    }

    private func start(_ settings: MediaSettings) {
        guard self.session == nil else { return }
        if let problem = GStreamerMediaEngine.problem {
            self.fail(.unavailable, problem)
            return
        }
        self.session = MediaSession(settings: settings, base: hf_media_clock())
        self.beginSource()
        self.openPlayout()
        self.beginDevices()
        let timer = DispatchSource.makeTimerSource(queue: self.queue)
        timer.schedule(deadline: .now() + Self.tickInterval, repeating: Self.tickInterval)
        timer.setEventHandler { [inbox] in inbox.post(.tick) }
        timer.activate()
        self.timer = timer
    }

    private func stop() {
        guard let session = self.session else { return }
        self.timer?.cancel()
        self.timer = nil
        for peer in session.peers.values { self.close(peer) }
        self.endSource(of: session)
        for track in VideoTrack.allCases { self.endPicture(track) }
        self.devices.closeList()
        if let playout = session.playout.handle { self.devices.close(playout) }
        // What is being opened right now belongs to no session when it comes, and is closed then.
        self.session = nil
    }

    private func release() {
        self.stop()
        self.buffer.finish()
        // A device may just be being opened; only behind it comes the end of the owner.
        self.pictureSources.afterEverything { [devices, inbox] in
            devices.afterEverything { inbox.post(.devicesClosed) }
        }
    }

    func emit(_ event: MediaEvent) {
        self.buffer.append(event)
    }

    func fail(_ code: MediaFailure.Code, _ message: String) {
        self.emit(.failed(MediaFailure(code: code, message: message)))
    }

    func newToken() -> MediaToken {
        self.tokenCount += 1
        return MediaToken(rawValue: self.tokenCount)
    }
}
