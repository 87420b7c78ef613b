import HoldfastWire

/// What the app, its token provider and the platform say.
extension CallEngine {
    mutating func join(_ turn: inout Turn) {
        // A channel waits until its app wants it connected.
        guard self.channel == nil else { return }
        self.requestToken(&turn)
    }

    mutating func restore(_ stored: StoredSession, _ turn: inout Turn) {
        self.phase = .inSession
        self.isRestored = true
        self.membership = Membership(
            session: stored.session,
            participant: stored.participant,
            key: stored.key,
            generation: nil,
            counter: stored.counter
        )
        self.session = SessionMachine(restoring: stored)
        self.storedCursor = stored.cursor
        self.reconnect.setOverlapping(true)
        guard self.channel == nil else { return }
        // Nobody knows when the earlier process died; the server does.
        self.beginOutage(since: turn.instant, reason: .suspended, reportAt: turn.instant, &turn)
        self.tellReconnect(.triggered, &turn)
    }

    mutating func leave(_ turn: inout Turn) {
        switch self.phase {
        case .joining:
            // A join under way may succeed; then the server is told.
            self.conclude(.left, isFarewell: self.attemptCount > 0, &turn)
        case .inSession where self.attached != nil:
            self.phase = .leaving(until: turn.instant.advanced(by: Self.leavePeriod))
            for link in self.links where link.isAttempt { self.drop(link.id, .normal, &turn) }
            self.tellReconnect(.held, &turn)
            self.send(.leave, &turn)
        case .inSession:
            self.conclude(.left, isFarewell: true, &turn)
        case .leaving, .farewell, .over:
            break
        }
    }

    mutating func submit(_ request: RequestID, _ command: Command, _ turn: inout Turn) {
        if self.isLeaving {
            turn.effects.append(.finish(request, .failed(.callOver)))
            return
        }
        self.tellSession(.submitted(request, command), &turn)
    }

    // MARK: Tokens

    mutating func requestToken(_ turn: inout Turn) {
        guard self.tokens.request() else { return }
        turn.effects.append(.requestToken(self.handle))
    }

    mutating func tokenProvided(_ token: Private<String>, _ turn: inout Turn) {
        guard !self.isConcluded else { return }
        self.tokens.provided(token)
        guard self.isConnectionAllowed(turn) else {
            // Nobody knows when it is wanted; it would not be fresh then.
            return self.tokens.discard()
        }
        if self.attached != nil {
            self.send(.authenticate(token: token.value), &turn)
            self.tokens.authenticated(at: turn.instant)
        } else if self.isTryingAllowed(turn),
            self.reconnect.state == .held || self.outage?.finalUntil != nil
        {
            self.tellReconnect(.triggered, &turn)
        }
    }

    mutating func tokenFailed(_ reason: String, _ turn: inout Turn) {
        guard !self.isConcluded else { return }
        if case .joining = self.phase, self.channel == nil {
            self.conclude(.closed(.unauthorized(message: reason)), &turn)
        } else {
            self.note("the app has no token; asking again later", &turn)
            self.tokens.failed(at: turn.instant)
        }
    }

    // MARK: Platform

    /// The path is another one, or there is none.
    mutating func pathChanged(_ turn: inout Turn) {
        guard !self.isConcluded else { return self.setPath(turn) }
        self.setPath(turn)
        if let path = turn.environment.path { self.tellMesh(.pathChanged(path), &turn) }
        if turn.environment.hasPath {
            self.disturb(.pathChanged, &turn)
        } else {
            self.disturbance = (.pathLost, turn.instant)
            self.tellReconnect(.pathLost, &turn)
            // Path monitors err: the old connection is asked before it is given up.
            if let attached { self.tellLink(attached, .probed, &turn) }
        }
    }

    private mutating func setPath(_ turn: Turn) {
        self.reconnect.setPath(isUsable: turn.environment.hasPath)
    }

    mutating func appStateChanged(from old: AppState, _ turn: inout Turn) {
        let state = turn.environment.appState
        self.reconnect.setForeground(turn.environment.isForeground)
        for index in self.links.indices {
            self.links[index].machine.setBackground(!turn.environment.isForeground)
        }
        guard !self.isConcluded else { return }
        self.announce(state, &turn)
        guard self.channel == nil else {
            self.store(&turn)
            return self.tellChannel(.appStateChanged(state), &turn)
        }
        switch state {
        case .foreground:
            self.disturb(.suspended, &turn)
        case .background:
            self.store(&turn)
            if old == .suspending { self.disturb(.suspended, &turn) }
        case .suspending:
            self.suspend(&turn)
        }
    }

    /// Something happened after which a connection may be dead: ask the old one and race it.
    mutating func disturb(_ reason: LossReason, _ turn: inout Turn) {
        guard !self.isConcluded else { return }
        self.disturbance = (reason, turn.instant)
        for id in self.links.map(\.id) {
            self.tellLink(id, id == self.attached ? .probed : .pathChanged, &turn)
        }
        guard self.isTryingAllowed(turn) else { return }
        self.tellReconnect(.triggered, &turn)
    }

    /// Whether an attempt makes sense: the process is not about to be suspended, we are not
    /// leaving, and the token that a join needs is here or asked for.
    private func isTryingAllowed(_ turn: Turn) -> Bool {
        guard self.isConnectionAllowed(turn) else { return false }
        switch self.phase {
        case .joining where self.channel != nil: return turn.environment.appState != .suspending
        case .joining: return self.tokens.fresh != nil && turn.environment.appState != .suspending
        case .inSession: return turn.environment.appState != .suspending
        case .leaving, .farewell, .over: return false
        }
    }

    /// iOS takes every socket of a suspended app. Closing first costs nothing and tells the server
    /// when it happened (HF-44).
    private mutating func suspend(_ turn: inout Turn) {
        guard self.isInSession else { return }
        self.store(&turn)
        for link in self.links where link.id != self.attached {
            self.drop(link.id, .normal, &turn)
        }
        if let attached {
            self.tellSession(.acknowledging, &turn)
            self.send(.acknowledge(self.session.acknowledgeable), &turn)
            self.drop(attached, .background, &turn)
            self.beginOutage(since: turn.instant, reason: .suspended, reportAt: turn.instant, &turn)
        }
        self.tellReconnect(.held, &turn)
    }

    /// Tells the server where the app is, if it does not know.
    mutating func announce(_ state: AppState, _ turn: inout Turn) {
        guard let index = self.links.firstIndex(where: { $0.id == self.attached }),
            self.links[index].announced != state
        else { return }
        self.links[index].announced = state
        self.send(.appState(state, hold: nil), &turn)
    }
}
