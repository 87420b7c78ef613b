import HoldfastWire

/// The app's commands, from `submit` to their outcome. Owned by the session, not by a connection.
///
/// A command gets its number when it is first sent. After a resume everything above the server's
/// last command is sent again, in order (HF-41).
struct CommandQueue: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        /// Nil: the engine's own, nobody waits for the outcome.
        var request: RequestID?
        var command: Command
        var byteCount: Int
        var number: CommandNumber?
        var isUnderWay: Bool
    }

    /// A result for the app.
    struct Outcome: Hashable, Sendable {
        var request: RequestID
        var outcome: CommandOutcome
    }

    static let countMax = 256
    static let byteCountMax = 256 * 1024
    /// A server cannot stop commands for longer than this, nor make us hammer it.
    static let retryDelayRange: ClosedRange<Duration> = .milliseconds(50)...(.seconds(60))
    private static let retryDelayUnnamed: Duration = .seconds(1)
    /// How long the result of a command that took effect before a resume may take (HF-41).
    static let repeatedResultTimeout: Duration = .seconds(10)

    private var entries: [Entry] = []
    private var byteCount = 0
    /// The number of the last command that was ever sent in this session.
    private(set) var lastNumber: CommandNumber = .none
    private var pausedUntil: MonotonicInstant?
    private var expectedUntil: MonotonicInstant?
    private var expectedLast: CommandNumber = .none

    /// The last command such that its result and those of all before it were seen (HF-41).
    var lastResult: CommandNumber {
        guard let first = self.entries.first(where: { $0.number != nil })?.number else {
            return self.lastNumber
        }
        return CommandNumber(first.rawValue &- 1)
    }

    /// Whether the server owes a result on the connection in use.
    var isAwaitingResult: Bool { self.entries.contains(where: \.isUnderWay) }

    /// When ``expire(at:)`` or ``takeSendable(at:)`` has something to do.
    var nextDeadline: MonotonicInstant? {
        earliest(self.pausedUntil, self.expectedUntil)
    }

    /// Takes a command; false when the queue is full.
    mutating func append(_ command: Command, request: RequestID?) -> Bool {
        let byteCount = command.byteCount
        if request == nil {
            // Only the newest state of media matters, as long as the older was not sent.
            let stale = self.entries.firstIndex { $0.request == nil && $0.number == nil }
            if let stale { self.removeEntry(at: stale) }
        }
        guard self.entries.count < Self.countMax,
            self.byteCount + byteCount <= Self.byteCountMax,
            self.lastNumber.rawValue < .max - UInt32(Self.countMax)
        else { return false }
        self.entries.append(
            Entry(
                request: request,
                command: command,
                byteCount: byteCount,
                number: nil,
                isUnderWay: false
            )
        )
        self.byteCount += byteCount
        return true
    }

    /// What may be sent now: at most 32 without a result (HF-39), none while the server asks to wait.
    mutating func takeSendable(at now: MonotonicInstant) -> [(CommandNumber, Command)] {
        if let pausedUntil {
            guard now >= pausedUntil else { return [] }
            self.pausedUntil = nil
        }
        var taken: [(CommandNumber, Command)] = []
        for index in self.entries.indices.prefix(Limits.commandsUnansweredMax)
        where !self.entries[index].isUnderWay {
            let number = self.entries[index].number ?? self.lastNumber.next
            self.lastNumber = max(self.lastNumber, number)
            self.entries[index].number = number
            self.entries[index].isUnderWay = true
            taken.append((number, self.entries[index].command))
        }
        return taken
    }

    /// Takes a result. One for an unknown number was seen before.
    mutating func receive(_ result: CommandResult, at now: MonotonicInstant) -> Outcome? {
        guard let index = self.entries.firstIndex(where: { $0.number == result.number }) else {
            return nil
        }
        if case .failed(let failure) = result.outcome, failure.isTransient {
            // HF-42: the number is unused; it and everything behind it is sent again.
            let delay = (failure.retryAfter ?? Self.retryDelayUnnamed).clamped(Self.retryDelayRange)
            let until = now.advanced(by: delay)
            self.pausedUntil = max(self.pausedUntil ?? until, until)
            for later in index..<self.entries.count { self.entries[later].isUnderWay = false }
            return nil
        }
        let request = self.entries[index].request
        self.removeEntry(at: index)
        if self.expectedLast < (self.entries.first?.number ?? CommandNumber(.max)) {
            self.expectedUntil = nil
        }
        let outcome: CommandOutcome =
            switch result.outcome {
            case .done(let offset): .done(offset)
            case .failed(let failure): .failed(failure)
            }
        return request.map { Outcome(request: $0, outcome: outcome) }
    }

    /// A connection of the same session begins: what the server does not have is sent again.
    mutating func resume(after last: CommandNumber, at now: MonotonicInstant) {
        var number = last
        self.pausedUntil = nil
        self.expectedLast = last
        self.expectedUntil = nil
        for index in self.entries.indices {
            guard let known = self.entries[index].number else { continue }
            if known > last {
                // The numbers follow the server's count: it takes no gap, and what is above its
                // count had no effect under any number.
                number = number.next
                self.entries[index].number = number
                self.entries[index].isUnderWay = false
            } else {
                self.expectedUntil = now.advanced(by: Self.repeatedResultTimeout)
            }
        }
        self.lastNumber = number
    }

    /// Another session begins: what was sent may have had an effect, the rest starts from 1.
    mutating func startOver() -> [Outcome] {
        let sent = self.entries.filter { $0.number != nil }
        self.entries.removeAll { $0.number != nil }
        self.byteCount = self.entries.reduce(0) { $0 + $1.byteCount }
        self.lastNumber = .none
        self.pausedUntil = nil
        self.expectedUntil = nil
        return sent.compactMap { entry in
            entry.request.map { Outcome(request: $0, outcome: .abandoned) }
        }
    }

    /// Gives up on results that the server should have repeated.
    mutating func expire(at now: MonotonicInstant) -> [Outcome] {
        guard let until = self.expectedUntil, now >= until else { return [] }
        self.expectedUntil = nil
        let lost = self.entries.filter { entry in
            entry.number.map { $0 <= self.expectedLast } ?? false
        }
        self.entries.removeAll { entry in entry.number.map { $0 <= self.expectedLast } ?? false }
        self.byteCount = self.entries.reduce(0) { $0 + $1.byteCount }
        return lost.compactMap { entry in
            entry.request.map { Outcome(request: $0, outcome: .abandoned) }
        }
    }

    /// The session is over. What the server certainly does not have has failed; of the rest nobody
    /// knows. `last` is the last command that took effect, if the server said so (HF-24).
    mutating func end(after last: CommandNumber?) -> [Outcome] {
        let outcomes = self.entries.compactMap { entry -> Outcome? in
            guard let request = entry.request else { return nil }
            let isKnownUnsent =
                entry.number.map { number in last.map { number > $0 } ?? false } ?? true
            let outcome: CommandOutcome = isKnownUnsent ? .failed(.callOver) : .abandoned
            return Outcome(request: request, outcome: outcome)
        }
        self = CommandQueue()
        return outcomes
    }

    private mutating func removeEntry(at index: Int) {
        self.byteCount -= self.entries.remove(at: index).byteCount
    }
}

extension CommandFailure {
    /// The command had no effect: the call ended first.
    static let callOver = CommandFailure(
        code: .unavailable,
        message: "The call ended before this took effect."
    )

    /// Whether the server will take the same command later (HF-42).
    fileprivate var isTransient: Bool { self.code == .rateLimited || self.code == .unavailable }
}

extension Command {
    /// About what the command takes in memory and on the wire.
    fileprivate var byteCount: Int {
        let envelope = 32
        switch self {
        case .sendMessage(let to, let body):
            return envelope + body.totalByteCount
                + to.reduce(0) { $0 + $1.rawValue.utf8.count }
        case .removeParticipant(let id): return envelope + id.rawValue.utf8.count
        case .ring(let request):
            return envelope + request.payload.count
                + request.to.reduce(0) { $0 + $1.rawValue.utf8.count }
        case .messageUser(let user, let body):
            return envelope + user.rawValue.utf8.count + body.totalByteCount
        case .setPush(let registrations):
            return envelope + registrations.reduce(0) { $0 + $1.token.value.utf8.count }
        case .setMedia, .endCall, .cancelRing, .acceptRing, .rejectRing, .unknown: return envelope
        }
    }
}

extension CallMessage.Body {
    /// With the topic.
    var totalByteCount: Int {
        switch self {
        case .text: self.byteCount
        case .data(let topic, _): self.byteCount + topic.utf8.count
        }
    }
}
