import HoldfastWire

extension CallMachine {
    /// A user joins (HF-7 to HF-16). `mode` is `joined`, or `rejoined` after a session that is gone.
    mutating func join(
        _ connection: ConnectionID,
        _ claims: AccessClaims,
        _ options: JoinOptions,
        mode: Welcome.Mode,
        random: inout RandomSource,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        if let bye = self.refusal(of: claims, options) {
            effects.append(.close(connection, bye))
            return
        }
        let older = self.liveSession(of: claims.user, deviceID: options.deviceID)
        if older == nil { self.makeRoomForDevice(at: now) }
        if older == nil, self.draft.participants.count >= self.configuration.participantCountMax {
            // Behind the commits under way: who fills the call may turn out not to be in it.
            self.consequences.append(
                .refuse(connection, nil, Bye(code: .limit, reason: "call_full"))
            )
            return
        }
        guard self.log.next != nil else {
            effects.append(.close(connection, Bye(code: .limit, reason: "log_full")))
            return
        }
        if !self.isOpen { self.open(with: options, at: now, effects: &effects) }
        let id =
            older.flatMap { self.sessions[$0]?.record.participant }
            ?? self.rememberedParticipant(of: claims.user, deviceID: options.deviceID, at: now)
            ?? random.participantID()
        let participant = Participant(
            id: id,
            userID: claims.user,
            displayName: options.displayName,
            media: options.media,
            // Also when an older session is replaced: by it the others see another device.
            joinedAtMilliseconds: now.offset.milliseconds
        )
        let joinedAt = self.acknowledgedTop
        let event: CallEvent =
            older == nil ? .participantJoined(participant) : .participantUpdated(participant)
        if let older {
            self.end(older, .replaced, at: now)
        }
        guard let offset = self.append(event, at: now) else { return }
        let session = self.makeSession(
            random.sessionID(),
            participant: id,
            claims: claims,
            options: options,
            joinedAt: self.channel == nil ? offset : joinedAt,
            at: now
        )
        self.attach(
            connection,
            to: session,
            appState: .foreground,
            Start(
                mode: mode,
                plan: self.plan(for: session, cursor: .zero),
                lastResult: .none
            ),
            at: now
        )
        self.trimDetached(of: claims.user, except: session, at: now)
        self.updatePresence(at: now)
    }

    private func refusal(of claims: AccessClaims, _ options: JoinOptions) -> Bye? {
        guard options.call == self.id, options.call.isLog,
            options.displayName.utf8.count <= Limits.nameBytesMax,
            options.title.utf8.count <= Limits.nameBytesMax,
            options.deviceID.utf8.count <= Limits.deviceIDBytesMax,
            options.kind.rawValue.utf8.count <= MediaState.trackBytesMax, options.media.isShort
        else { return Bye(code: .badRequest, reason: "join_options") }
        guard claims.allows(self.id), claims.grants.contains(.join), claims.user.isValid else {
            return Bye(code: .unauthorized, reason: "not_for_this_call")
        }
        return nil
    }

    /// The first joiner makes the call (HF-12). A call that has ended begins anew behind its log.
    private mutating func open(
        with options: JoinOptions,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard self.channel == nil else {
            self.openChannel(at: now)
            return
        }
        let timeout: Duration
        switch options.idleTimeout {
        case nil: timeout = self.configuration.idleTimeout
        case .zero?: timeout = .zero
        case .some(let wanted):
            timeout = min(
                max(wanted, self.configuration.idleTimeoutMin),
                self.configuration.idleTimeoutMax
            )
        }
        self.record = CallRecord(
            id: self.id,
            title: options.title,
            kind: options.kind,
            idleTimeout: timeout,
            createdAt: now,
            top: self.log.top
        )
        self.isOpen = true
        self.draft = CallView(title: options.title, kind: options.kind)
        self.idle = IdleMachine(timeout: timeout, lead: self.configuration.idleWarningLead)
        self.writes.append(.call(self.record))
        effects.append(.count(.callStarted))
    }

    private mutating func makeSession(
        _ id: SessionID,
        participant: ParticipantID,
        claims: AccessClaims,
        options: JoinOptions,
        joinedAt: LogOffset,
        at now: MonotonicInstant
    ) -> SessionID {
        let record = SessionRecord(
            id: id,
            participant: participant,
            user: claims.user,
            deviceID: options.deviceID,
            grants: claims.grants,
            authExpiresAt: claims.expiresAt,
            generation: ConnectionGeneration(0),
            joinedAt: joinedAt,
            isAwaitingSnapshot: true,
            era: self.log.era,
            // What was before it joined is not its own, and so it cannot miss it.
            acknowledged: joinedAt
        )
        self.sessions[id] = Session(
            record: record,
            presence: PresenceMachine(
                state: .attached(announced: .online, hold: nil),
                configuration: PresenceMachine.Configuration(self.configuration)
            ),
            ledger: CommandLedger(
                last: .none,
                results: [],
                resultCountMax: self.configuration.resultCountMax
            ),
            connection: nil,
            commands: self.commandBucket,
            controls: self.commandBucket,
            signals: self.signalBucket
        )
        self.sessionOf[participant] = id
        return id
    }

    private func liveSession(of user: UserID, deviceID: String) -> SessionID? {
        self.sessions.values.first { $0.record.user == user && $0.record.deviceID == deviceID }?
            .record.id
    }

    /// A participant keeps its id within the tombstone time (HF-16).
    private func rememberedParticipant(
        of user: UserID,
        deviceID: String,
        at now: MonotonicInstant
    ) -> ParticipantID? {
        let remembered = self.tombstones.participant(of: user, deviceID: deviceID, at: now)
        return remembered.flatMap { self.sessionOf[$0] == nil ? $0 : nil }
    }

    /// At most so many detached sessions of one user (HF-14). The one that has just detached or
    /// joined is not the one to go.
    mutating func trimDetached(
        of user: UserID,
        except kept: SessionID,
        at now: MonotonicInstant
    ) {
        let detached = self.sessions.values
            .filter { $0.record.user == user && $0.connection == nil }
            .sorted { $0.record.joinedAt < $1.record.joinedAt }
        let excess = detached.count - self.configuration.detachedCountMax
        guard excess > 0 else { return }
        for session in detached.filter({ $0.record.id != kept }).prefix(excess) {
            self.removeMember(session.record.id, .expired, .timeout, at: now)
        }
    }
}
