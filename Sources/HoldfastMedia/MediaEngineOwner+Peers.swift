import HoldfastCore
import HoldfastWire

/// Pairs: connecting, signalling, and what is measured.
extension MediaEngineOwner {
    func connect(_ id: ParticipantID, role: PeerRole) {
        guard let session = self.session, session.peers[id] == nil else { return }
        guard session.peers.count < MediaEngineLimits.peerCountMax else {
            self.fail(
                .limit,
                "A call with media has at most \(MediaEngineLimits.peerCountMax + 1) participants."
            )
            return
        }
        let peer = PeerConnection(id: id, role: role)
        self.session?.peers[id] = peer
        self.change(peer, to: .connecting)
        self.negotiate(id, .connectWanted)
    }

    func disconnect(_ id: ParticipantID) {
        guard let peer = self.session?.peers.removeValue(forKey: id) else { return }
        self.close(peer)
    }

    /// Closes a pair's connection, if there is one.
    func close(_ peer: PeerConnection) {
        self.closeSpeaker(of: peer)
        peer.close(source: self.session?.source.current?.handle)
    }

    func receive(_ signal: MediaSignal, from id: ParticipantID) {
        guard let peer = self.session?.peers[id] else { return }
        do throws(SessionDescription.Refusal) {
            switch signal {
            case .offer(let text):
                self.negotiate(id, .offerReceived(try SessionDescription(text)))
            case .answer(let text):
                self.negotiate(id, .answerReceived(try SessionDescription(text)))
            case .candidate(let line, let candidate):
                if !peer.take(candidate: candidate, line: line) {
                    throw SessionDescription.Refusal(reason: "A candidate cannot be used.")
                }
            case .offerRequest(let restart):
                if restart { self.replaceFailed(peer) }
                self.negotiate(id, .offerRequested(restart: restart))
            }
        } catch {
            self.fail(.badSignal, error.reason)
        }
    }

    func negotiate(_ id: ParticipantID, _ event: PairNegotiation.Event) {
        guard let peer = self.session?.peers[id] else { return }
        for effect in peer.negotiation.handle(event) {
            self.perform(effect, for: peer)
        }
    }

    /// Wants an offer with new credentials.
    func restart(_ id: ParticipantID) {
        guard let peer = self.session?.peers[id] else { return }
        self.replaceFailed(peer)
        self.negotiate(id, .offerWanted(restart: true))
    }

    /// A connection that failed is of no more use to the offerer: DTLS does not recover.
    private func replaceFailed(_ peer: PeerConnection) {
        guard peer.state == .failed, peer.negotiation.role == .offerer else { return }
        self.close(peer)
        self.negotiate(peer.id, .broken)
        self.change(peer, to: .connecting)
    }

    private func perform(_ effect: PairNegotiation.Effect, for peer: PeerConnection) {
        switch effect {
        case .open(let plan): self.open(peer, plan: plan)
        case .makeOffer(let restart): peer.makeOffer(restart: restart)
        case .takeOffer(let offer, let restart): peer.take(offer: offer, restart: restart)
        case .takeAnswer(let answer): peer.take(answer: answer)
        case .send(let signal): self.emit(.signal(signal, to: peer.id))
        case .sendCandidatesAgain:
            for candidate in peer.candidatesSent {
                self.emit(.signal(candidate, to: peer.id))
            }
        case .complain(let reason): self.fail(.badSignal, reason)
        }
    }

    /// For connections that are opened from now on: libnice takes no other credentials for what it
    /// has, and needs none, for a TURN server checks them only where a relay is asked for.
    func setICEServers(_ servers: [MediaICEServer]) {
        self.session?.settings.iceServers = servers
        self.session?.relayWatch.serversChanged()
    }

    private func open(_ peer: PeerConnection, plan: LinePlan) {
        guard let session = self.session else { return }
        self.close(peer)
        if session.settings.icePolicy == .relayOnly {
            self.session?.relayWatch.opened(at: self.now)
        }
        let opened = peer.open(
            plan: plan,
            settings: session.settings,
            base: session.base,
            token: self.newToken(),
            inbox: self.inbox,
            taps: self.taps
        )
        if !opened {
            self.giveUp(peer, .engine, "A connection could not be opened. Check the ICE settings.")
        }
    }

    func take(_ report: PeerReport, of token: MediaToken) {
        guard let session = self.session,
            let peer = session.peers.values.first(where: { $0.token == token })
        else { return }
        switch report {
        case .trackKnown: self.negotiate(peer.id, .trackKnown)
        case .description(let text): self.negotiate(peer.id, .made(text))
        case .settled: self.negotiate(peer.id, .settled)
        case .refused(let reason): self.negotiate(peer.id, .refused(reason))
        case .candidate(let line, let text):
            let signal = MediaSignal.candidate(line: line, candidate: text)
            peer.remember(signal)
            self.session?.relayWatch.gathered()
            self.emit(.signal(signal, to: peer.id))
        case .state(let state): self.take(state, of: peer)
        case .packet(let packet, let payloadType, let time):
            if let change = peer.watchdog.handlePacket(at: time) {
                self.emit(.reception(peer.id, change))
            }
            peer.note(packet, payloadType: payloadType, at: time)
        case .sound(let power): peer.level.handle(power)
        case .picture(let line, let width, let height):
            peer.notePicture(line: line, width: width, height: height)
        case .failed(let reason): self.giveUp(peer, .engine, reason)
        }
    }

    /// Closes a connection that is of no more use. The pair stays: the next offer begins anew.
    private func giveUp(_ peer: PeerConnection, _ code: MediaFailure.Code, _ reason: String) {
        self.close(peer)
        self.negotiate(peer.id, .broken)
        self.fail(code, reason)
        self.change(peer, to: .failed)
    }

    private func take(_ state: PeerReport.PeerState, of peer: PeerConnection) {
        switch state {
        case .connecting:
            self.change(peer, to: .connecting)
        case .failed:
            self.change(peer, to: .failed)
        case .connected:
            // webrtcbin does not compare the two. Until here no sound went either way.
            guard peer.hasAnnouncedCertificate() else {
                self.giveUp(
                    peer,
                    .badSignal,
                    "A participant's certificate is not the announced one."
                )
                return
            }
            peer.isVerified = true
            if let source = self.session?.source.current?.handle { peer.attach(source) }
            self.attachPictures(to: peer)
            self.openSpeaker(for: peer)
            peer.watchdog.handleConnected(at: self.now)
            if peer.nextStatistics == nil {
                peer.nextStatistics = self.now.advanced(by: MediaEngineLimits.statisticsInterval)
            }
            self.change(peer, to: .connected)
        }
    }

    private func change(_ peer: PeerConnection, to state: PeerConnectionState) {
        guard peer.state != state else { return }
        peer.state = state
        self.emit(.peer(peer.id, state))
    }

    /// A tick: the watchdogs, the statistics and the devices.
    func advance() {
        guard let session = self.session else { return }
        if self.session?.relayWatch.advance(to: self.now) == true { self.failRelay() }
        for peer in session.peers.values {
            if let change = peer.watchdog.advance(to: self.now) {
                self.emit(.reception(peer.id, change))
            }
            if let due = peer.nextStatistics, due <= self.now {
                // Counted from now, not from when it was due: after a freeze there is one report.
                peer.nextStatistics = self.now.advanced(by: MediaEngineLimits.statisticsInterval)
                self.emit(.statistics(self.measure(peer)))
            }
        }
        self.advanceSource()
        self.advancePlayout()
        self.advancePictures()
    }

    private func failRelay() {
        let limit = RelayWatch.patience
        self.fail(
            .relay,
            "Only relays may be used, and no TURN server gave one within \(limit). Check that the "
                + "call server names TURN servers, that they can be reached from here, and that "
                + "they take the call server's credentials."
        )
    }

    private func measure(_ peer: PeerConnection) -> MediaStatistics {
        MediaStatistics(
            peer: peer.id,
            packetsReceived: peer.reception.received,
            packetsLost: peer.reception.lost,
            longestGap: peer.takeLongestGap(),
            longestGapEver: peer.reception.longestGapEver,
            level: peer.level.take(),
            camera: peer.takePicture(.camera),
            screen: peer.takePicture(.screen)
        )
    }
}
