import HoldfastWire
import SwiftProtobuf

// What both directions share: media, reachability, signalling, the app's state. An empty string is
// a missing field, which reads as the value that says least.

extension TrackState {
    fileprivate init(wire value: String) {
        self = value.isEmpty ? .absent : TrackState(rawValue: value)
    }
}

extension Reachability {
    init(wire value: String) { self = value.isEmpty ? .online : Reachability(rawValue: value) }
}

extension CallKind {
    init(wire value: String) { self = value.isEmpty ? .audio : CallKind(rawValue: value) }
}

extension MediaState {
    init(_ proto: ProtoMediaState) {
        self.init(
            microphone: TrackState(wire: proto.microphone),
            camera: TrackState(wire: proto.camera),
            screen: TrackState(wire: proto.screen)
        )
    }
}

extension ProtoMediaState {
    init(_ media: MediaState) {
        self.init()
        self.microphone = media.microphone.rawValue
        self.camera = media.camera.rawValue
        self.screen = media.screen.rawValue
    }
}

extension AppState {
    /// Nil for a state of a newer version and for none.
    init?(_ proto: ProtoAppState) {
        switch proto {
        case .foreground: self = .foreground
        case .background: self = .background
        case .suspending: self = .suspending
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension ProtoAppState {
    init(_ state: AppState) {
        switch state {
        case .foreground: self = .foreground
        case .background: self = .background
        case .suspending: self = .suspending
        }
    }
}

extension Signal {
    init(_ proto: ProtoSignal) {
        let content: Content =
            switch proto.content {
            case .offer(let description): .offer(sdp: description.sdp)
            case .answer(let description): .answer(sdp: description.sdp)
            case .candidate(let candidate):
                .candidate(line: candidate.line, candidate: candidate.candidate)
            case .offerRequest(let request): .offerRequest(restart: request.restart)
            case nil: .unknown
            }
        self.init(peer: ParticipantID(proto.peer), content: content)
    }
}

extension ProtoSignal {
    init(_ signal: Signal) {
        self.init()
        self.peer = signal.peer.rawValue
        switch signal.content {
        case .offer(let sdp): self.offer = .with { $0.sdp = sdp }
        case .answer(let sdp): self.answer = .with { $0.sdp = sdp }
        case .candidate(let line, let candidate):
            self.candidate = .with {
                $0.line = line
                $0.candidate = candidate
            }
        case .offerRequest(let restart): self.offerRequest = .with { $0.restart = restart }
        case .unknown: break
        }
    }
}
