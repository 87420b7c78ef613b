/// Follows the 16-bit sequence numbers of one RTP stream: wraparound, gaps, late packets,
/// duplicates and restarts of the sender (RFC 3550 §A.1).
struct SequenceTracker: Equatable, Sendable {
    /// Packets that should have come and have not; a late one is taken off again.
    private(set) var lost: UInt64 = 0

    /// A packet this far behind is still recognised as late or repeated.
    static let window: UInt16 = 64
    /// A step this large is no gap but another stream; believed once its next packet follows.
    /// Five minutes of Opus: longer silences are not told from a restart.
    static let gapMax: UInt16 = 15_000

    private enum State: Equatable, Sendable {
        case empty
        case following(highest: UInt16, seen: UInt64)
        /// A far packet came; `candidate` is what follows it if the sender began anew.
        case doubting(highest: UInt16, seen: UInt64, candidate: UInt16)
    }
    private var state = State.empty

    /// What a packet was.
    enum Verdict: Equatable, Sendable {
        /// The next one, or one after a gap.
        case new
        /// Late, and missing until now.
        case late
        /// Seen before, or too old to tell.
        case repeated
        /// Far away; counted only if the next one follows it.
        case doubtful
    }

    /// Takes the next packet in order of arrival.
    mutating func handle(_ sequence: UInt16) -> Verdict {
        switch self.state {
        case .empty:
            self.state = .following(highest: sequence, seen: 1)
            return .new
        case .following(let highest, let seen):
            return self.follow(sequence, highest: highest, seen: seen)
        case .doubting(let highest, let seen, let candidate):
            if sequence == candidate {
                self.state = .following(highest: sequence, seen: 0b11)
                return .new
            }
            return self.follow(sequence, highest: highest, seen: seen)
        }
    }

    private mutating func follow(_ sequence: UInt16, highest: UInt16, seen: UInt64) -> Verdict {
        let ahead = sequence &- highest
        let behind = highest &- sequence
        if ahead == 0 {
            return .repeated
        }
        if ahead <= Self.gapMax {
            self.lost += UInt64(ahead - 1)
            let shifted = ahead < Self.window ? seen << UInt64(ahead) : 0
            self.state = .following(highest: sequence, seen: shifted | 1)
            return .new
        }
        if behind < Self.window {
            let bit: UInt64 = 1 << UInt64(behind)
            guard seen & bit == 0 else { return .repeated }
            self.state = .following(highest: highest, seen: seen | bit)
            // Packets from before the first one were never counted as lost.
            guard self.lost > 0 else { return .late }
            self.lost -= 1
            return .late
        }
        self.state = .doubting(highest: highest, seen: seen, candidate: sequence &+ 1)
        return .doubtful
    }
}
