import HoldfastWire

extension CallMachine {
    /// A frame of an attached client.
    mutating func received(
        _ connection: ConnectionID,
        _ message: ClientMessage,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        // Of a session that is over, or whose newer connection was accepted, nothing counts (HF-20).
        guard let session = self.deliveries[connection]?.session else { return }
        guard self.sessions[session]?.connection == connection else {
            self.deliveries[connection]?.hasMissedFrames = true
            return
        }
        self.deliveries[connection]?.lastHeard = now
        switch message {
        case .command(let number, let command):
            self.command(connection, session, number, command, at: now, effects: &effects)
        case .acknowledge(let offset):
            self.acknowledge(connection, offset, at: now, effects: &effects)
        case .ping, .appState, .synchronize, .authenticate, .watch:
            self.control(message, of: session, connection, at: now, effects: &effects)
        case .leave:
            self.removeMember(session, .left, .left, at: now)
            effects.append(.count(.left))
            self.updatePresence(at: now)
        case .signal(let signal):
            self.relay(signal, from: session, connection, at: now, effects: &effects)
        case .unknown:
            break
        }
    }

    /// A frame that has an answer, or costs the others, the store or the processor something, so it
    /// has a rate (HF-61). A ping is the shortest frame: without one, a flood of them keeps a loop of
    /// the server busy with one client.
    private mutating func control(
        _ message: ClientMessage,
        of session: SessionID,
        _ connection: ConnectionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        if let wait = self.sessions[session]?.controls.take(at: now) {
            effects.append(.count(.rateLimited))
            let bye = Bye(code: .rateLimited, reason: "frames", retryAfter: wait)
            self.drop(connection, bye, at: now, effects: &effects)
            return
        }
        switch message {
        case .appState(let appState, let hold):
            self.deliveries[connection]?.isInBackground = appState != .foreground
            self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
            // Every window of a channel is the same (HF-64).
            let asked = self.channel == nil ? hold : nil
            self.present(session, .appStateChanged(appState, hold: asked), at: now)
        case .synchronize(let from):
            self.synchronize(connection, from: from, at: now, effects: &effects)
        case .authenticate(let token):
            guard token.utf8.count <= Limits.tokenBytesMax else {
                self.refuse(connection, "token_too_long", at: now, effects: &effects)
                return
            }
            effects.append(.verify(connection, token: token))
        case .ping(let id, let offset):
            self.acknowledge(connection, offset, at: now, effects: &effects)
            guard let top = self.deliveries[connection]?.lastSent else { return }
            effects.append(
                .send(
                    connection,
                    .pong(id: id, top: top, nowMilliseconds: now.offset.milliseconds)
                )
            )
        case .watch(let users):
            self.watch(users, by: session, connection, at: now, effects: &effects)
        case .command, .acknowledge, .leave, .signal, .unknown:
            break
        }
    }

    /// A frame that the protocol does not allow: the connection goes, the session stays (HF-6).
    mutating func refuse(
        _ connection: ConnectionID,
        _ reason: String,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        effects.append(.count(.badFrame))
        self.drop(connection, Bye(code: .badFrame, reason: reason), at: now, effects: &effects)
    }

    /// Closes a connection for a reason of the server's; the session detaches.
    mutating func drop(
        _ connection: ConnectionID,
        _ bye: Bye,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard self.deliveries[connection] != nil else { return }
        effects.append(.close(connection, bye))
        self.detach(connection, code: nil, at: now, effects: &effects)
    }

    /// A token that was brought while attached has been checked (HF-26).
    mutating func verified(
        _ connection: ConnectionID,
        _ claims: AccessClaims?,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let session = self.deliveries[connection]?.session,
            let state = self.sessions[session], state.connection == connection
        else { return }
        let record = state.record
        guard let claims, claims.user == record.user, claims.allows(self.id) else {
            self.drop(
                connection,
                Bye(code: .unauthorized, reason: "token"),
                at: now,
                effects: &effects
            )
            return
        }
        self.sessions[session]?.record.grants = claims.grants
        self.sessions[session]?.record.authExpiresAt = claims.expiresAt
        self.scheduleAuthorization(of: session)
        self.writeSession(session)
    }

    private mutating func acknowledge(
        _ connection: ConnectionID,
        _ offset: LogOffset,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard self.deliveries[connection]?.acknowledge(offset) == true else {
            self.refuse(connection, "acknowledged_above_sent", at: now, effects: &effects)
            return
        }
        if let delivery = self.deliveries[connection], delivery.hasStarted {
            self.sessions[delivery.session]?.noteProcessed(offset, in: self.log.era)
            self.noteAcknowledged(offset, by: delivery.session, at: now)
        }
        self.pump(connection, effects: &effects)
    }

    private mutating func synchronize(
        _ connection: ConnectionID,
        from cursor: LogOffset,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let delivery = self.deliveries[connection], delivery.hasStarted else { return }
        guard delivery.isKnown(cursor) else {
            self.refuse(connection, "synchronize_above_sent", at: now, effects: &effects)
            return
        }
        self.restart(connection, self.plan(for: delivery.session, cursor: cursor))
        self.pump(connection, effects: &effects)
    }

    /// Relays signalling to whoever is attached (HF-56).
    private mutating func relay(
        _ signal: Signal,
        from session: SessionID,
        _ connection: ConnectionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard signal.content.fits else {
            self.refuse(connection, "signal_too_large", at: now, effects: &effects)
            return
        }
        if let wait = self.sessions[session]?.signals.take(at: now) {
            effects.append(.count(.rateLimited))
            let bye = Bye(code: .rateLimited, reason: "signals", retryAfter: wait)
            self.drop(connection, bye, at: now, effects: &effects)
            return
        }
        guard self.channel == nil, let sender = self.sessions[session]?.record.participant,
            let addressee = self.sessionOf[signal.peer],
            let target = self.sessions[addressee]?.connection,
            self.deliveries[target].map({ $0.hasStarted && $0.isWritable }) == true
        else { return }
        effects.append(.send(target, .signal(Signal(peer: sender, content: signal.content))))
    }
}

extension Signal.Content {
    /// Whether the content is within ``Limits/signalBytesMax`` and fits a frame in either encoding.
    fileprivate var fits: Bool {
        switch self {
        case .offer(let text), .answer(let text), .candidate(_, let text):
            text.utf8.count <= Limits.signalBytesMax
                && text.jsonByteCount <= Limits.frameBytesMax - 512
        case .offerRequest, .unknown:
            true
        }
    }
}
