import HoldfastWire

/// What is different in a user's channel: it is connected when its machine says so, and it does not
/// end by itself.
extension CallEngine {
    /// Whether there may be a connection. Signing out is worth one whatever the channel's state.
    func isConnectionAllowed(_ turn: Turn) -> Bool {
        guard let channel, !self.isLeaving else { return true }
        return channel.isOpen(at: turn.instant)
    }

    /// Tells the channel's machine, if this is a channel, and obeys it.
    mutating func tellChannel(_ event: ChannelMachine.Event, _ turn: inout Turn) {
        guard !self.isLeaving, var channel else { return }
        let effects = channel.handle(event, at: turn.instant)
        self.channel = channel
        for effect in effects {
            switch effect {
            case .attach:
                self.disturb(turn.environment.isForeground ? .pathChanged : .suspended, &turn)
            case .detach(let code):
                self.detachChannel(code, &turn)
            case .tell(let state):
                self.tellSession(.reported(.channel(.state(state))), &turn)
            }
        }
    }

    /// Remembers whose presence the app wants to know, and asks for it if a server is there.
    mutating func watch(_ users: [UserID], _ turn: inout Turn) {
        guard self.channel != nil, !self.isLeaving else { return }
        if users.count > Limits.watchedUserCountMax {
            self.note("only the first \(Limits.watchedUserCountMax) users are watched", &turn)
        }
        self.watched = Array(users.prefix(Limits.watchedUserCountMax))
        self.send(.watch(self.watched), &turn)
    }

    /// HF-72: what a connection watches ends with it.
    mutating func watchAgain(_ turn: inout Turn) {
        guard !self.watched.isEmpty else { return }
        self.send(.watch(self.watched), &turn)
    }

    /// Lets go of every connection on purpose: not an outage, and nothing that the app is told as
    /// one. The session stays.
    private mutating func detachChannel(_ code: CloseCode, _ turn: inout Turn) {
        self.store(&turn)
        for link in self.links where link.id != self.attached { self.drop(link.id, code, &turn) }
        if let attached {
            self.tellSession(.acknowledging, &turn)
            self.send(.acknowledge(self.session.acknowledgeable), &turn)
            self.drop(attached, code, &turn)
        }
        // A loss that was told is told to be over, when it is.
        if self.outage?.isReported == false { self.outage = nil }
        self.tokens.discard()
        self.tellReconnect(.held, &turn)
    }

    /// The session is gone; the channel is not. It is joined anew with a fresh token, in the same
    /// exchange as long as the server knows the old session (HF-25).
    mutating func channelExpired(_ link: CallLink, _ turn: inout Turn) {
        self.note("the session is gone; joining the channel anew", &turn)
        self.isRejoining = true
        if link.counter == nil || link.mayRejoin {
            self.membership = nil
            self.reconnect.setOverlapping(false)
        }
        if !link.isAttempt {
            self.beginOutage(
                since: turn.instant,
                reason: .connectionClosed,
                reportAt: turn.instant.advanced(by: Outage.reportDelay),
                &turn
            )
        }
        guard !link.mayRejoin, link.counter != nil, self.tokens.fresh != nil else {
            // Whatever token is here was no help.
            self.tokens.discard()
            self.requestToken(&turn)
            return self.tellReconnect(.held, &turn)
        }
        self.tellReconnect(.triggered, &turn)
    }
}
