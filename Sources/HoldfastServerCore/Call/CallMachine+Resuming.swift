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
        self.sessions[ticket.session]?.ledger.skip(to: ticket.lastResult)
        let start = Start(
            mode: .resumed,
            plan: self.plan(ofReturn: refreshed, cursor: ticket.cursor),
            lastResult: ticket.lastResult
        )
        let isForeign = start.plan.snapshot == .otherPast
        self.sessions[ticket.session]?.foreignCursor = isForeign ? ticket.cursor : nil
        if !isForeign { self.noteAcknowledged(ticket.cursor, by: ticket.session, at: now) }
        if isForeign { effects.append(.count(.cursorAhead)) }
        if start.plan.snapshot == nil {
            self.sessions[ticket.session]?.noteProcessed(ticket.cursor, in: self.log.era)
            // Whatever was forgotten came before what it has.
            self.sessions[ticket.session]?.record.missedMessageCount = 0
        }
        self.attach(connection, to: ticket.session, appState: ticket.appState, start, at: now)
    }

    /// What the cursor of a client that comes back needs (HF-22). Nobody has been given a cursor of an
    /// era in which it was not attached, unless by a server whose database this is not: an older copy
    /// was restored. Its numbers then mean nothing here, also where the log has them.
    private func plan(ofReturn record: SessionRecord, cursor: LogOffset) -> Delivery.Plan {
        var plan = self.plan(for: record.id, cursor: cursor)
        let foreign = self.sessions[record.id]?.foreignCursor
        guard cursor.era > record.era, foreign == nil || foreign == cursor else { return plan }
        guard cursor.era >= self.log.era else {
            // The power may also have taken the attachment, and left what was sent on it.
            plan.snapshot = .reset
            return plan
        }
        plan.snapshot = .otherPast
        plan.position = max(self.log.end(upTo: record.era), record.joinedAt)
        return plan
    }

    /// Makes a connection the session's own; an older one has no effect any more, and is told once
    /// the newer one is durable (HF-20).
    mutating func attach(
        _ connection: ConnectionID,
        to id: SessionID,
        appState: AppState,
        _ start: Start,
        at now: MonotonicInstant
    ) {
        guard let session = self.sessions[id] else { return }
        if let older = session.connection {
            self.consequences.append(.bye(older, Bye(code: .superseded, reason: "newer")))
        }
        let generation = session.record.generation.next
        self.sessions[id]?.connection = connection
        self.sessions[id]?.record.generation = generation
        // Otherwise when the client has been led back: until then it may name the other log's.
        if start.plan.snapshot != .otherPast { self.sessions[id]?.record.era = self.log.era }
        self.sessions[id]?.record.state = .attached
        if start.plan.snapshot != nil { self.sessions[id]?.awaitSnapshot() }
        self.deliveries[connection] = Delivery(
            session: id,
            participant: session.record.participant,
            generation: generation,
            isInBackground: appState != .foreground,
            configuration: self.configuration,
            at: now
        )
        self.quietSince = nil
        self.present(id, .attached(appState), at: now)
        self.writeSession(id)
        self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
        self.scheduleAuthorization(of: id)
        self.consequences.append(.start(connection, start))
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
        let tombstone = self.tombstones.find(ticket.session, at: now)
        effects.append(.count(.resumeRefused))
        let mayRejoin = tombstone?.ending.mayRejoin ?? true
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
        let reason = tombstone.ending.reason
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
        // Behind the commits under way: the end that is told here may be one of them.
        let bye = Bye(code: tombstone.ending.closeCode, reason: reason)
        self.consequences.append(.refuse(connection, welcome, bye))
    }
}

extension SessionRecord.Ending {
    /// What a late client is told, for people and for `ended`.
    var reason: String {
        switch self {
        case .left, .expired, .removed, .replaced: self.rawValue
        case .callEnded(let reason): reason.rawValue
        }
    }

    /// Whether nobody decided that this participant shall be gone (HF-25).
    fileprivate var mayRejoin: Bool {
        switch self {
        case .expired, .callEnded: true
        case .left, .removed, .replaced: false
        }
    }

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
