import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// The output: one mix, and each peer's place in it.
extension MediaEngineOwner {
    func openPlayout() {
        guard let session = self.session, session.settings.sink == .speaker else { return }
        let token = self.newToken()
        self.session?.playout.token = token
        self.session?.playout.retry = nil
        self.devices.openPlayout(gain: session.gain, base: session.base, token: token)
    }

    func playoutOpened(_ playout: PlayoutHandle?, token: MediaToken) {
        guard let session = self.session, session.playout.token == token else {
            // Asked for by a session that has ended.
            if let playout { self.devices.close(playout) }
            return
        }
        guard let playout else {
            // Nothing to hear with; a device may still come.
            self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
            return
        }
        self.session?.playout.handle = playout
        unsafe hf_playout_gain(playout.pointer, session.gain)
        for peer in session.peers.values where peer.isVerified {
            self.openSpeaker(for: peer)
        }
    }

    /// Asks for a peer's place in the mix, if there is a mix.
    func openSpeaker(for peer: PeerConnection) {
        guard let playout = self.session?.playout.handle, let token = peer.token,
            peer.speaker == nil
        else { return }
        self.devices.openSpeaker(in: playout, peer: token)
    }

    func speakerOpened(_ speaker: SpeakerHandle, in playout: PlayoutHandle, peer token: MediaToken)
    {
        let peer = self.session?.peers.values.first { $0.token == token }
        guard let peer, peer.speaker == nil, self.session?.playout.handle === playout else {
            self.devices.close(speaker)
            return
        }
        peer.attach(speaker)
    }

    func closeSpeaker(of peer: PeerConnection) {
        if let speaker = peer.detachSpeaker() { self.devices.close(speaker) }
    }

    /// The output is of no more use; another is tried after a while.
    func losePlayout() {
        guard let session = self.session else { return }
        for peer in session.peers.values { self.closeSpeaker(of: peer) }
        if let playout = session.playout.handle { self.devices.close(playout) }
        self.session?.playout = MediaSession.Playout()
        self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
    }

    func setOutputGain(_ gain: Double) {
        // Ten is what the volume element takes at most.
        let bounded = gain.isFinite ? min(max(gain, 0), 10) : 1
        self.session?.gain = bounded
        if let playout = self.session?.playout.handle {
            unsafe hf_playout_gain(playout.pointer, bounded)
        }
    }

    /// A tick: an output that is due to be tried again.
    func advancePlayout() {
        if let retry = self.session?.playout.retry, retry <= self.now {
            self.openPlayout()
        }
    }
}
