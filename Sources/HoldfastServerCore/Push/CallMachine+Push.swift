package import HoldfastWire

// What a user's channel does about devices that are away: it wakes them (HF-74), and knows where the
// user is (HF-72). Decided by ``PushMachine`` and ``UserPresenceMachine``.
extension CallMachine {
    /// Tells the channel's push machine something and does what it says.
    mutating func tellPush(_ event: PushMachine.Event, at now: MonotonicInstant) {
        guard let answers = self.push?.handle(event, at: now) else { return }
        for answer in answers {
            switch answer {
            case .send(let request): self.consequences.append(.push(request))
            case .store(let record): self.writes.append(.push(record))
            case .delete(let id): self.writes.append(.removePush(id))
            case .storeRegistrations(let device, let registrations):
                self.writes.append(.registrations(device, registrations))
            }
        }
    }

    /// What was logged may wake devices, or end what woke them. Of what the user's own devices began
    /// nobody is told.
    mutating func wake(for event: CallEvent, at offset: LogOffset, now: MonotonicInstant) {
        guard let owner = self.channel?.owner else { return }
        switch event {
        case .ring(let ring) where ring.from != owner:
            let endsAt = MonotonicInstant(offset: .milliseconds(ring.expiresAtMilliseconds))
            self.tellPush(
                .occurred(PushOccasion(offset: offset, kind: .ring(ring.id), endsAt: endsAt)),
                at: now
            )
        case .userMessage(let message) where message.from != owner:
            let endsAt = now.advanced(by: self.configuration.push.messageLife)
            self.tellPush(
                .occurred(PushOccasion(offset: offset, kind: .message, endsAt: endsAt)),
                at: now
            )
        case .ringEnded(let ring):
            self.tellPush(.ringEnded(ring.id), at: now)
        default:
            break
        }
    }

    /// Carries out `set_push`; nil when that succeeded.
    mutating func register(
        _ registrations: [PushRegistration],
        of device: ParticipantID,
        at now: MonotonicInstant
    ) -> CommandFailure? {
        guard registrations.count <= Limits.pushRegistrationCountMax else {
            let message = "At most \(Limits.pushRegistrationCountMax) registrations."
            return CommandFailure(code: .badRequest, message: message)
        }
        guard registrations.allSatisfy(\.isValid) else {
            let message =
                "A kind has 1 to \(Limits.wordBytesMax) bytes, a token 1 to "
                + "\(Limits.pushTokenBytesMax)."
            return CommandFailure(code: .badRequest, message: message)
        }
        self.tellPush(.registered(device, registrations), at: now)
        return nil
    }

    /// Tells where a device is, for those who watch its user. The engine looks at what came of it.
    mutating func notePresence(
        _ event: DevicePresenceMachine.Event,
        of device: ParticipantID,
        at now: MonotonicInstant
    ) {
        _ = self.userPresence?.handle(event, of: device, at: now)
        self.scheduleUserPresence()
    }

    mutating func scheduleUserPresence() {
        guard let deadline = self.userPresence?.nextDeadline else { return }
        self.timers.schedule(.userPresence, at: deadline)
    }

    /// A device is no participant of the channel any more.
    mutating func signOut(_ device: ParticipantID, at now: MonotonicInstant) {
        self.tellPush(.signedOut(device), at: now)
        _ = self.userPresence?.remove(device)
    }

    /// `watch`: the engine takes it from here, for whom it names may be anywhere.
    mutating func watch(
        _ users: [UserID],
        by session: SessionID,
        _ connection: ConnectionID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard self.channel != nil else {
            return self.refuse(connection, "watch_in_call", at: now, effects: &effects)
        }
        guard self.sessions[session]?.record.grants.contains(.presence) == true else {
            // The channel goes on: a token that allows less is no reason to lose rings.
            for user in users.prefix(Limits.watchedUserCountMax) {
                effects.append(.send(connection, .presence(user, .unknown)))
            }
            return
        }
        guard users.count <= Limits.watchedUserCountMax, users.allSatisfy(\.isValid) else {
            return self.refuse(connection, "watch", at: now, effects: &effects)
        }
        self.watches.append((connection, users))
    }

    /// What connections have asked to watch since the last call of this.
    mutating func takeWatches() -> [(connection: ConnectionID, users: [UserID])] {
        defer { self.watches = [] }
        return self.watches
    }

    /// The user as an operator sees it; nil in a call.
    var userSummary: UserSummary? {
        guard let channel = self.channel, let userPresence = self.userPresence else { return nil }
        return UserSummary(
            user: channel.owner,
            presence: userPresence.presence,
            deviceCount: self.published.participants.count,
            rings: self.published.rings.values.sorted { $0.id < $1.id }
        )
    }

    /// Where the devices of a channel are that is read from the store: what was attached was lost at
    /// `lostAt`, what was suspended counts for what is left of its time.
    static func storedPresence(
        _ sessions: [SessionRecord],
        window: Duration,
        lostAt: MonotonicInstant,
        at now: MonotonicInstant
    ) -> UserPresenceMachine {
        let times = DevicePresenceMachine.Configuration()
        var devices: [ParticipantID: DevicePresenceMachine.State] = [:]
        for session in sessions {
            switch session.state {
            case .over: continue
            case .attached:
                let until = lostAt.advanced(by: times.lostFor)
                devices[session.participant] =
                    until > now ? .lost(was: .attached, until: until) : .away
            case .detached(let isExpected, let windowEnd):
                let since = windowEnd.advanced(by: .zero - window)
                // A clock that was set back must not keep anybody here.
                let until = min(since, now).advanced(by: times.suspendedFor)
                devices[session.participant] =
                    isExpected && until > now ? .suspended(until: until) : .away
            }
        }
        return UserPresenceMachine(devices: devices, configuration: times)
    }
}

extension PushMachine {
    /// As it was when the channel was stored.
    init(
        of owner: UserID,
        _ stored: UserChannel.Stored,
        _ configuration: ServerConfiguration,
        seed: UInt64,
        at now: MonotonicInstant
    ) {
        self.init(
            user: owner,
            registrations: PushRegistrations(stored.registrations),
            records: stored.pushes,
            configuration: configuration.push,
            random: RandomSource(seed: (seed, 1, 2, 3)),
            at: now
        )
    }
}

/// A user as an operator sees it.
package struct UserSummary: Hashable, Sendable {
    package var user: UserID
    package var presence: UserPresence
    /// Devices that are signed in, whether they are there or not.
    package var deviceCount: Int
    package var rings: [Ring]

    package init(user: UserID, presence: UserPresence, deviceCount: Int, rings: [Ring]) {
        self.user = user
        self.presence = presence
        self.deviceCount = deviceCount
        self.rings = rings
    }
}

extension PushRegistration {
    /// Whether it keeps to its bounds.
    fileprivate var isValid: Bool {
        (1...Limits.wordBytesMax).contains(self.kind.rawValue.utf8.count)
            && (1...Limits.pushTokenBytesMax).contains(self.token.value.utf8.count)
    }
}
