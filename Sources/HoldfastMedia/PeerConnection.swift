import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// The engine's side of one pair: its connection, if there is one, and what is measured on it.
/// Belongs to the engine's owner and moves nowhere.
@safe final class PeerConnection {
    let id: ParticipantID
    var negotiation: PairNegotiation
    var state: PeerConnectionState?
    private(set) var reception = ReceptionMeter()
    private var pictures: [VideoTrack: PictureMeter] = [:]
    var level = LevelMeter()
    var watchdog = ReceptionWatchdog()
    var nextStatistics: MonotonicInstant?
    /// Whether sound may go to and come from the other end.
    var isVerified = false

    /// Names the connection in reports; changes with every new one.
    private(set) var token: MediaToken?
    /// The place in the mix, once there is one.
    private(set) var speaker: SpeakerHandle?
    private var plan = LinePlan.offered
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
        plan: LinePlan,
        settings: MediaSettings,
        base: UInt64,
        token: MediaToken,
        inbox: MediaInbox,
        taps: MediaTaps
    ) -> Bool {
        self.token = token
        self.plan = plan
        self.watchdog = ReceptionWatchdog()
        var options = unsafe hf_peer_options()
        unsafe options.controlling = self.negotiation.role == .offerer ? 1 : 0
        unsafe options.relay_only = settings.icePolicy == .relayOnly ? 1 : 0
        unsafe options.observe_pictures = taps.frame == nil ? 0 : 1
        unsafe options.line_count = UInt32(1 + plan.pictures.count)
        unsafe options.payload_types.0 = UInt32(plan.audio)
        unsafe options.payload_types.1 = UInt32(plan.pictures.first ?? 0)
        unsafe options.payload_types.2 = UInt32(plan.pictures.dropFirst().first ?? 0)
        unsafe options.base = base
        let servers = ICEServerURL.read(settings.iceServers)
        let sink = ReportSink(
            token: token,
            inbox: inbox,
            taps: ReportSink.Taps(taps, of: self.id)
        )
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

    /// Sends a picture from its next key frame on; nothing happens when the other end has no place
    /// for it.
    func attach(_ picture: PictureHandle, on track: VideoTrack) {
        guard let pointer = unsafe self.pointer, self.takes(track) else { return }
        unsafe hf_peer_attach_picture(pointer, LinePlan.line(of: track), picture.pointer)
    }

    /// Whether the other end said that it receives on the track's line. webrtcbin 1.22 would send all
    /// the same.
    private func takes(_ track: VideoTrack) -> Bool {
        let index = Int(LinePlan.line(of: track)) - 1
        guard let lines = self.negotiation.remote?.pictures, lines.indices.contains(index) else {
            return false
        }
        return [.sendrecv, .recvonly].contains(lines[index].direction)
    }

    func detachPicture(on track: VideoTrack) {
        guard let pointer = unsafe self.pointer else { return }
        unsafe hf_peer_detach_picture(pointer, LinePlan.line(of: track))
    }

    // MARK: Measurements

    /// Counts a packet for the track it belongs to.
    func note(_ packet: ReceivedPacket, payloadType: UInt8, at now: MonotonicInstant) {
        let owner = self.plan.owner(
            of: packet,
            payloadType: payloadType,
            said: self.negotiation.remote
        )
        switch owner {
        case .sound: self.reception.handle(packet, at: now)
        case .picture(let track):
            self.pictures[track, default: PictureMeter()].reception.handle(packet, at: now)
        case nil: break
        }
    }

    /// Counts a decoded picture.
    func notePicture(line: UInt32, width: Int, height: Int) {
        guard let index = Int(exactly: line), let track = LinePlan.track(ofPicture: index - 1)
        else { return }
        self.pictures[track, default: PictureMeter()].decoded(width: width, height: height)
    }

    func takeLongestGap() -> Duration { self.reception.takeLongestGap() }

    func takePicture(_ track: VideoTrack) -> VideoStatistics? {
        self.pictures[track]?.take()
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
            let announced = self.negotiation.remote?.audio.fingerprint
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
        guard line <= self.plan.pictures.count, let read = ICECandidate(candidate),
            self.remoteCandidateCount < Self.candidateCountMax
        else { return false }
        // Before the lines are bundled a browser gathers for each; only the first is used.
        if line > 0 {
            return true
        }
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
