import HoldfastServerCore
import HoldfastWire

/// The operator's webhook in a history: takes pushes, fails, and says that tokens are gone, by chance.
struct ChannelGateway {
    /// Answers under way.
    private var answers: [ServerEvent] = []
    /// What was taken, and the engine has been told so.
    private var taken: Set<PushID> = []
    private(set) var ringPushCount = 0

    mutating func take(_ request: PushRequest, _ random: inout RandomSource) {
        if request.kind == .ring { self.ringPushCount += 1 }
        let outcome: PushOutcome =
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: .failed(retryAfter: nil)
            case 3: .gone
            default: .taken
            }
        self.answers.append(
            .pushAnswered(request.user, request.id, request.registration, outcome)
        )
    }

    /// The oldest answer arrives.
    mutating func answer() -> ServerEvent? {
        guard !self.answers.isEmpty else { return nil }
        let answer = self.answers.removeFirst()
        if case .pushAnswered(_, let id, _, .taken) = answer { self.taken.insert(id) }
        return answer
    }

    func hasTaken(_ id: PushID) -> Bool { self.taken.contains(id) }

    /// The process died: its answers come to nobody, and what it had not stored it may do again.
    mutating func forget() {
        self.answers = []
        self.taken = []
    }

    /// A commit failed: what was decided with it is decided again.
    mutating func doubt() { self.taken = [] }
}

extension ChannelHistory {
    /// A push is for a ring that rings, and once for each event and device (HF-74).
    func complaint(about request: PushRequest) -> String? {
        if self.gateway.hasTaken(request.id) { return "C10 \(request.id) was taken already" }
        guard request.kind == .ring else { return nil }
        let log = self.store.calls[CallID(channelOf: request.user)]?.log ?? []
        let ring = log.lazy.compactMap { entry -> RingID? in
            guard case .ring(let ring) = entry.event,
                PushID(device: request.device, offset: entry.offset) == request.id
            else { return nil }
            return ring.id
        }.first
        guard let ring else { return "C10 \(request.id) is for no ring" }
        let hasEnded = log.contains { entry in
            if case .ringEnded(let ended) = entry.event { ended.id == ring } else { false }
        }
        return hasEnded ? "C10 \(request.id) is for \(ring), which has ended" : nil
    }
}
