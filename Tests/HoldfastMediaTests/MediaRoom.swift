import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastWire
import Testing

/// Engines in one process whose signalling is handed over directly, and everything they said.
// SAFETY: `lock` guards every stored variable.
final class MediaRoom: @unchecked Sendable {
    struct Said {
        let time: ContinuousClock.Instant
        let event: MediaEvent
    }

    private let lock = NSLock()
    private var engines: [ParticipantID: GStreamerMediaEngine] = [:]
    private var settings: [ParticipantID: MediaSettings] = [:]
    private var said: [ParticipantID: [Said]] = [:]
    private var readers: [Task<Void, Never>] = []
    private var tamper: @Sendable (MediaSignal) -> MediaSignal? = { $0 }

    /// Adds an engine and starts it; by default with a tone, heard by nobody, on loopback alone.
    @discardableResult
    func add(
        _ name: String,
        source: AudioSource = .tone(frequency: 440),
        sink: AudioSink = .silent,
        microphone: MicrophoneState = .live,
        soundCard: SoundCard = .system,
        input: AudioRoute = .system,
        output: AudioRoute = .system,
        taps: MediaTaps = MediaTaps(),
        payloadTap: (@Sendable ([UInt8]) -> Void)? = nil
    ) -> ParticipantID {
        let id = ParticipantID(name)
        var taps = taps
        if let payloadTap { taps.payload = payloadTap }
        let engine = GStreamerMediaEngine(soundCard: soundCard, taps: taps)
        self.lock.withLock {
            self.engines[id] = engine
            self.said[id] = []
        }
        // The stream alone: a reader that held the engine would keep it from ever being released.
        let events = engine.events
        self.readers.append(
            Task { [weak self] in
                for await event in events {
                    guard let self else { return }
                    self.note(event, of: id)
                }
            }
        )
        let settings = MediaSettings(
            source: source,
            sink: sink,
            icePolicy: .loopbackOnly,
            microphone: microphone,
            input: input,
            output: output
        )
        self.lock.withLock { self.settings[id] = settings }
        self.start(id)
        return id
    }

    /// Starts an engine as it was started first.
    func start(_ id: ParticipantID) {
        if let settings = self.lock.withLock({ self.settings[id] }) {
            self.tell(id, .start(settings))
        }
    }

    private func note(_ event: MediaEvent, of id: ParticipantID) {
        let tamper = self.lock.withLock {
            self.said[id]?.append(Said(time: .now, event: event))
            return self.tamper
        }
        guard case .signal(let signal, let to) = event, let passed = tamper(signal) else { return }
        self.tell(to, .receive(passed, from: id))
    }

    /// Changes or withholds signalling from now on.
    func relay(_ tamper: @escaping @Sendable (MediaSignal) -> MediaSignal?) {
        self.lock.withLock { self.tamper = tamper }
    }

    func tell(_ id: ParticipantID, _ command: MediaCommand) {
        self.lock.withLock { self.engines[id] }?.apply(command)
    }

    /// Connects a pair; the first one offers.
    func connect(_ offerer: ParticipantID, _ answerer: ParticipantID) {
        self.tell(answerer, .connect(offerer, role: .answerer))
        self.tell(offerer, .connect(answerer, role: .offerer))
    }

    func disconnect(_ one: ParticipantID, _ other: ParticipantID) {
        self.tell(one, .disconnect(other))
        self.tell(other, .disconnect(one))
    }

    /// Everything an engine has said since a moment.
    func events(
        of id: ParticipantID,
        since start: ContinuousClock.Instant? = nil
    ) -> [MediaEvent] {
        self.lock.withLock { self.said[id] ?? [] }
            .filter { said in start.map { said.time >= $0 } ?? true }
            .map(\.event)
    }

    /// What one engine has measured of another since a moment.
    func statistics(
        at id: ParticipantID,
        of peer: ParticipantID,
        since start: ContinuousClock.Instant? = nil
    ) -> [MediaStatistics] {
        self.events(of: id, since: start).compactMap { event in
            if case .statistics(let one) = event, one.peer == peer { one } else { nil }
        }
    }

    /// The kinds of failure an engine has reported.
    func failures(of id: ParticipantID) -> [MediaFailure.Code] {
        self.events(of: id).compactMap { if case .failed(let one) = $0 { one.code } else { nil } }
    }

    /// The sources an engine has replaced.
    func replacements(of id: ParticipantID) -> [SourceReplacement] {
        self.events(of: id).compactMap { event in
            if case .sourceReplaced(let one) = event { one } else { nil }
        }
    }

    /// What one engine has last measured of another's picture.
    func picture(
        _ track: VideoTrack,
        at id: ParticipantID,
        of peer: ParticipantID,
        since start: ContinuousClock.Instant? = nil
    ) -> VideoStatistics? {
        let last = self.statistics(at: id, of: peer, since: start).last
        return track == .camera ? last?.camera : last?.screen
    }

    /// The pictures that ended by themselves.
    func ends(of id: ParticipantID) -> [VideoEnd] {
        self.events(of: id).compactMap { if case .videoEnded(let end) = $0 { end } else { nil } }
    }

    /// The routes that an engine has said to use.
    func routes(of id: ParticipantID, _ direction: AudioDirection) -> [AudioRoute?] {
        self.events(of: id).compactMap { event in
            if case .routeChanged(let change) = event, change.direction == direction {
                .some(change.used)
            } else {
                nil
            }
        }
    }

    /// The devices that an engine has named last.
    func devices(of id: ParticipantID, _ direction: AudioDirection) -> [AudioDeviceID] {
        self.events(of: id).reversed().lazy.compactMap { event in
            if case .devices(let list) = event { list } else { nil }
        }.first?.filter { $0.direction == direction }.map(\.id) ?? []
    }

    /// The answers an engine has given.
    func answers(of id: ParticipantID) -> [String] {
        self.events(of: id).compactMap { event in
            if case .signal(.answer(let sdp), _) = event { sdp } else { nil }
        }
    }

    /// The ICE candidates an engine has named.
    func candidates(of id: ParticipantID) -> [String] {
        self.events(of: id).compactMap { event in
            if case .signal(.candidate(_, let text), _) = event { text } else { nil }
        }
    }

    /// The ports of everybody's candidates.
    func ports() -> Set<UInt16> {
        let ids = self.lock.withLock { Array(self.said.keys) }
        return Set(
            ids.flatMap { self.candidates(of: $0) }.compactMap { candidate in
                UInt16(candidate.split(separator: " ").dropFirst(5).first ?? "")
            }
        )
    }

    /// The ICE user names an engine has offered under.
    func fragments(of id: ParticipantID) -> [Substring] {
        self.events(of: id).compactMap { event in
            guard case .signal(.offer(let sdp), _) = event else { return nil }
            return sdp.split(whereSeparator: \.isNewline).first { $0.hasPrefix("a=ice-ufrag:") }
        }
    }

    /// Waits until something holds; an issue when it does not in time.
    @discardableResult
    func wait(
        _ what: String,
        within limit: Duration = .seconds(15),
        sourceLocation: SourceLocation = #_sourceLocation,
        until condition: () -> Bool
    ) async -> Bool {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        Issue.record(
            "not in \(limit): \(what)\n\(self.transcript())",
            sourceLocation: sourceLocation
        )
        return false
    }

    /// Waits until both ends of a pair say that RTP arrives.
    @discardableResult
    func waitFlowing(
        _ one: ParticipantID,
        _ other: ParticipantID,
        since start: ContinuousClock.Instant? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> Bool {
        await self.wait("RTP both ways", sourceLocation: sourceLocation) {
            self.events(of: one, since: start).contains(.reception(other, .flowing))
                && self.events(of: other, since: start).contains(.reception(one, .flowing))
        }
    }

    func transcript() -> String {
        self.lock.withLock { self.said }.sorted { $0.key < $1.key }.map { id, said in
            "\(id): "
                + said.map { one in
                    switch one.event {
                    case .signal(.offer, let to): "offer→\(to)"
                    case .signal(.answer, let to): "answer→\(to)"
                    case .signal(.candidate(_, let text), let to): "candidate→\(to) \(text)"
                    case .signal(.offerRequest, let to): "offerRequest→\(to)"
                    case .statistics(let one):
                        "\(one.packetsReceived) packets, \(one.packetsLost) lost, \(one.level) dBFS, "
                            + "\(one.camera?.framesDecoded ?? 0) and \(one.screen?.framesDecoded ?? 0) pictures"
                    case .peer, .reception, .sourceReplaced, .videoReplaced, .videoEnded,
                        .devices, .routeChanged, .failed:
                        "\(one.event)"
                    }
                }.joined(separator: " | ")
        }.joined(separator: "\n")
    }

    /// Lets go of everything.
    func end() async {
        let readers = self.lock.withLock {
            self.engines = [:]
            return self.readers
        }
        for reader in readers { await reader.value }
    }
}
