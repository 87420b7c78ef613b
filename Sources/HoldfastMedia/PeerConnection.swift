import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// The engine's side of one pair: its connection, if there is one, and what is measured on it.
/// Belongs to the engine's owner and moves nowhere.
@safe final class PeerConnection {
    let id: ParticipantID
    var negotiation: PairNegotiation
    var state: PeerConnectionState?
    var reception = ReceptionMeter()
    var level = LevelMeter()
    var watchdog = ReceptionWatchdog()
    var nextStatistics: MonotonicInstant?
    /// Whether sound may go to and come from the other end.
    var isVerified = false

    /// Names the connection in reports; changes with every new one.
    private(set) var token: MediaToken?
    /// The place in the mix, once there is one.
    private(set) var speaker: SpeakerHandle?
    private(set) var payloadType: UInt8 = PairNegotiation.payloadType
    private var pointer: OpaquePointer?
    private var localCandidates: [MediaSignal] = []
    private var heldCandidates: [ICECandidate] = []
    private var remoteCandidateCount = 0

    /// Candidates of one connection, either way. libnice gathers about two per address.
    static let candidateCountMax = 128

    init(id: ParticipantID, role: PeerRole) {
        self.id = id
        self.negotiation = PairNegotiation(role: role)
    }

    deinit {
        // The owner closes first; this is for a path that was forgotten.
        if let pointer = unsafe self.pointer {
            unsafe hf_peer_close(pointer)
        }
    }

    /// Opens a connection, closing an older one; false when it cannot be opened.
    func open(
        payloadType: UInt8,
        settings: MediaSettings,
        base: UInt64,
        token: MediaToken,
        inbox: MediaInbox
    ) -> Bool {
        self.token = token
        self.payloadType = payloadType
        self.watchdog = ReceptionWatchdog()
        var options = unsafe hf_peer_options()
        unsafe options.controlling = self.negotiation.role == .offerer ? 1 : 0
        unsafe options.relay_only = settings.icePolicy == .relayOnly ? 1 : 0
        unsafe options.payload_type = UInt32(payloadType)
        unsafe options.base = base
        let servers = ICEServerURL.read(settings.iceServers)
        let sink = ReportSink(token: token, inbox: inbox)
        // Empty texts stand for absent ones: C strings cannot be optional in withCString.
        let address = settings.icePolicy.localAddress ?? ""
        let stun = servers.lazy.compactMap(\.stun).first ?? ""
        unsafe address.withCString { address in
            unsafe stun.withCString { stun in
                unsafe options.local_address = unsafe address.pointee == 0 ? nil : address
                unsafe options.stun_server = unsafe stun.pointee == 0 ? nil : stun
                unsafe self.pointer = hf_peer_open(&options, sink.peerListener())
            }
        }
        guard let pointer = unsafe self.pointer else { return false }
        for relay in servers.lazy.compactMap(\.relay).prefix(ICEServerURL.relayCountMax) {
            _ = unsafe hf_peer_add_relay(pointer, relay)
        }
        return unsafe hf_peer_start(pointer) != 0
    }

    /// Closes the connection, if there is one.
    func close(source: SourceHandle?) {
        guard let pointer = unsafe self.pointer else { return }
        if let source {
            unsafe hf_peer_detach_source(pointer, source.pointer)
        }
        unsafe hf_peer_close(pointer)
        unsafe self.pointer = nil
        self.token = nil
        self.isVerified = false
        self.localCandidates = []
        self.heldCandidates = []
        self.remoteCandidateCount = 0
    }

    func attach(_ source: SourceHandle) {
        guard let pointer = unsafe self.pointer else { return }
        unsafe hf_peer_attach_source(pointer, source.pointer)
    }

    func detach(_ source: SourceHandle) {
        guard let pointer = unsafe self.pointer else { return }
        unsafe hf_peer_detach_source(pointer, source.pointer)
    }

    func attach(_ speaker: SpeakerHandle) {
        guard let pointer = unsafe self.pointer else { return }
        self.speaker = speaker
        unsafe hf_peer_attach_speaker(pointer, speaker.pointer)
    }

    /// What is left to be closed, if there was a place in the mix.
    func detachSpeaker() -> SpeakerHandle? {
        defer { self.speaker = nil }
        if let pointer = unsafe self.pointer {
            unsafe hf_peer_attach_speaker(pointer, nil)
        }
        return self.speaker
    }

    /// Whether the other end of DTLS is the one that the signalling named.
    func hasAnnouncedCertificate() -> Bool {
        guard let pointer = unsafe self.pointer,
            let announced = self.negotiation.remote?.audio?.fingerprint
        else { return false }
        return unsafe hf_peer_has_certificate(pointer, announced) != 0
    }

    func makeOffer(restart: Bool) {
        guard let pointer = unsafe self.pointer else { return }
        unsafe hf_peer_make_offer(pointer, restart ? 1 : 0)
    }

    func take(offer: SessionDescription, restart: Bool) {
        guard let pointer = unsafe self.pointer else { return }
        unsafe hf_peer_take_offer(pointer, offer.text, restart ? 1 : 0)
        self.remoteCandidateCount = self.heldCandidates.count
        for candidate in self.heldCandidates {
            unsafe hf_peer_take_candidate(pointer, 0, candidate.text)
        }
        self.heldCandidates = []
    }

    func take(answer: SessionDescription) {
        guard let pointer = unsafe self.pointer else { return }
        self.remoteCandidateCount = 0
        unsafe hf_peer_take_answer(pointer, answer.text)
    }

    /// Takes a candidate; false when it is none, or one too many.
    func take(candidate: String, line: UInt32) -> Bool {
        // Browsers end their candidates with an empty one, which says nothing here.
        if candidate.isEmpty {
            return true
        }
        guard line == 0, let read = ICECandidate(candidate),
            self.remoteCandidateCount < Self.candidateCountMax
        else { return false }
        self.remoteCandidateCount += 1
        if self.negotiation.isHoldingOffer {
            self.heldCandidates.append(read)
        } else if let pointer = unsafe self.pointer {
            unsafe hf_peer_take_candidate(pointer, line, read.text)
        }
        return true
    }

    /// Remembers a candidate of ours, for a restart needs them again.
    func remember(_ candidate: MediaSignal) {
        if self.localCandidates.count < Self.candidateCountMax {
            self.localCandidates.append(candidate)
        }
    }

    var candidatesSent: [MediaSignal] { self.localCandidates }
}

extension ICEPolicy {
    /// The one address to use, if the policy names one.
    fileprivate var localAddress: String? {
        switch self {
        case .all, .relayOnly: nil
        case .loopbackOnly: "127.0.0.1"
        case .localAddress(let address): address
        }
    }
}

extension ICEServerURL {
    var stun: String? { if case .stun(let url) = self { url } else { nil } }
    var relay: String? { if case .relay(let url) = self { url } else { nil } }
}
