import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// The output: one mix, and each peer's place in it.
extension MediaEngineOwner {
    func openPlayout() {
        guard let session = self.session, session.settings.sink == .speaker else { return }
        let token = self.newToken()
        let route = session.output.target
        self.session?.playout.next = (token, route)
        self.session?.playout.retry = nil
        self.devices.openPlayout(
            route: route,
            gain: session.gain,
            base: session.base,
            token: token
        )
    }

    func playoutOpened(_ playout: PlayoutHandle?, token: MediaToken) {
        guard let session = self.session, let next = session.playout.next, next.token == token
        else {
            // Asked for by a session that has ended, or given up in between.
            if let playout { self.devices.close(playout) }
            return
        }
        self.session?.playout.next = nil
        guard let playout else {
            self.session?.output.failed(next.route)
            if next.route != .system {
                self.openPlayout()
            } else if session.playout.handle == nil {
                // Nothing to hear with; a device may still come.
                self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
            }
            return
        }
        for peer in session.peers.values { self.closeSpeaker(of: peer) }
        if let before = session.playout.handle { self.devices.close(before) }
        let isReturn = session.playout.isLost
        self.session?.playout = MediaSession.Playout(token: token, handle: playout)
        unsafe hf_playout_gain(playout.pointer, session.gain)
        for peer in session.peers.values where peer.isVerified {
            self.openSpeaker(for: peer)
        }
        self.tell(self.session?.output.opened(next.route, isReturn: isReturn))
        if isReturn { self.beginDevices() }
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

    /// The output is of no more use; another is tried at once when it was one device of several,
    /// else after a while.
    func losePlayout(_ reason: String) {
        guard let session = self.session else { return }
        for peer in session.peers.values { self.closeSpeaker(of: peer) }
        if let playout = session.playout.handle { self.devices.close(playout) }
        self.session?.playout = MediaSession.Playout(next: session.playout.next, isLost: true)
        let wasDevice = session.output.used != .system
        self.tell(self.session?.output.lost(reason))
        if session.playout.next != nil { return }
        if wasDevice {
            self.openPlayout()
        } else {
            self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
        }
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
