import HoldfastWire

extension CallMachine {
    /// A client comes back (HF-17 to HF-28). Its MAC was right.
    mutating func resume(
        _ connection: ConnectionID,
        _ ticket: ResumeTicket,
        rejoin: ServerEvent.Rejoin?,
        random: inout RandomSource,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let session = self.sessions[ticket.session] else {
            self.answerLate(
                connection,
                ticket,
                rejoin: rejoin,
                random: &random,
                at: now,
                effects: &effects
            )
            return
        }
        guard ticket.counter > session.record.counter,
            ticket.counter.rawValue <= LogOffset.rawValueMax
        else {
            let bye = Bye(
                code: .staleCounter,
                reason: "counter",
                lastCounter: session.record.counter
            )
            effects.append(.close(connection, bye))
            effects.append(.count(.resumeRefused))
            return
        }
        guard let refreshed = self.authorized(session.record, rejoin?.claims, at: now) else {
            effects.append(.close(connection, Bye(code: .unauthorized, reason: "token_expired")))
            effects.append(.count(.resumeRefused))
            return
        }
        self.sessions[ticket.session]?.record = refreshed
        self.sessions[ticket.session]?.record.counter = ticket.counter
        if ticket.cursor.era > self.log.era { effects.append(.count(.cursorAhead)) }
        self.attach(connection, to: ticket.session, appState: ticket.appState, at: now)
        let start = Start(mode: .resumed, cursor: ticket.cursor, lastResult: ticket.lastResult)
        self.consequences.append(.start(connection, start))
    }

    /// Makes a connection the session's own; an older one is told and loses (HF-20).
    mutating func attach(
        _ connection: ConnectionID,
        to id: SessionID,
        appState: AppState,
        at now: MonotonicInstant
    ) {
        guard let session = self.sessions[id] else { return }
        if let older = session.connection {
            self.deliveries[older] = nil
            self.consequences.append(.bye(older, Bye(code: .superseded, reason: "newer")))
        }
        let wasQuiet = self.deliveries.isEmpty
        self.sessions[id]?.connection = connection
        self.sessions[id]?.record.generation = session.record.generation.next
        self.sessions[id]?.record.state = .attached
        self.deliveries[connection] = Delivery(
            session: id,
            participant: session.record.participant,
            isInBackground: appState != .foreground,
            configuration: self.configuration,
            at: now
        )
        self.quietSince = nil
        self.present(id, .attached(appState), at: now)
        self.writeSession(id)
        if wasQuiet, self.record.deadline != nil {
            self.record.deadline = nil
            self.writes.append(.call(self.record))
        }
        self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
        self.scheduleAuthorization(connection, session.record.authExpiresAt)
    }

    /// The session's record with the claims it goes on with, or nil when the token's grace is over
    /// and nothing better came (HF-26).
    private func authorized(
        _ record: SessionRecord,
        _ claims: AccessClaims?,
        at now: MonotonicInstant
    ) -> SessionRecord? {
        if let claims {
            guard claims.user == record.user, claims.allows(self.id) else { return nil }
            var refreshed = record
            refreshed.grants = claims.grants
            refreshed.authExpiresAt = max(claims.expiresAt, record.authExpiresAt)
            return refreshed
        }
        let end = record.authExpiresAt.advanced(by: self.configuration.authGrace)
        return now < end ? record : nil
    }

    /// The session is over, or forgotten: a definite answer, or a new session (HF-24, HF-25).
    private mutating func answerLate(
        _ connection: ConnectionID,
        _ ticket: ResumeTicket,
        rejoin: ServerEvent.Rejoin?,
        random: inout RandomSource,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        let tombstone = self.tombstones[ticket.session].flatMap { record in
            if case .over(let ending, let forgetAt) = record.state, now < forgetAt {
                (record: record, ending: ending)
            } else {
                nil
            }
        }
        effects.append(.count(.resumeRefused))
        let mayRejoin = tombstone.map { $0.ending == .expired || $0.ending == .callEnded } ?? true
        if let rejoin, mayRejoin {
            self.join(
                connection,
                rejoin.claims,
                rejoin.options,
                mode: .rejoined,
                random: &random,
                at: now,
                effects: &effects
            )
            return
        }
        guard let tombstone else {
            effects.append(.close(connection, Bye(code: .sessionExpired, reason: "forgotten")))
            return
        }
        let reason =
            tombstone.ending == .callEnded
            ? self.record.end?.reason.rawValue ?? CallEndReason.ended.rawValue
            : tombstone.ending.rawValue
        let welcome = Welcome(
            call: self.id,
            session: ticket.session,
            participant: tombstone.record.participant,
            generation: tombstone.record.generation,
            mode: tombstone.ending == .expired ? .expired : .ended,
            from: ticket.cursor,
            top: self.publishedTop,
            snapshotFollows: false,
            lastCommand: tombstone.record.lastCommand,
            nowMilliseconds: now.offset.milliseconds,
            reason: reason
        )
        effects.append(.welcome(connection, welcome, issuesKey: false))
        effects.append(.close(connection, Bye(code: tombstone.ending.closeCode, reason: reason)))
    }
}

extension SessionRecord.Ending {
    var closeCode: CloseCode {
        switch self {
        case .left: .left
        case .expired: .sessionExpired
        case .removed: .removed
        case .replaced: .replaced
        case .callEnded: .callEnded
        }
    }
}
