package import HoldfastWire

/// What only a user's channel has: its rings and its letters (HF-67 to HF-71, HF-75).
///
/// A ring has a leg for each callee, and each leg one owner: the callee's channel, in which a
/// ``LegMachine`` decides. The caller's channel keeps what it was told of each leg. Composes
/// ``LegMachine``, ``Outbox`` and ``TakenLetters``; ``CallMachine`` performs the effects.
package struct UserChannel: Sendable {
    /// What the channel is told.
    package enum Event: Hashable, Sendable {
        case commanded(Command, by: Device)
        /// The server's operator sends a message (HF-71).
        case messageRequested(CallMessage.Body)
        /// Another channel posted this.
        case letterArrived(Letter)
        /// Another channel has taken what this one posted.
        case letterTaken(LetterReceipt)
        /// A letter of this channel is durable.
        case letterDurable(LetterNumber, to: CallID)
        /// ``UserChannel/nextDeadline`` has passed.
        case deadlineReached
    }

    /// The device that a command comes from.
    package struct Device: Hashable, Sendable {
        package var participant: ParticipantID
        package var displayName: String
        package var grants: Grants

        package init(participant: ParticipantID, displayName: String, grants: Grants) {
            self.participant = participant
            self.displayName = displayName
            self.grants = grants
        }
    }

    /// What the channel's machine must do. Everything up to the next event is one transaction.
    package enum Effect: Hashable, Sendable {
        case log(CallEvent)
        /// Store a ring, instead of what was stored of it.
        case keep(ChannelRing)
        case forget(RingID)
        /// Store a letter, and say ``Event/letterDurable(_:to:)`` when that is done.
        case write(Letter)
        case discard(LetterReceipt)
        /// Store that a letter was taken, and forget these senders.
        case take(TakenLetter, forgetting: [CallID])
        /// Say so to the sender when everything until here is durable.
        case acknowledge(LetterReceipt)
        /// Hand a letter to its channel. It is durable.
        case post(Letter)
        /// The command has no effect.
        case refuse(CommandFailure)
        /// The command has no effect, for no such ring rings: it may be over.
        case refuseUnknown(RingID)
        case count(ServerMetric)
    }

    /// Everything a channel starts from.
    package struct Stored: Hashable, Sendable {
        package var rings: [ChannelRing]
        /// Those without a receipt, in the order of their numbers.
        package var letters: [Letter]
        package var taken: [TakenLetter]
        /// Who may have to be woken, and for what (HF-74).
        package var pushes: [PushRecord]
        package var registrations: [ParticipantID: [PushRegistration]]

        package init(
            rings: [ChannelRing] = [],
            letters: [Letter] = [],
            taken: [TakenLetter] = [],
            pushes: [PushRecord] = [],
            registrations: [ParticipantID: [PushRegistration]] = [:]
        ) {
            self.rings = rings
            self.letters = letters
            self.taken = taken
            self.pushes = pushes
            self.registrations = registrations
        }
    }

    package let owner: UserID
    let configuration: ServerConfiguration
    /// Those that go out, with the last known state of each leg.
    var outgoing: [RingID: ChannelRing] = [:]
    /// Those that come in, and who decides about each.
    var incoming: [RingID: (ring: ChannelRing, leg: LegMachine)] = [:]
    var outbox: Outbox
    var taken: TakenLetters
    /// The last letter that was written, in this process or before.
    package internal(set) var letterTop: LetterNumber

    package init(
        owner: UserID,
        stored: Stored = Stored(),
        letterTop: LetterNumber = .none,
        configuration: ServerConfiguration = ServerConfiguration(),
        at now: MonotonicInstant
    ) {
        self.owner = owner
        self.configuration = configuration
        self.outbox = Outbox(
            configuration: Outbox.Configuration(configuration),
            letters: stored.letters,
            at: now
        )
        self.taken = TakenLetters(
            rows: stored.taken,
            life: configuration.takenLetterLife,
            countMax: configuration.takenLetterCountMax
        )
        self.letterTop = max(letterTop, stored.letters.last?.number ?? .none)
        for kept in stored.rings {
            if kept.ring.from == owner {
                self.outgoing[kept.ring.id] = kept
            } else {
                self.incoming[kept.ring.id] = (
                    kept, LegMachine(state: .ringing(until: kept.expiresAt))
                )
            }
        }
    }

    /// The log that the channel is.
    package var id: CallID { CallID(channelOf: self.owner) }

    /// Whether nothing rings and no letter waits.
    package var isIdle: Bool {
        self.outgoing.isEmpty && self.incoming.isEmpty && self.outbox.isEmpty
    }

    /// When the machine must next say ``Event/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        let legs = self.incoming.values.compactMap { $0.leg.nextDeadline }
        let answers = self.outgoing.values.map { self.answerDeadline(of: $0) }
        return ([self.outbox.nextDeadline].compactMap { $0 } + legs + answers).min()
    }

    /// Applies one event.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        switch event {
        case .commanded(let command, let device):
            self.carryOut(command, by: device, at: now)
        case .messageRequested(let body):
            [.log(.userMessage(UserMessage(from: nil, to: self.owner, body: body)))]
        case .letterArrived(let letter):
            self.arrived(letter, at: now)
        case .letterTaken(let receipt):
            self.outbox.take(receipt, at: now).map { .discard($0.receipt) } + self.post(at: now)
        case .letterDurable(let number, let recipient):
            self.outbox.noteDurable(number, to: recipient, at: now)
                .map { [.post($0), .count(.letterPosted)] } ?? []
        case .deadlineReached:
            self.deadlineReached(at: now)
        }
    }

    /// A callee's channel that says nothing for so long after the ring's end never will: its answer
    /// would be void. Until then its word is awaited, for there must not be two truths.
    func answerDeadline(of kept: ChannelRing) -> MonotonicInstant {
        kept.expiresAt.advanced(by: self.configuration.letterLife * 2)
    }

    /// Writes a letter to another user's channel.
    mutating func write(
        _ content: Letter.Content,
        to user: UserID,
        at now: MonotonicInstant
    ) -> [Effect] {
        self.letterTop = self.letterTop.next
        let letter = Letter(
            from: self.id,
            to: CallID(channelOf: user),
            number: self.letterTop,
            content: content,
            writtenAt: now
        )
        self.outbox.add(letter)
        return [.write(letter)]
    }

    private mutating func deadlineReached(at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        for id in self.incoming.keys.sorted() {
            effects += self.tell(id, .deadlineReached, at: now)
        }
        for (id, kept) in self.outgoing.sorted(by: { $0.key < $1.key })
        where now >= self.answerDeadline(of: kept) {
            effects += self.closeLegs(of: id)
        }
        return effects + self.post(at: now)
    }

    /// Posts what is due, again where it was posted before.
    private mutating func post(at now: MonotonicInstant) -> [Effect] {
        let (posted, expired) = self.outbox.due(at: now)
        var effects: [Effect] = []
        for letter in expired {
            effects += [.discard(letter.receipt), .count(.letterDropped)]
        }
        for letter in posted { effects += [.post(letter), .count(.letterPosted)] }
        return effects
    }
}
