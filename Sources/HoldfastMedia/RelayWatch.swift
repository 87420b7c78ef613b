import HoldfastCore
import HoldfastWire

/// Notices that a connection restricted to relays gets none. Neither webrtcbin nor libnice says so:
/// a TURN server that is away or refuses a credential is a candidate that never comes.
struct RelayWatch: Equatable, Sendable {
    /// How long the first candidate may take. A TURN server answers in three round trips.
    static let patience: Duration = .seconds(5)

    private enum State: Equatable, Sendable {
        case idle
        case waiting(until: MonotonicInstant)
        /// Said once, until something changes.
        case told
    }
    private var state = State.idle

    /// A connection was opened that may use nothing but relays. Attempts that follow each other do
    /// not put the end off.
    mutating func opened(at now: MonotonicInstant) {
        if self.state == .idle { self.state = .waiting(until: now.advanced(by: Self.patience)) }
    }

    /// A relay gave a candidate.
    mutating func gathered() { self.state = .idle }

    /// What was true of the old servers need not be of the new ones.
    mutating func serversChanged() { self.state = .idle }

    /// Whether it is to be said now.
    mutating func advance(to now: MonotonicInstant) -> Bool {
        guard case .waiting(let until) = self.state, now >= until else { return false }
        self.state = .told
        return true
    }
}
