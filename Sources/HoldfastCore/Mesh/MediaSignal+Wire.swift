import HoldfastWire

extension MediaSignal {
    /// What the media engine is to know; nil for what a newer version sent.
    init?(_ content: Signal.Content) {
        switch content {
        case .offer(let sdp): self = .offer(sdp: sdp)
        case .answer(let sdp): self = .answer(sdp: sdp)
        case .candidate(let line, let candidate):
            self = .candidate(line: line, candidate: candidate)
        case .offerRequest(let restart): self = .offerRequest(restart: restart)
        case .unknown: return nil
        }
    }

    /// The bytes that HF-56 limits.
    var byteCount: Int {
        switch self {
        case .offer(let sdp), .answer(let sdp): sdp.utf8.count
        case .candidate(_, let candidate): candidate.utf8.count
        case .offerRequest: 0
        }
    }
}

extension Signal.Content {
    /// As it travels.
    init(_ signal: MediaSignal) {
        switch signal {
        case .offer(let sdp): self = .offer(sdp: sdp)
        case .answer(let sdp): self = .answer(sdp: sdp)
        case .candidate(let line, let candidate):
            self = .candidate(line: line, candidate: candidate)
        case .offerRequest(let restart): self = .offerRequest(restart: restart)
        }
    }
}
