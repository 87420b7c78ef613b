import HoldfastWire

/// What servers say.
extension CallEngine {
    mutating func received(_ id: ConnectionID, _ message: ServerMessage, _ turn: inout Turn) {
        guard let link = self.links.first(where: { $0.id == id }) else { return }
        switch message {
        case .welcome(let welcome):
            guard link.isAttempt else { return }
            return self.welcomed(link, welcome, &turn)
        case .bye(let bye):
            guard let link = self.drop(id, .normal, &turn) else { return }
            return self.ended(link, bye, &turn)
        case .pong(let number, _, _):
            self.tellLink(id, .answered(ping: number), &turn)
        case .events, .snapshot, .result, .goAway, .signal, .iceServers, .presence, .unknown:
            self.tellLink(id, .heard, &turn)
        }
        // What another connection than the one in use says has no effect (HF-20).
        guard self.attached == id, !self.isConcluded else { return }
        switch message {
        case .result:
            if let index = self.links.firstIndex(where: { $0.id == id }) {
                self.links[index].machine.resultArrived()
            }
            self.tellSession(.received(message), &turn)
        case .events, .snapshot, .pong:
            self.tellSession(.received(message), &turn)
        case .goAway(_, let delay):
            self.note("the server asks to come again", &turn)
            self.disturbance = (.serverRestart, turn.instant)
            self.tellReconnect(.goAway(delay), &turn)
        case .signal(let signal):
            self.tellMesh(.signalled(signal), &turn)
        case .iceServers(let servers):
            self.setICEServers(servers, &turn)
        case .presence(let user, let presence):
            guard self.channel != nil else { return }
            self.tellSession(.reported(.channel(.presence(user, presence))), &turn)
        case .welcome, .bye, .unknown:
            break
        }
    }

    private mutating func welcomed(
        _ link: CallLink,
        _ welcome: Welcome,
        _ turn: inout Turn
    ) {
        switch welcome.mode {
        case .expired:
            self.drop(link.id, .normal, &turn)
            self.expired(link, lastCommand: welcome.lastCommand, &turn)
        case .ended:
            if self.channel != nil, welcome.reason == LeaveReason.timeout.rawValue {
                self.drop(link.id, .normal, &turn)
                return self.expired(link, lastCommand: welcome.lastCommand, &turn)
            }
            let terminal: SessionEvent =
                switch welcome.reason {
                case LeaveReason.left.rawValue: .left
                case LeaveReason.removed.rawValue: .closed(.removed)
                case LeaveReason.timeout.rawValue: .closed(.expired)
                default: Self.terminal(of: CallEndReason(rawValue: welcome.reason))
                }
            self.conclude(terminal, lastCommand: welcome.lastCommand, &turn)
        case .joined, .resumed, .rejoined:
            self.attach(link, welcome, &turn)
        }
    }

    /// The session is gone. Joining anew is tried where it was not, for that is what the app wants.
    private mutating func expired(
        _ link: CallLink,
        lastCommand: CommandNumber?,
        _ turn: inout Turn
    ) {
        if self.channel != nil, !self.isConcluded, !self.isLeaving {
            return self.channelExpired(link, &turn)
        }
        guard !self.isConcluded, link.isAttempt, link.counter != nil, !link.mayRejoin,
            self.isInSession
        else { return self.conclude(.closed(.expired), lastCommand: lastCommand, &turn) }
        guard self.outage != nil else {
            return self.tellReconnect(.attemptFailed(.unreachable), &turn)
        }
        self.beginFinalPeriod(&turn)
        if self.tokens.fresh != nil {
            self.tellReconnect(.triggered, &turn)
        } else {
            self.tellReconnect(.held, &turn)
        }
    }

    private mutating func attach(_ link: CallLink, _ welcome: Welcome, _ turn: inout Turn) {
        guard self.accept(welcome) else {
            self.drop(link.id, .normal, &turn)
            return self.tellReconnect(.attemptFailed(.unreachable), &turn)
        }
        // HF-55: the generation has decided; whoever else is under way is not needed.
        for other in self.links where other.id != link.id { self.drop(other.id, .normal, &turn) }
        guard let index = self.links.firstIndex(where: { $0.id == link.id }) else {
            return self.fault("the welcomed connection is known", &turn)
        }
        self.links[index].machine.setHeartbeat(welcome.heartbeat)
        self.attached = link.id
        self.tellLink(link.id, .welcomed, &turn)
        self.reconnect.setSpread(welcome.reconnectSpread)
        self.reconnect.setOverlapping(true)
        self.refusedResumeCount = 0
        self.hasRaisedCounter = false
        guard !self.isLeaving else {
            // Joined or resumed only to leave.
            self.send(.leave, &turn)
            return self.tellReconnect(.held, &turn)
        }
        self.phase = .inSession
        self.isRejoining = false
        self.setICEServers(welcome.iceServers, &turn)
        self.tellReconnect(.attached, &turn)
        self.endOutage(&turn)
        self.tellChannel(.attached, &turn)
        self.announce(turn.environment.appState, &turn)
        self.watchAgain(&turn)
        self.tellSession(.welcomed(welcome, from: link.cursor), &turn)
        self.takeExpiry(welcome, carriedToken: link.counter == nil || link.mayRejoin, &turn)
        self.tellMesh(.attached(isNew: welcome.mode != .resumed), &turn)
        self.store(&turn)
    }

    /// Takes what the welcome gives; false when it is the older of two or makes no sense.
    private mutating func accept(_ welcome: Welcome) -> Bool {
        if var membership, welcome.mode == .resumed {
            guard welcome.session == membership.session else { return false }
            if let known = membership.generation, welcome.generation <= known { return false }
            membership.update(welcome)
            self.membership = membership
            return true
        }
        guard welcome.mode != .resumed, let key = welcome.resumeKey else { return false }
        var membership = Membership(
            session: welcome.session,
            participant: welcome.participant,
            key: key,
            generation: welcome.generation,
            counter: self.membership?.counter ?? ResumeCounter(0)
        )
        membership.update(welcome)
        self.membership = membership
        return true
    }

    private mutating func endOutage(_ turn: inout Turn) {
        guard let outage else { return }
        self.outage = nil
        guard outage.isReported, self.session.stage == .inCall else { return }
        let downtime = outage.since.duration(to: turn.instant)
        self.tellSession(.reported(.restored(.init(downtime: downtime))), &turn)
    }

    private mutating func takeExpiry(
        _ welcome: Welcome,
        carriedToken: Bool,
        _ turn: inout Turn
    ) {
        let unused = carriedToken ? nil : self.tokens.fresh
        let expiry = welcome.authExpiresAtMilliseconds
        let remaining =
            expiry == 0 ? nil : self.session.clock.remaining(until: expiry, at: turn.instant)
        self.tokens.welcomed(remaining: remaining, at: turn.instant)
        guard let unused else { return }
        self.send(.authenticate(token: unused.value), &turn)
        self.tokens.authenticated(at: turn.instant)
    }

    // MARK: The last word on a connection

    /// A connection was ended with a code, by `bye` or by the close frame alone.
    mutating func ended(_ link: CallLink, _ bye: Bye, _ turn: inout Turn) {
        if self.isConcluded {
            return self.endedInFarewell(link, bye, &turn)
        }
        switch (bye.code.remedy, bye.code) {
        case (.resume, _):
            self.endedToResume(link, bye, &turn)
        case (.stop, .superseded) where self.isOurs(supersededFrom: link):
            // HF-20: a later attempt of ours took over, and its welcome is on its way or was lost.
            self.lost(
                link,
                .local,
                reason: .connectionClosed,
                reportDelay: Outage.reportDelay,
                &turn
            )
        case (.stop, .sessionExpired):
            self.expired(link, lastCommand: nil, &turn)
        case (.stop, _):
            self.conclude(Self.terminal(of: bye), &turn)
        }
    }

    /// Whether a newer connection of the session is one that we began.
    private func isOurs(supersededFrom link: CallLink) -> Bool {
        guard let last = self.membership?.counter else { return false }
        return (link.counter ?? ResumeCounter(0)) < last
    }

    private mutating func endedToResume(_ link: CallLink, _ bye: Bye, _ turn: inout Turn) {
        var cause: ReconnectMachine.Cause = bye.retryAfter.map { .exactly($0) } ?? .reset
        var reason = LossReason.connectionClosed
        switch bye.code {
        case .serverRestart, .moved:
            reason = .serverRestart
        case .pingTimeout:
            cause = .local
        case .internalError, .unavailable:
            cause = bye.retryAfter.map { .busy($0) } ?? .unreachable
        case .rateLimited:
            cause = .busy(bye.retryAfter ?? .seconds(1))
        case .authExpired:
            self.requestToken(&turn)
        case .staleCounter:
            cause = self.raiseCounter(link, bye)
        default:
            break
        }
        self.lost(link, cause, reason: reason, &turn)
    }

    /// HF-19: raise the counter and try once more. A second refusal in a row waits its turn.
    private mutating func raiseCounter(_ link: CallLink, _ bye: Bye) -> ReconnectMachine.Cause {
        if let last = bye.lastCounter { self.membership?.raise(to: last) }
        guard !self.hasRaisedCounter else { return .unreachable }
        self.hasRaisedCounter = true
        return .local
    }
}
