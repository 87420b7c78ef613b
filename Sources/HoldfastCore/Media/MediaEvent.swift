public import HoldfastWire

/// What a media engine reports. At most one ``statistics(_:)`` per peer and second; everything
/// else only when it happens.
public enum MediaEvent: Hashable, Sendable {
    /// Signalling to relay to a participant.
    case signal(MediaSignal, to: ParticipantID)
    /// The transport of a pair changed.
    case peer(ParticipantID, PeerConnectionState)
    /// RTP from a participant arrived for the first time, or again after a silence; or has not
    /// arrived for ``MediaEngineLimits/silence``. The operating system reports neither.
    case reception(ParticipantID, Reception)
    /// Measurements of one pair.
    case statistics(MediaStatistics)
    /// The wanted source could not be opened and another took its place.
    case sourceReplaced(SourceReplacement)
    /// The wanted picture could not be opened and another took its place.
    case videoReplaced(VideoReplacement)
    /// A picture ended without having been stopped; the call goes on, and it may be started again.
    case videoEnded(VideoEnd)
    /// The sound devices of this machine: all of them, when a device was opened first and whenever
    /// one comes or goes.
    case devices([AudioDevice])
    /// A device that is used was lost, or came back: what is used now.
    case routeChanged(RouteChange)
    /// The engine cannot go on; the session does.
    case failed(MediaFailure)
}

/// Bounds that every media engine keeps.
public enum MediaEngineLimits {
    /// No RTP for this long is a silence. Opus sends 50 packets a second, also while muted.
    public static let silence: Duration = .seconds(1)
    /// Peers of one engine: a mesh of four participants.
    public static let peerCountMax = 3
    /// Devices that ``MediaEvent/devices(_:)`` names at most.
    public static let deviceCountMax = 64
    /// Time between two ``MediaEvent/statistics(_:)`` of one peer.
    public static let statisticsInterval: Duration = .seconds(1)
}

/// How far the transport of a pair has come.
public enum PeerConnectionState: Hashable, Sendable {
    /// Descriptions and candidates are being exchanged.
    case connecting
    /// ICE and DTLS are done.
    case connected
    /// ICE or DTLS gave up.
    case failed
}

/// Whether RTP comes in.
public enum Reception: Hashable, Sendable {
    /// Packets arrive.
    case flowing
    /// Nothing for ``MediaEngineLimits/silence``.
    case silent
}

/// Measurements of one pair since it connected, taken where packets arrive, before any jitter
/// buffer.
public struct MediaStatistics: Hashable, Sendable {
    /// The other end.
    public var peer: ParticipantID
    /// Audio packets received.
    public var packetsReceived: UInt64
    /// Audio packets lost, by the gaps in their sequence numbers.
    public var packetsLost: UInt64
    /// The longest time between two audio packets since the last report.
    public var longestGap: Duration
    /// The longest time between two audio packets since the pair connected.
    public var longestGapEver: Duration
    /// Loudness of what is received, in dBFS; -100 and below is silence.
    public var level: Double
    /// The camera's picture; nil before its first packet.
    public var camera: VideoStatistics?
    /// The screen's picture; nil before its first packet.
    public var screen: VideoStatistics?

    /// Creates a measurement.
    public init(
        peer: ParticipantID,
        packetsReceived: UInt64 = 0,
        packetsLost: UInt64 = 0,
        longestGap: Duration = .zero,
        longestGapEver: Duration = .zero,
        level: Double = -100,
        camera: VideoStatistics? = nil,
        screen: VideoStatistics? = nil
    ) {
        self.peer = peer
        self.packetsReceived = packetsReceived
        self.packetsLost = packetsLost
        self.longestGap = longestGap
        self.longestGapEver = longestGapEver
        self.level = level
        self.camera = camera
        self.screen = screen
    }
}

/// Why another source took the place of the wanted one.
public struct SourceReplacement: Hashable, Sendable {
    /// What was asked for.
    public var wanted: AudioSource
    /// What is sent instead.
    public var used: AudioSource
    /// For people.
    public var reason: String

    /// Creates a report.
    public init(wanted: AudioSource, used: AudioSource, reason: String) {
        self.wanted = wanted
        self.used = used
        self.reason = reason
    }
}

/// Why a media engine cannot go on.
public struct MediaFailure: Hashable, Sendable {
    /// An open set.
    public struct Code: Hashable, Sendable {
        /// The value, as it appears in logs.
        public let rawValue: String

        /// Takes any value.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The engine is not part of this build or its plug-ins are missing.
        public static let unavailable = Code(rawValue: "unavailable")
        /// A file or device cannot be opened.
        public static let source = Code(rawValue: "source")
        /// More peers than ``MediaEngineLimits/peerCountMax``.
        public static let limit = Code(rawValue: "limit")
        /// A description or candidate cannot be read.
        public static let badSignal = Code(rawValue: "bad_signal")
        /// Only relays may be used (``ICEPolicy/relayOnly``), and no TURN server gave one.
        public static let relay = Code(rawValue: "relay")
        /// Anything else inside the engine.
        public static let engine = Code(rawValue: "engine")
    }

    /// What kind of failure.
    public var code: Code
    /// What to do about it, for people.
    public var message: String

    /// Creates a failure.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}
