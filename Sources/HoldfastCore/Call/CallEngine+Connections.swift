import HoldfastWire

/// Connections: begun, raced, replaced, lost.
extension CallEngine {
    /// Begins one attempt.
    mutating func attempt(_ turn: inout Turn) {
        guard self.isConnectionAllowed(turn) else { return self.tellReconnect(.held, &turn) }
        guard let (credentials, counter) = self.makeCredentials(turn) else {
            self.requestToken(&turn)
            return self.tellReconnect(.held, &turn)
        }
        let id = turn.makeConnection()
        let timeout = self.attemptTimeout(turn.environment)
        let timing = LinkTiming(
            at: turn.instant,
            heartbeat: self.membership?.heartbeat ?? Welcome.Heartbeat(),
            isBackground: !turn.environment.isForeground,
            smoothedRoundTrip: self.roundTrip
        )
        self.links.append(
            CallLink(
                id: id,
                counter: counter,
                cursor: counter == nil ? .zero : self.session.resumePosition,
                mayRejoin: credentials.mayRejoin,
                machine: LinkMachine(at: turn.instant, timeout: timeout, timing: timing),
                announced: counter == nil ? .foreground : turn.environment.ticketState
            )
        )
        turn.effects.append(.connect(id, self.handle, credentials, timeout: timeout))
    }

    /// HF-17 and HF-19; nil while a token is missing without which the server would refuse.
    private mutating func makeCredentials(_ turn: Turn) -> (Credentials, ResumeCounter?)? {
        guard var membership else {
            return self.tokens.fresh.map { (.join(self.request.options, token: $0), nil) }
        }
        if self.tokens.fresh == nil, self.tokens.isNeeded(at: turn.instant) { return nil }
        let counter = membership.nextCounter(wallMilliseconds: turn.wallMilliseconds)
        self.membership = membership
        let ticket = ResumeTicket(
            call: self.request.options.call,
            session: membership.session,
            key: membership.key.id,
            counter: counter,
            cursor: self.session.resumePosition,
            appState: turn.environment.ticketState,
            lastResult: self.session.commands.lastResult
        )
        let mayRejoin =
            self.isRejoining || self.outage?.finalUntil != nil
            || self.tokens.isNeeded(at: turn.instant)
        let rejoin =
            mayRejoin
            ? self.tokens.fresh.map { Credentials.Rejoin(options: self.request.options, token: $0) }
            : nil
        return (.resume(ticket, secret: membership.key.secret, rejoin: rejoin), counter)
    }

    /// A join, and anything in the background, has 10 s. A resume in the foreground has 3 s, for
    /// another one begins beside it; on a very slow network six round trips.
    private func attemptTimeout(_ environment: Turn.Environment) -> Duration {
        guard self.membership != nil, environment.isForeground else { return Self.timeoutMax }
        let needed = (self.roundTrip ?? .zero) * 6
        return needed.clamped(Self.timeoutForeground...Self.timeoutMax)
    }

    static let timeoutForeground: Duration = .seconds(3)
    static let timeoutMax: Duration = .seconds(10)

    mutating func opened(_ id: ConnectionID, _ turn: inout Turn) {
        self.tellLink(id, .opened, &turn)
    }

    mutating func closed(_ id: ConnectionID, _ end: TransportEnd, _ turn: inout Turn) {
        guard let link = self.remove(id, &turn) else { return }
        switch end {
        case .closed(let code?):
            self.ended(link, Bye(code: code, reason: ""), &turn)
        case .untrusted where self.membership == nil:
            self.conclude(.closed(.untrusted), &turn)
        case .rejected(401, _) where self.isRefused(link, &turn):
            break
        case .closed(nil), .refused, .unreachable, .timedOut, .reset, .rejected, .untrusted,
            .closedByUs:
            self.lost(link, end.cause, reason: .connectionClosed, &turn)
        }
    }

    /// HF-11: a join is refused by a `bye`, so a 401 for it comes from elsewhere; a resume that is
    /// refused twice will never be taken, and only joining anew helps.
    private mutating func isRefused(_ link: CallLink, _ turn: inout Turn) -> Bool {
        guard link.counter != nil else {
            self.conclude(.closed(.unauthorized(message: "The server refused the token.")), &turn)
            return true
        }
        self.refusedResumeCount += 1
        guard self.refusedResumeCount > 1, self.membership != nil else { return false }
        self.note("the server does not know our key; joining anew", &turn)
        self.membership = nil
        self.reconnect.setOverlapping(false)
        self.requestToken(&turn)
        return false
    }

    mutating func receivedGarbage(_ id: ConnectionID, _ reason: String, _ turn: inout Turn) {
        guard let link = self.drop(id, .protocolError, &turn) else { return }
        self.note("a frame could not be read: \(reason)", &turn)
        self.lost(link, .unreachable, reason: .connectionClosed, &turn)
    }

    /// A connection that was welcomed is gone, or an attempt failed. The app is told of the loss
    /// after `reportDelay`, which is zero when it is certain.
    mutating func lost(
        _ link: CallLink,
        _ cause: ReconnectMachine.Cause,
        reason: LossReason,
        reportDelay: Duration = .zero,
        _ turn: inout Turn
    ) {
        guard !link.isAttempt else { return self.tellReconnect(.attemptFailed(cause), &turn) }
        if case .leaving = self.phase {
            // Whether the server heard of it is not known: it is told again.
            return self.conclude(.left, isFarewell: true, &turn)
        }
        self.beginOutage(
            since: turn.instant,
            reason: reason,
            reportAt: turn.instant.advanced(by: reportDelay),
            &turn
        )
        self.tellReconnect(.lost(cause), &turn)
    }

    /// Nothing comes any more from the connection in use.
    mutating func linkDied(_ id: ConnectionID, _ turn: inout Turn) {
        guard let link = self.drop(id, .normal, &turn) else { return }
        if case .leaving = self.phase { return self.conclude(.left, isFarewell: true, &turn) }
        let reason: LossReason =
            if !turn.environment.hasPath {
                .pathLost
            } else if let disturbance,
                disturbance.at.duration(to: turn.instant) <= Self.disturbancePeriod
            {
                disturbance.reason
            } else {
                .noAnswer
            }
        let timing = link.machine.timing
        self.beginOutage(
            since: timing.heardAt,
            reason: reason,
            reportAt: timing.pingedAt.advanced(by: Outage.reportDelay),
            &turn
        )
        self.tellReconnect(.lost(.local), &turn)
    }

    /// HF-33: this connection leaves holes. Another one is opened at once.
    mutating func abandonConnection(_ turn: inout Turn) {
        guard let attached, let link = self.drop(attached, .resync, &turn) else { return }
        self.note("events are missing; using another connection", &turn)
        self.lost(
            link,
            .reset,
            reason: .connectionClosed,
            reportDelay: Outage.reportDelay,
            &turn
        )
    }

    /// Closes and forgets a connection.
    @discardableResult
    mutating func drop(
        _ id: ConnectionID,
        _ code: CloseCode,
        _ turn: inout Turn
    ) -> CallLink? {
        guard let link = self.remove(id, &turn) else { return nil }
        turn.effects.append(.close(id, code))
        return link
    }

    private mutating func remove(_ id: ConnectionID, _ turn: inout Turn) -> CallLink? {
        guard let index = self.links.firstIndex(where: { $0.id == id }) else { return nil }
        let link = self.links.remove(at: index)
        if let measured = link.machine.timing.smoothedRoundTrip { self.roundTrip = measured }
        if self.attached == id {
            self.attached = nil
            self.tellSession(.detached, &turn)
            self.tellMesh(.detached, &turn)
        }
        return link
    }

    // MARK: Outages

    mutating func beginOutage(
        since: MonotonicInstant,
        reason: LossReason,
        reportAt: MonotonicInstant,
        _ turn: inout Turn
    ) {
        guard self.outage == nil, !self.isConcluded else { return }
        let window = self.membership?.detachWindow ?? Membership.detachWindowInitial
        self.outage = Outage(
            since: since,
            reason: reason,
            reportAt: reportAt,
            windowEndsAt: self.channel == nil ? since.advanced(by: window) : nil
        )
        self.tellChannel(.lost, &turn)
        self.checkOutage(&turn)
    }

    mutating func checkOutage(_ turn: inout Turn) {
        guard let outage, !self.isConcluded else { return }
        if !outage.isReported, turn.instant >= outage.reportAt {
            self.outage?.isReported = true
            if self.session.stage == .inCall {
                self.tellSession(.reported(.lost(outage.reason)), &turn)
            }
        }
        if let finalUntil = outage.finalUntil {
            if turn.instant >= finalUntil { self.conclude(.closed(.expired), &turn) }
        } else if let end = outage.windowEndsAt, turn.instant >= end {
            self.beginFinalPeriod(&turn)
            self.tellReconnect(.triggered, &turn)
        }
    }

    /// The window has passed by our clock. The session may still be there; if not, joining anew is
    /// what the app wants (HF-25).
    mutating func beginFinalPeriod(_ turn: inout Turn) {
        guard self.outage?.finalUntil == nil else { return }
        self.outage?.finalUntil = turn.instant.advanced(by: Outage.finalPeriod)
        self.note("the window has passed; last tries", &turn)
        self.requestToken(&turn)
    }
}

extension Credentials {
    /// Whether the server may join anew with them.
    fileprivate var mayRejoin: Bool {
        switch self {
        case .join: false
        case .resume(_, _, let rejoin): rejoin != nil
        }
    }
}

extension TransportEnd {
    /// What it says about the next attempt.
    fileprivate var cause: ReconnectMachine.Cause {
        switch self {
        case .closed, .reset: .reset
        case .refused: .refused
        case .timedOut: .timedOut
        case .closedByUs: .local
        // A portal or a proxy answers in the server's place: as good as unreachable.
        case .unreachable, .untrusted: .unreachable
        case .rejected(let status, let retryAfter):
            if status == 429 || status == 503 {
                .busy(retryAfter ?? .seconds(1))
            } else {
                .unreachable
            }
        }
    }
}
