import HoldfastCore
import HoldfastWire

/// Says when RTP stops and starts. Nothing else does: neither the operating system nor webrtcbin
/// reports a dead network or a killed peer.
struct ReceptionWatchdog: Equatable, Sendable {
    /// How long nothing may come.
    let silence: Duration

    private enum State: Equatable, Sendable {
        /// The transport is not there yet; nothing is expected.
        case waiting
        /// The transport is there; the first packet is due.
        case expecting(since: MonotonicInstant)
        case flowing(last: MonotonicInstant)
        case silent
    }
    private var state = State.waiting

    init(silence: Duration = MediaEngineLimits.silence) {
        self.silence = silence
    }

    /// When ``advance(to:)`` has something to do; nil when only a packet can change anything.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .expecting(let since): since.advanced(by: self.silence)
        case .flowing(let last): last.advanced(by: self.silence)
        case .waiting, .silent: nil
        }
    }

    /// The transport of the pair is there.
    mutating func handleConnected(at now: MonotonicInstant) {
        if case .waiting = self.state {
            self.state = .expecting(since: now)
        }
    }

    /// A packet came.
    mutating func handlePacket(at now: MonotonicInstant) -> Reception? {
        switch self.state {
        case .waiting, .expecting, .silent:
            self.state = .flowing(last: now)
            return .flowing
        case .flowing(let last):
            self.state = .flowing(last: max(last, now))
            return nil
        }
    }

    /// Time has passed. A late or early call changes nothing.
    mutating func advance(to now: MonotonicInstant) -> Reception? {
        guard let deadline = self.nextDeadline, deadline <= now else { return nil }
        self.state = .silent
        return .silent
    }
}
