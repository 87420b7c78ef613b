import HoldfastWire

extension CallMachine {
    /// Tells a session's presence machine something and does what it says.
    mutating func present(
        _ id: SessionID,
        _ event: PresenceMachine.Event,
        at now: MonotonicInstant
    ) {
        guard let effects = self.sessions[id]?.presence.handle(event, at: now) else { return }
        self.schedulePresence(id)
        if let device = self.sessions[id]?.record.participant, self.channel != nil {
            switch event {
            case .attached(let appState):
                self.tellPush(.attached(device), at: now)
                self.notePresence(.attached(appState), of: device, at: now)
            case .appStateChanged(let appState, _):
                self.notePresence(.appStateChanged(appState), of: device, at: now)
            case .lost:
                self.tellPush(.detached(device), at: now)
            case .stalled, .deadlineReached, .ended:
                break
            }
        }
        for effect in effects {
            switch effect {
            case .announce(let reachability):
                self.announce(id, reachability, at: now)
            case .expire:
                self.removeMember(id, .expired, .timeout, at: now)
                self.updatePresence(at: now)
            }
        }
    }

    /// A connection is gone (HF-44).
    mutating func detach(
        _ connection: ConnectionID,
        code: CloseCode?,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let delivery = self.removeDelivery(connection, at: now) else { return }
        let id = delivery.session
        guard self.sessions[id]?.connection == connection else { return }
        self.sessions[id]?.connection = nil
        self.present(id, .lost(isAnnounced: code == .background), at: now)
        if let device = self.sessions[id]?.record.participant {
            let detachment = DevicePresenceMachine.Detachment(code)
            self.notePresence(.detached(detachment), of: device, at: now)
        }
        effects.append(.count(.detached))
        guard case .detached(_, let isExpected, _, let until) = self.sessions[id]?.presence.state
        else { return }
        self.sessions[id]?.record.state = .detached(isExpected: isExpected, until: until)
        self.writeSession(id)
        guard let user = self.sessions[id]?.record.user else { return }
        self.trimDetached(of: user, except: id, at: now)
        self.updatePresence(at: now)
    }

    /// A member is gone for good: its session becomes a tombstone, the others are told.
    mutating func removeMember(
        _ id: SessionID,
        _ ending: SessionRecord.Ending,
        _ reason: LeaveReason,
        at now: MonotonicInstant
    ) {
        guard let participant = self.sessions[id]?.record.participant else { return }
        self.append(.participantLeft(participant, reason), at: now)
        self.end(id, ending, at: now)
        self.signOut(participant, at: now)
    }

    /// Turns a session into a tombstone and its connection away.
    mutating func end(
        _ id: SessionID,
        _ ending: SessionRecord.Ending,
        at now: MonotonicInstant
    ) {
        guard var session = self.sessions.removeValue(forKey: id) else { return }
        session.record.lastCommand = session.ledger.last
        session.record.state = .over(
            ending,
            forgetAt: now.advanced(by: self.configuration.tombstoneLife)
        )
        self.tombstones.insert(session.record)
        self.scheduleTombstones()
        if self.sessionOf[session.record.participant] == id {
            self.sessionOf[session.record.participant] = nil
        }
        self.writes.append(.session(session.record))
        guard let connection = session.connection else { return }
        let bye = Bye(code: ending.closeCode, reason: ending.reason)
        self.consequences.append(.bye(connection, bye))
    }

    /// The number of members has changed: the idle time starts, stops, or the call is empty.
    mutating func updatePresence(at now: MonotonicInstant) {
        guard self.isOpen else { return }
        let count = self.draft.participants.count
        // A channel ends when it has nothing left to keep.
        if self.channel != nil { return }
        if count == 0 {
            self.endCall(.empty, at: now)
            return
        }
        self.idle(.presenceChanged(count: count), at: now)
    }

    /// Tells the idle machine something and does what it says.
    mutating func idle(_ event: IdleMachine.Event, at now: MonotonicInstant) {
        let before = self.idle.endsAt
        for effect in self.idle.handle(event, at: now) {
            switch effect {
            case .warn(let endsAt):
                self.append(
                    .idleWarning(endsAtMilliseconds: endsAt.offset.milliseconds),
                    at: now
                )
            case .clear:
                self.append(.idleCleared, at: now)
            case .end:
                self.endCall(.idleTimeout, at: now)
            }
        }
        self.scheduleIdle()
        guard self.isOpen, self.idle.endsAt != before else { return }
        self.record.idleEndsAt = self.idle.endsAt
        self.writes.append(.call(self.record))
    }

    /// The call is over for everybody (HF-52).
    mutating func endCall(_ reason: CallEndReason, at now: MonotonicInstant) {
        guard self.isOpen else { return }
        for participant in self.draft.participants.keys.sorted() {
            self.writes.append(.removeParticipant(participant))
        }
        self.append(.ended(reason), at: now)
        for id in self.sessions.keys.sorted() {
            self.end(id, .callEnded(reason), at: now)
        }
        self.isOpen = false
        // An end of another kind would otherwise be followed by the warning of the idle time.
        _ = self.idle.handle(.ended, at: now)
        self.record.end = CallRecord.End(reason: reason, at: now)
        self.record.idleEndsAt = nil
        self.record.deadline = nil
        self.record.top = self.log.top
        self.writes.append(.call(self.record))
    }

    mutating func writeSession(_ id: SessionID) {
        guard let session = self.sessions[id] else { return }
        var record = session.record
        record.lastCommand = session.ledger.last
        self.writes.append(.session(record))
    }

    mutating func schedulePresence(_ id: SessionID) {
        guard let deadline = self.sessions[id]?.presence.nextDeadline else { return }
        self.timers.schedule(.presence(id), at: deadline)
    }

    mutating func scheduleIdle() {
        guard let deadline = self.idle.nextDeadline else { return }
        self.timers.schedule(.idle, at: deadline)
    }

    mutating func scheduleAuthorization(of session: SessionID) {
        guard let deadline = self.authorizationDeadline(of: session) else { return }
        self.timers.schedule(.authorization(session), at: deadline)
    }

    /// When an attached client must have brought a fresh token (HF-26). Who resumes after the expiry
    /// has the time from then on.
    func authorizationDeadline(of session: SessionID) -> MonotonicInstant? {
        guard let state = self.sessions[session], let connection = state.connection,
            let delivery = self.deliveries[connection]
        else { return nil }
        return max(state.record.authExpiresAt, delivery.attachedAt)
            .advanced(by: self.configuration.authRefreshWithin)
    }

    mutating func scheduleTombstones() {
        guard let deadline = self.tombstones.nextDeadline else { return }
        self.timers.schedule(.tombstones, at: deadline)
    }

    private mutating func announce(
        _ id: SessionID,
        _ reachability: Reachability,
        at now: MonotonicInstant
    ) {
        // Who may know of a device's reachability in a channel watches its user (HF-65).
        guard self.channel == nil, let participant = self.sessions[id]?.record.participant,
            var told = self.draft.participants[participant], told.reachability != reachability
        else { return }
        told.reachability = reachability
        self.append(.participantUpdated(told), at: now)
    }
}
