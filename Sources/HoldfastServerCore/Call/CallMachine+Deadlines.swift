import HoldfastWire

extension CallMachine {
    /// Looks at every timer that may be due.
    mutating func deadlineReached(at now: MonotonicInstant, effects: inout [ServerEffect]) {
        while let key = self.timers.popDue(at: now) {
            switch key {
            case .presence(let session):
                let wasLive = self.sessions[session] != nil
                self.present(session, .deadlineReached, at: now)
                if wasLive, self.sessions[session] == nil { effects.append(.count(.expired)) }
            case .liveness(let connection):
                self.checkLiveness(of: connection, at: now, effects: &effects)
            case .authorization(let session):
                self.checkAuthorization(of: session, at: now, effects: &effects)
            case .tombstones:
                self.tombstones.forget(at: now)
                self.scheduleTombstones()
            case .idle:
                self.idle(.deadlineReached, at: now)
            case .channel:
                self.channelDeadlineReached(at: now, effects: &effects)
            case .userPresence:
                _ = self.userPresence?.deadlineReached(at: now)
                self.scheduleUserPresence()
            }
        }
    }

    /// The server did not run: the time counts to nobody (HF-54).
    mutating func stalled(_ gap: Duration, at now: MonotonicInstant) {
        for connection in self.deliveries.keys.sorted() {
            self.deliveries[connection]?.noteStall(gap, at: now)
        }
        for session in self.sessions.keys.sorted() {
            self.present(session, .stalled(gap), at: now)
        }
        self.tellPush(.stalled(gap), at: now)
        self.userPresence?.stalled(gap, at: now)
    }

    /// Tells everybody to come back, each at its own time (HF-58).
    mutating func drain(
        random: inout RandomSource,
        effects: inout [ServerEffect]
    ) {
        for connection in self.deliveries.keys.sorted()
        where self.deliveries[connection]?.hasStarted == true {
            let delay = random.duration(upTo: self.reconnectSpread)
            effects.append(.send(connection, .goAway(reason: "restart", delay: delay)))
        }
    }

    /// Every connection that is served, or waits to be turned away.
    package var connections: Set<ConnectionID> {
        let refused = self.pending.flatMap { $0.consequences }.compactMap { consequence in
            if case .refuse(let connection, _, _) = consequence { connection } else { nil }
        }
        return Set(self.deliveries.keys).union(refused)
    }

    func livenessDeadline(of connection: ConnectionID) -> MonotonicInstant {
        guard let delivery = self.deliveries[connection] else { return .zero }
        let heard = delivery.lastHeard.advanced(
            by: delivery.isInBackground
                ? self.configuration.deadAfterInBackground : self.configuration.deadAfter
        )
        guard let since = delivery.unwritableSince else { return heard }
        return min(heard, since.advanced(by: self.configuration.unwritableMax))
    }

    private mutating func checkLiveness(
        of connection: ConnectionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let delivery = self.deliveries[connection] else { return }
        let deadline = self.livenessDeadline(of: connection)
        guard now >= deadline else {
            self.timers.schedule(.liveness(connection), at: deadline)
            return
        }
        let isStuck = delivery.unwritableSince.map {
            now >= $0.advanced(by: self.configuration.unwritableMax)
        }
        if isStuck == true {
            effects.append(.count(.slowConsumer))
            self.drop(
                connection,
                Bye(code: .slowConsumer, reason: "unwritable"),
                at: now,
                effects: &effects
            )
        } else {
            effects.append(.count(.pingTimeout))
            self.drop(
                connection,
                Bye(code: .pingTimeout, reason: "silent"),
                at: now,
                effects: &effects
            )
        }
    }

    private mutating func checkAuthorization(
        of session: SessionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let connection = self.sessions[session]?.connection,
            let deadline = self.authorizationDeadline(of: session)
        else { return }
        guard now >= deadline else {
            self.timers.schedule(.authorization(session), at: deadline)
            return
        }
        self.drop(
            connection,
            Bye(code: .authExpired, reason: "token_expired"),
            at: now,
            effects: &effects
        )
    }
}
