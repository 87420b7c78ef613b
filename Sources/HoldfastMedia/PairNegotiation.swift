import HoldfastCore

/// Who says what when between two engines: one side makes every offer, one exchange at a time.
///
/// ```
/// offerer:   opening ──ready──▶ offering ──answer──▶ settling ──settled──▶ stable ──wanted──▶ offering
/// answerer:  idle ──offer──▶ opening ──ready──▶ answering ──settled──▶ stable ──offer──▶ answering
/// ```
/// Two facts shape it. Offers that alternate between the sides broke in webrtcbin 1.22, so only
/// one side makes them. A description from a connection other than the one we know means that the
/// other side began anew, and then so must we: DTLS cannot change its certificate.
struct PairNegotiation: Equatable, Sendable {
    enum Event: Equatable, Sendable {
        /// The engine's user wants the pair connected.
        case connectWanted
        /// The outgoing track is known.
        case trackKnown
        /// We want an offer, with new ICE credentials if `restart`.
        case offerWanted(restart: Bool)
        /// The other side asks for one. It would not if it still meant to answer the last: that
        /// offer is forgotten, and its answer, should it come, is known as late.
        case offerRequested(restart: Bool)
        /// webrtcbin made a description.
        case made(String)
        /// Offer and answer are in force.
        case settled
        /// webrtcbin did not accept a description.
        case refused(String)
        /// The connection is of no more use and has been closed.
        case broken
        case offerReceived(SessionDescription)
        case answerReceived(SessionDescription)
    }

    enum Effect: Equatable, Sendable {
        /// A new connection with these lines; an old one is closed before.
        case open(LinePlan)
        case makeOffer(restart: Bool)
        case takeOffer(SessionDescription, restart: Bool)
        case takeAnswer(SessionDescription)
        case send(MediaSignal)
        /// Candidates already sent are needed again.
        case sendCandidatesAgain
        /// A peer's signal was no good.
        case complain(String)
    }

    enum Phase: Equatable, Sendable {
        case idle
        case opening
        case offering(restart: Bool, sent: Sent?)
        case answering(restart: Bool, offer: SessionDescription.Origin)
        case settling
        case stable
    }

    /// An offer of ours, as far as its answer must fit.
    struct Sent: Equatable, Sendable {
        var origin: SessionDescription.Origin
        var pictureCount: Int
    }

    let role: PeerRole
    private(set) var phase = Phase.idle
    /// What the other side last said of itself.
    private(set) var remote: SessionDescription?
    private var wanted: Wanted = .nothing
    private var waitingOffer: SessionDescription?

    private enum Wanted: Int, Sendable {
        case nothing, offer, restart
    }

    init(role: PeerRole) {
        self.role = role
    }

    /// Whether an offer waits for its turn; candidates that follow it must wait too, for the
    /// restart would forget them.
    var isHoldingOffer: Bool { self.waitingOffer != nil }

    mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .connectWanted: self.connect()
        case .trackKnown: self.trackKnown()
        case .offerWanted(let restart): self.wantOffer(restart: restart)
        case .offerRequested(let restart): self.requestOffer(restart: restart)
        case .made(let text): self.made(text)
        case .settled: self.settled()
        case .refused(let reason): [.complain(reason)] + self.settled()
        case .broken: self.forget()
        case .offerReceived(let offer): self.receive(offer: offer)
        case .answerReceived(let answer): self.receive(answer: answer)
        }
    }

    private mutating func connect() -> [Effect] {
        guard self.role == .offerer, self.phase == .idle else { return [] }
        return self.beginAnew()
    }

    private mutating func beginAnew() -> [Effect] {
        self.phase = .opening
        self.remote = nil
        self.wanted = .offer
        return [.open(.offered)]
    }

    private mutating func forget() -> [Effect] {
        self = PairNegotiation(role: self.role)
        return []
    }

    private mutating func trackKnown() -> [Effect] {
        // Reported again whenever the track's format is; only the first is waited for.
        guard self.phase == .opening else { return [] }
        self.phase = .stable
        return self.next()
    }

    private mutating func settled() -> [Effect] {
        switch self.phase {
        case .offering, .answering, .settling:
            self.phase = .stable
            return self.next()
        case .idle, .opening, .stable:
            // A late report of a connection that has been replaced.
            return []
        }
    }

    /// Starts what had to wait for the last exchange.
    private mutating func next() -> [Effect] {
        if let offer = self.waitingOffer {
            self.waitingOffer = nil
            return self.answer(offer)
        }
        guard self.wanted != .nothing else { return [] }
        // New credentials make sense only once there were some that both knew.
        let restart = self.wanted == .restart && self.remote != nil
        self.wanted = .nothing
        self.phase = .offering(restart: restart, sent: nil)
        return [.makeOffer(restart: restart)]
    }

    private mutating func wantOffer(restart: Bool) -> [Effect] {
        guard self.role == .offerer else { return [.send(.offerRequest(restart: restart))] }
        if self.phase == .idle {
            // What was connected broke: an offer begins anew.
            return self.beginAnew()
        }
        let asked: Wanted = restart ? .restart : .offer
        if asked.rawValue > self.wanted.rawValue {
            self.wanted = asked
        }
        return self.phase == .stable ? self.next() : []
    }

    private mutating func requestOffer(restart: Bool) -> [Effect] {
        guard self.role == .offerer else {
            return [.complain("An offer was requested of the side that answers.")]
        }
        if case .offering(_, .some) = self.phase {
            self.phase = .stable
        }
        return self.wantOffer(restart: restart)
    }

    private mutating func made(_ text: String) -> [Effect] {
        switch self.phase {
        case .offering(let restart, sent: nil):
            guard let own = try? SessionDescription(text) else {
                return [.complain("An offer could not be made.")] + self.settled()
            }
            let sent = Sent(origin: own.origin, pictureCount: own.pictures.count)
            self.phase = .offering(restart: restart, sent: sent)
            let again: [Effect] = restart ? [.sendCandidatesAgain] : []
            return [.send(.offer(sdp: text))] + again
        case .answering(let restart, let offer):
            let again: [Effect] = restart ? [.sendCandidatesAgain] : []
            let marked = SessionDescription.mark(text, answers: offer)
            return [.send(.answer(sdp: marked))] + again
        case .idle, .opening, .offering, .settling, .stable:
            // A late report of a connection that has been replaced.
            return []
        }
    }

    private mutating func receive(offer: SessionDescription) -> [Effect] {
        guard self.role == .answerer else {
            return [.complain("An offer came from the side that answers.")]
        }
        switch self.phase {
        case .idle:
            return self.begin(with: offer)
        case .stable:
            return self.answer(offer)
        case .opening, .answering, .offering, .settling:
            // One exchange at a time; of several that wait only the newest matters.
            self.waitingOffer = offer
            return []
        }
    }

    private mutating func begin(with offer: SessionDescription) -> [Effect] {
        self.phase = .opening
        self.remote = nil
        self.waitingOffer = offer
        return [.open(offer.plan)]
    }

    private mutating func answer(_ offer: SessionDescription) -> [Effect] {
        if let known = self.remote, known.isOfAnotherConnection(than: offer) {
            return self.begin(with: offer)
        }
        let restart = self.remote.map { known in
            known.audio.usernameFragment != offer.audio.usernameFragment
        }
        self.remote = offer
        self.phase = .answering(restart: restart ?? false, offer: offer.origin)
        return [.takeOffer(offer, restart: restart ?? false)]
    }

    private mutating func receive(answer: SessionDescription) -> [Effect] {
        guard case .offering(_, let sent?) = self.phase else {
            // Late: the connection it answers is gone, or it was answered already.
            return self.role == .offerer
                ? [] : [.complain("An answer came from the side that offers.")]
        }
        if let named = answer.answers, named != sent.origin {
            return []
        }
        guard answer.audio.setup != .actpass else {
            return [.complain("An answer must choose a DTLS role.")]
        }
        guard answer.pictures.count == sent.pictureCount else {
            return [
                .complain("An answer must have the lines of its offer; a port of 0 refuses one.")
            ]
        }
        if let known = self.remote, known.isOfAnotherConnection(than: answer) {
            return self.beginAnew()
        }
        self.remote = answer
        self.phase = .settling
        return [.takeAnswer(answer)]
    }
}

extension SessionDescription {
    /// Whether the other side has begun anew in between. The certificate alone does not tell, for
    /// GStreamer makes one per process; every connection has a name of its own for its streams.
    fileprivate func isOfAnotherConnection(than other: SessionDescription) -> Bool {
        let (one, two) = (self.audio, other.audio)
        if let first = one.streams.first?.name, let second = two.streams.first?.name,
            first != second
        {
            return true
        }
        return one.fingerprint != two.fingerprint || one.name != two.name
            || one.payloadType != two.payloadType
            || self.pictures.map(\.name) != other.pictures.map(\.name)
    }
}
