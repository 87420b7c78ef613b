package import HoldfastWire

/// Decides which devices of one user are woken, for what, and by which registration (HF-74).
///
/// Holds a ``WakeMachine`` for each event and device for which that is still open, and nothing of what
/// is decided: an event is told once, so no device is woken for it twice. Everything that it must know
/// after a restart goes out as ``Effect/store(_:)`` and ``Effect/delete(_:)``, to be written with what
/// caused it; a push is sent when that is durable.
package struct PushMachine: Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// The device said how it is woken; an empty list means that it is not.
        case registered(ParticipantID, [PushRegistration])
        /// A connection of the device was accepted.
        case attached(ParticipantID)
        /// The device's last connection is gone.
        case detached(ParticipantID)
        /// The device is no participant of the channel any more.
        case signedOut(ParticipantID)
        /// The channel logged what wakes: a ring that comes in, or a message to its user. Never told
        /// for what the user's own devices began, nor again after a restart.
        case occurred(PushOccasion)
        /// The device has processed the log up to there.
        case acknowledged(ParticipantID, through: LogOffset)
        /// The channel logged the end of a ring.
        case ringEnded(RingID)
        /// What became of a push with this registration.
        case answered(PushID, PushRegistration, PushOutcome)
        /// The server itself did not run for this long.
        case stalled(Duration)
        /// ``PushMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the channel must do.
    package enum Effect: Hashable, Sendable {
        /// Call the webhook once this event's writes are durable, then answer with
        /// ``Event/answered(_:_:_:)``.
        case send(PushRequest)
        /// Keep it over a restart.
        case store(PushRecord)
        /// Forget it.
        case delete(PushID)
        /// Keep these over a restart, instead of the device's earlier ones.
        case storeRegistrations(ParticipantID, [PushRegistration])
    }

    /// The limits the machine works within.
    package struct Configuration: Hashable, Sendable {
        /// Events and devices of a channel that are open at once; the oldest message goes first, a
        /// ring only when there are but rings. 0 wakes nobody. Default 64.
        package var wakeCountMax = 64
        /// A message wakes nobody after this. Default 24 h.
        package var messageLife: Duration = .seconds(24 * 3600)
        package var wake = WakeMachine.Configuration()

        /// Creates a configuration with every default stated above.
        package init() {}
    }

    private struct Wake: Sendable {
        var record: PushRecord
        var machine: WakeMachine
    }

    package let user: UserID
    package private(set) var registrations: PushRegistrations
    /// In the order in which they were told.
    private var wakes: [Wake] = []
    private var attached: Set<ParticipantID> = []
    private var random: RandomSource
    private let configuration: Configuration

    /// Starts from what is stored; nobody is attached.
    package init(
        user: UserID,
        registrations: PushRegistrations = PushRegistrations(),
        records: [PushRecord] = [],
        configuration: Configuration = Configuration(),
        random: RandomSource,
        at now: MonotonicInstant
    ) {
        self.user = user
        self.registrations = registrations
        self.configuration = configuration
        self.random = random
        self.wakes = records.sorted { $0.occasion.offset < $1.occasion.offset }.map { record in
            let machine = WakeMachine(
                restored: record.occasion.wakeKind,
                endsAt: record.occasion.endsAt,
                at: now,
                configuration: configuration.wake
            )
            return Wake(record: record, machine: machine)
        }
    }

    /// When the channel must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        self.wakes.compactMap(\.machine.nextDeadline).min()
    }

    /// Events and devices that are open.
    package var wakeCount: Int { self.wakes.count }

    /// Whether the answer to a push is awaited: the channel stays in memory.
    package var isSending: Bool {
        self.wakes.contains { wake in
            if case .sending = wake.machine.state { true } else { false }
        }
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        switch event {
        case .registered(let device, let registrations):
            guard self.registrations.replace(device, with: registrations) else { return [] }
            return [self.stored(device)]
        case .attached(let device):
            self.attached.insert(device)
            return self.tell(.attached, at: now) { $0.device == device }
        case .detached(let device):
            self.attached.remove(device)
            return self.tell(.detached, at: now) { $0.device == device }
        case .signedOut(let device):
            self.attached.remove(device)
            let effects = self.tell(.ended, at: now) { $0.device == device }
            guard self.registrations.replace(device, with: []) else { return effects }
            return effects + [self.stored(device)]
        case .occurred(let occasion):
            return self.occurred(occasion, at: now)
        case .acknowledged(let device, let through):
            return self.tell(.acknowledged, at: now) {
                $0.device == device && $0.occasion.offset <= through
            }
        case .ringEnded(let ring):
            return self.tell(.ended, at: now) { $0.occasion.kind == .ring(ring) }
        case .answered(let id, let registration, let outcome):
            return self.answered(id, registration, outcome, at: now)
        case .stalled(let gap):
            return self.tell(.stalled(gap), at: now) { _ in true }
        case .deadlineReached:
            return self.tell(.deadlineReached, at: now) { _ in true }
        }
    }

    private mutating func occurred(_ occasion: PushOccasion, at now: MonotonicInstant) -> [Effect] {
        guard now < occasion.endsAt, self.configuration.wakeCountMax > 0 else { return [] }
        var effects: [Effect] = []
        for device in self.registrations.devices
        where self.registrations.choice(for: device, occasion.wakeKind) != nil {
            let record = PushRecord(device: device, occasion: occasion)
            let machine = WakeMachine(
                kind: occasion.wakeKind,
                endsAt: occasion.endsAt,
                at: now,
                configuration: self.configuration.wake
            )
            self.wakes.append(Wake(record: record, machine: machine))
            effects.append(.store(record))
            effects += self.makeRoom(at: now)
            guard !self.attached.contains(device) else { continue }
            effects += self.tell(.detached, at: now) { $0 == record }
        }
        return effects
    }

    private mutating func makeRoom(at now: MonotonicInstant) -> [Effect] {
        guard self.wakes.count > self.configuration.wakeCountMax else { return [] }
        let oldest = self.wakes.first { $0.machine.kind == .message } ?? self.wakes.first
        guard let record = oldest?.record else { return [] }
        return self.tell(.ended, at: now) { $0 == record }
    }

    private mutating func answered(
        _ id: PushID,
        _ registration: PushRegistration,
        _ outcome: PushOutcome,
        at now: MonotonicInstant
    ) -> [Effect] {
        switch outcome {
        case .taken:
            return self.tell(.taken, at: now) { $0.id == id }
        case .failed(let retryAfter):
            return self.tell(.failed(retryAfter: retryAfter), at: now) { $0.id == id }
        case .gone:
            // Also when the event is over meanwhile: nothing is sent to this token any more.
            var effects: [Effect] = []
            for device in self.registrations.remove(registration) {
                effects.append(self.stored(device))
            }
            guard let record = self.wakes.first(where: { $0.record.id == id })?.record else {
                return effects
            }
            let choice = self.registrations.choice(
                for: record.device,
                record.occasion.wakeKind
            )
            return effects
                + self.tell(.gone(hasOther: choice != nil), at: now) { $0 == record }
        }
    }

    private func stored(_ device: ParticipantID) -> Effect {
        .storeRegistrations(device, self.registrations.ofDevice[device, default: []])
    }

    /// Tells an event to the wakes it is about, and drops those that are over.
    private mutating func tell(
        _ event: WakeMachine.Event,
        at now: MonotonicInstant,
        _ isMeant: (PushRecord) -> Bool
    ) -> [Effect] {
        var effects: [Effect] = []
        for index in self.wakes.indices where isMeant(self.wakes[index].record) {
            let answers = self.wakes[index].machine.handle(event, random: &self.random, at: now)
            for answer in answers { effects += self.perform(answer, index) }
        }
        self.wakes.removeAll { $0.machine.state == .over }
        return effects
    }

    private mutating func perform(_ effect: WakeMachine.Effect, _ index: Int) -> [Effect] {
        let record = self.wakes[index].record
        switch effect {
        case .forget:
            return [.delete(record.id)]
        case .send:
            let kind = record.occasion.wakeKind
            guard let choice = self.registrations.choice(for: record.device, kind) else {
                // The device took its registration back meanwhile.
                self.wakes[index].machine.end()
                return [.delete(record.id)]
            }
            return [
                .send(
                    PushRequest(
                        id: record.id,
                        user: self.user,
                        device: record.device,
                        registration: choice,
                        kind: kind,
                        endsAt: record.occasion.endsAt
                    )
                )
            ]
        }
    }
}
