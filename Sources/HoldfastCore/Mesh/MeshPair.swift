import HoldfastWire

/// The media connection to one other participant, as far as its repair is concerned.
struct MeshPair: Hashable, Sendable {
    /// How long a new pair may take before it is asked to begin again.
    static let connectPatience: Duration = .seconds(4)
    /// After a silence, and doubled with each restart.
    static let restartDelayBase: Duration = .seconds(1)
    static let restartDelayMax: Duration = .seconds(8)
    /// How long packets may take once both sides have agreed on a restart.
    static let answerPatience: Duration = .milliseconds(1500)

    let role: PeerRole
    /// The network in which its connection was made, nil when that was not known.
    var path: PathStatus?
    /// When ICE is to be restarted, unless packets flow before.
    private(set) var restartAt: MonotonicInstant?
    private var isConnected = false
    private var isSilent = false
    private var restartCount = 0
    /// When the other end answered the last offer, while no packets flow.
    private var answeredAt: MonotonicInstant?

    init(role: PeerRole, path: PathStatus?, at now: MonotonicInstant) {
        self.role = role
        self.path = path
        self.restartAt = now.advanced(by: Self.connectPatience)
    }

    /// Whether ICE was restarted and packets do not flow yet.
    var hasRestartedInVain: Bool { self.restartCount > 0 && !self.isHealthy }

    /// Whether the transport is up and nothing says that no packets come.
    var isHealthy: Bool { self.isConnected && !self.isSilent }

    mutating func peerChanged(_ state: PeerConnectionState, at now: MonotonicInstant) {
        switch state {
        case .connecting: break
        case .connected: self.isConnected = true
        case .failed: self.isConnected = false
        }
        self.reconsider(at: now)
    }

    mutating func receptionChanged(_ reception: Reception, at now: MonotonicInstant) {
        self.isSilent = reception == .silent
        // Packets that arrive prove the transport, whatever was reported before.
        if reception == .flowing { self.isConnected = true }
        self.reconsider(at: now)
    }

    /// The other end can be asked again.
    mutating func becameReachable(at now: MonotonicInstant) {
        guard !self.isHealthy else { return }
        self.restartCount = 0
        self.restartAt = now.advanced(by: Self.restartDelayBase)
    }

    /// The other end answered an offer.
    mutating func answered(at now: MonotonicInstant) {
        if !self.isHealthy { self.answeredAt = now }
    }

    /// Whether restarting ICE once more is of no use: both sides agreed on one, and no packets came.
    /// ICE knows only what it gathered when the connection was made, so a relay that is gone or an
    /// address that came later needs a new connection. While nobody answers the old one stays, for
    /// its packets may flow again.
    func isRestartUseless(at now: MonotonicInstant) -> Bool {
        guard !self.isHealthy, let answeredAt else { return false }
        return now >= answeredAt.advanced(by: Self.answerPatience)
    }

    /// ICE was restarted, or asked to be, or the connection was begun anew.
    mutating func restarted(at now: MonotonicInstant) {
        self.restartCount = min(self.restartCount + 1, 10)
        self.answeredAt = nil
        // A healthy pair restarts because of a path change; whether it worked shows by itself.
        self.restartAt = self.isHealthy ? nil : now.advanced(by: self.delay)
    }

    private mutating func reconsider(at now: MonotonicInstant) {
        if self.isHealthy {
            self.restartCount = 0
            self.restartAt = nil
            self.answeredAt = nil
        } else if self.restartAt == nil {
            self.restartAt = now.advanced(by: self.delay)
        }
    }

    private var delay: Duration {
        min(Self.restartDelayBase * (1 << self.restartCount), Self.restartDelayMax)
    }
}
