import HoldfastWire

/// The media connection to one other participant, as far as its repair is concerned.
struct MeshPair: Hashable, Sendable {
    /// How long a new pair may take before it is asked to begin again.
    static let connectPatience: Duration = .seconds(4)
    /// After a silence, and doubled with each restart.
    static let restartDelayBase: Duration = .seconds(1)
    static let restartDelayMax: Duration = .seconds(8)

    let role: PeerRole
    /// When ICE is to be restarted, unless packets flow before.
    private(set) var restartAt: MonotonicInstant?
    private var isConnected = false
    private var isSilent = false
    private var restartCount = 0

    init(role: PeerRole, at now: MonotonicInstant) {
        self.role = role
        self.restartAt = now.advanced(by: Self.connectPatience)
    }

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

    /// ICE was restarted, or asked to be.
    mutating func restarted(at now: MonotonicInstant) {
        self.restartCount = min(self.restartCount + 1, 10)
        // A healthy pair restarts because of a path change; whether it worked shows by itself.
        self.restartAt = self.isHealthy ? nil : now.advanced(by: self.delay)
    }

    private mutating func reconsider(at now: MonotonicInstant) {
        if self.isHealthy {
            self.restartCount = 0
            self.restartAt = nil
        } else if self.restartAt == nil {
            self.restartAt = now.advanced(by: self.delay)
        }
    }

    private var delay: Duration {
        min(Self.restartDelayBase * (1 << self.restartCount), Self.restartDelayMax)
    }
}
