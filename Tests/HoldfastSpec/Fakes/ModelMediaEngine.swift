import Holdfast
package import HoldfastCore
import HoldfastWire

/// Connects ``ModelMediaEngine``s, and is their clock.
package final class ModelMediaNetwork: Sendable {
    private struct Seat {
        weak var engine: ModelMediaEngine?
    }

    private let seats = Locked<[Seat]>([])

    package init() {}

    /// Takes a new engine in; its number is its address.
    fileprivate func enter(_ engine: ModelMediaEngine) -> Int {
        self.seats.withLock { seats in
            seats.append(Seat(engine: engine))
            return seats.count - 1
        }
    }

    /// The engine at an address.
    fileprivate func engine(_ address: Int) -> ModelMediaEngine? {
        self.seats.withLock { $0.indices.contains(address) ? $0[address].engine : nil }
    }

    /// Lets a second pass: whoever hears somebody reports it.
    package func tick() {
        let engines = self.seats.withLock { $0.compactMap(\.engine) }
        for engine in engines { engine.tick() }
    }
}

/// A media engine without media that keeps the contract of every engine: what a test of an app, or
/// of the contract itself, can be run against anywhere.
package final class ModelMediaEngine: MediaEngine {
    private struct Peer {
        var role: PeerRole
        /// The address of the other end, once descriptions were exchanged.
        var other: Int?
        var frames: [VideoTrack: UInt64] = [:]
    }

    private struct State {
        var isRunning = false
        var peers: [ParticipantID: Peer] = [:]
        var choices: [VideoTrack: VideoChoice] = [:]
    }

    private let network: ModelMediaNetwork
    private let state = Locked(State())
    private let address = Locked(0)
    private let stream: AsyncStream<MediaEvent>
    private let continuation: AsyncStream<MediaEvent>.Continuation

    package init(network: ModelMediaNetwork) {
        self.network = network
        (self.stream, self.continuation) = AsyncStream.makeStream()
        let address = network.enter(self)
        self.address.withLock { $0 = address }
    }

    deinit { self.continuation.finish() }

    package var events: AsyncStream<MediaEvent> { self.stream }

    package func apply(_ command: MediaCommand) {
        let own = self.address.withLock { $0 }
        let events = self.state.withLock { Self.carryOut(command, &$0, address: own) }
        for event in events { self.continuation.yield(event) }
    }

    private static func carryOut(
        _ command: MediaCommand,
        _ state: inout State,
        address: Int
    ) -> [MediaEvent] {
        if case .start = command {
            state.isRunning = true
            return []
        }
        guard state.isRunning else { return [] }
        switch command {
        case .start: return []
        case .stop:
            state = State()
            return []
        case .connect(let id, let role):
            guard state.peers[id] == nil else { return [] }
            guard state.peers.count < MediaEngineLimits.peerCountMax else {
                return [.failed(MediaFailure(code: .limit, message: "full"))]
            }
            state.peers[id] = Peer(role: role)
            return [.peer(id, .connecting)] + (role == .offerer ? self.offer(to: id, address) : [])
        case .disconnect(let id):
            state.peers[id] = nil
            return []
        case .receive(let signal, let id):
            return self.receive(signal, from: id, &state, address: address)
        case .restartICE(let id):
            switch state.peers[id]?.role {
            case .offerer: return self.offer(to: id, address)
            case .answerer: return [.signal(.offerRequest(restart: true), to: id)]
            case nil: return []
            }
        case .setVideo(let track, let choice): return self.show(track, choice, &state)
        case .setMicrophone, .setOutputGain, .setInput, .setOutput, .setICEServers: return []
        }
    }

    private static func offer(to id: ParticipantID, _ address: Int) -> [MediaEvent] {
        [
            .signal(.offer(sdp: "offer \(address)"), to: id),
            .signal(.candidate(line: 0, candidate: "model"), to: id),
        ]
    }

    private static func receive(
        _ signal: MediaSignal,
        from id: ParticipantID,
        _ state: inout State,
        address: Int
    ) -> [MediaEvent] {
        guard let peer = state.peers[id] else { return [] }
        let bad = MediaEvent.failed(MediaFailure(code: .badSignal, message: "unreadable"))
        let connected: [MediaEvent] = [.peer(id, .connected), .reception(id, .flowing)]
        let isNew = peer.other == nil
        switch signal {
        case .offer(let text):
            guard peer.role == .answerer, let other = self.address(in: text, after: "offer")
            else { return [bad] }
            state.peers[id]?.other = other
            return [.signal(.answer(sdp: "answer \(address)"), to: id)]
                + (isNew ? connected : [])
        case .answer(let text):
            guard peer.role == .offerer, let other = self.address(in: text, after: "answer")
            else { return [bad] }
            state.peers[id]?.other = other
            return isNew ? connected : []
        case .candidate(_, let text):
            return text.isEmpty || text == "model" ? [] : [bad]
        case .offerRequest:
            return peer.role == .offerer ? self.offer(to: id, address) : [bad]
        }
    }

    private static func address(in text: String, after word: String) -> Int? {
        let words = text.split(separator: " ")
        return words.count == 2 && words[0] == word ? Int(words[1]) : nil
    }

    private static func show(
        _ track: VideoTrack,
        _ choice: VideoChoice,
        _ state: inout State
    ) -> [MediaEvent] {
        switch choice {
        case .live(.display), .live(.window):
            state.choices[track] = nil
            let message = "A model has no screen."
            return [
                .videoEnded(VideoEnd(track: track, reason: .unavailable, message: message))
            ]
        case .live(.camera):
            guard state.choices[track] != .live(.pattern) else { return [] }
            state.choices[track] = .live(.pattern)
            let reason = "A model has no camera."
            return [
                .videoReplaced(
                    VideoReplacement(track: track, wanted: .camera, used: .pattern, reason: reason)
                )
            ]
        case .live(.pattern): state.choices[track] = choice
        case .paused: if state.choices[track] != nil { state.choices[track] = .paused }
        case .off: state.choices[track] = nil
        }
        return []
    }

    /// Whether others see this track now.
    private func isLive(_ track: VideoTrack) -> Bool {
        self.state.withLock { $0.choices[track] == .live(.pattern) }
    }

    fileprivate func tick() {
        let peers = self.state.withLock { $0.peers.sorted { $0.key < $1.key } }
        for (id, peer) in peers {
            guard let address = peer.other, let other = self.network.engine(address) else {
                continue
            }
            let live = VideoTrack.allCases.filter(other.isLive)
            let frames = self.state.withLock { state in
                for track in live { state.peers[id]?.frames[track, default: 0] += 1 }
                return state.peers[id]?.frames ?? [:]
            }
            let camera = frames[.camera].map { VideoStatistics(framesDecoded: $0) }
            let screen = frames[.screen].map { VideoStatistics(framesDecoded: $0) }
            self.continuation.yield(
                .statistics(MediaStatistics(peer: id, camera: camera, screen: screen))
            )
        }
    }
}
