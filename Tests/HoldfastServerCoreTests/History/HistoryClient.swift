import HoldfastServerCore
import HoldfastWire

/// A client that follows docs/protocol.md, and remembers what it must for the rules to be checked.
struct HistoryClient {
    /// Where it stands.
    enum Phase: Hashable {
        case away
        case connecting
        case attached
        /// Its session is over, for this reason.
        case over(CloseCode)
    }

    /// A command without a definite result.
    struct Pending {
        var number: UInt32
        var command: Command
        var isSent: Bool
    }

    let user: UserID
    let deviceID: String
    let call: CallID
    var phase: Phase = .over(.left)
    var connection: ConnectionID?
    var session: SessionID?
    var participant: ParticipantID?
    var counter: UInt64 = 0
    var cursor: LogOffset = .zero
    /// The last cursor that it has acknowledged on purpose.
    var acknowledged: LogOffset = .zero
    /// Whether the server knows its cursor.
    var isUpToDate: Bool { self.phase != .attached || self.acknowledged == self.cursor }
    var roster: [ParticipantID: Participant]?
    var chunks: [SnapshotChunk] = []
    var seen: Set<LogOffset> = []
    /// In a channel: what rings, as it was told.
    var rings: [RingID: Ring] = [:]
    /// What became of its commands.
    var outcomes: [(command: Command, outcome: CommandResult.Outcome)] = []
    var joinedAt: LogOffset = .zero
    var pending: [Pending] = []
    var commandCount: UInt32 = 0
    var lastResult: CommandNumber = .none
    /// Texts of which the server said that they are in the log, or are not.
    var done: Set<String> = []
    var refused: Set<String> = []
    /// What is wrong, in the words of a rule.
    private(set) var complaint: String?

    init(user: String, deviceID: String, call: CallID = Scene.call) {
        self.user = UserID(user)
        self.deviceID = deviceID
        self.call = call
    }

    /// Takes a frame of the connection that is its own.
    mutating func receive(_ output: Scene.Output) {
        switch output {
        case .welcome(let welcome, _): self.receive(welcome)
        case .events(let events): for event in events { self.receive(event) }
        case .message(.snapshot(let chunk)): self.receive(chunk)
        case .message(.result(let result)): self.receive(result)
        case .message: break
        case .closed(let bye): self.receive(bye)
        }
    }

    /// What it sends next on its connection, if anything: commands that the server has not got.
    mutating func nextCommand() -> ClientMessage? {
        guard self.phase == .attached,
            let index = self.pending.firstIndex(where: { !$0.isSent }), index < 32
        else { return nil }
        self.pending[index].isSent = true
        let pending = self.pending[index]
        return .command(CommandNumber(pending.number), pending.command)
    }

    mutating func make(_ command: Command) {
        self.commandCount += 1
        self.pending.append(
            Pending(number: self.commandCount, command: command, isSent: false)
        )
    }

    mutating func ticket(_ appState: AppState) -> ResumeTicket? {
        guard let session = self.session else { return nil }
        self.counter += 1
        return ResumeTicket(
            call: self.call,
            session: session,
            key: KeyID("k1"),
            counter: ResumeCounter(self.counter),
            cursor: self.cursor,
            appState: appState,
            lastResult: self.lastResult
        )
    }

    private mutating func receive(_ welcome: Welcome) {
        self.chunks = []
        switch welcome.mode {
        case .joined, .rejoined:
            self.phase = .attached
            self.session = welcome.session
            self.participant = welcome.participant
            self.cursor = .zero
            self.roster = nil
            self.rings = [:]
            self.seen = []
            self.pending = []
            self.commandCount = 0
            self.counter = 0
            self.lastResult = .none
        case .resumed:
            self.phase = .attached
            for index in self.pending.indices
            where self.pending[index].number > welcome.lastCommand.rawValue {
                self.pending[index].isSent = false
            }
        case .expired, .ended:
            // Those up to the last one were carried out, with or without success.
            for pending in self.pending where pending.number > welcome.lastCommand.rawValue {
                if let text = pending.text { self.refused.insert(text) }
            }
            self.pending = []
            // Definite, whether or not the bye behind it arrives.
            self.session = nil
            self.phase = .over(welcome.mode == .expired ? .sessionExpired : .callEnded)
        }
    }

    private mutating func receive(_ event: LoggedEvent) {
        guard event.offset > self.cursor else {
            self.complaint = "R2 \(event.offset.rawValue) again, at \(self.cursor.rawValue)"
            return
        }
        guard event.previous == self.cursor else {
            self.complaint =
                "R2 gap: \(event.previous.rawValue) → \(event.offset.rawValue) at "
                + "\(self.cursor.rawValue)"
            return
        }
        self.cursor = event.offset
        switch event.event {
        case .participantJoined(let participant), .participantUpdated(let participant):
            self.roster?[participant.id] = participant
        case .participantLeft(let id, _):
            if self.roster?[id] == nil { self.complaint = "R1 nobody left" }
            self.roster?[id] = nil
        case .message(let message):
            if !self.seen.insert(event.offset).inserted { self.complaint = "R1 message twice" }
            if let me = self.participant, !message.to.isEmpty, message.from != me,
                !message.to.contains(me)
            {
                self.complaint = "R1 a message for somebody else"
            }
        case .ended:
            self.roster = [:]
        case .ring(let ring):
            self.rings[ring.id] = ring
        case .ringEnded(let ring):
            self.rings[ring.id] = nil
            if !self.seen.insert(event.offset).inserted { self.complaint = "R1 an end twice" }
        case .userMessage:
            if !self.seen.insert(event.offset).inserted { self.complaint = "R1 message twice" }
        case .idleWarning, .idleCleared, .unknown:
            break
        }
    }

    private mutating func receive(_ chunk: SnapshotChunk) {
        if chunk.index != self.chunks.count { self.complaint = "HF-36 chunk out of order" }
        self.chunks.append(chunk)
        guard self.chunks.count == Int(chunk.count) else { return }
        if chunk.isReset || chunk.offset > self.cursor {
            self.cursor = chunk.offset
            let all = self.chunks.flatMap(\.participants)
            self.roster = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            let rings = self.chunks.flatMap(\.rings)
            self.rings = Dictionary(rings.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        } else if self.roster == nil {
            self.complaint = "HF-37 the first snapshot does not count"
        }
        self.chunks = []
    }

    private mutating func receive(_ result: CommandResult) {
        guard let index = self.pending.firstIndex(where: { $0.number == result.number.rawValue })
        else { return }
        if case .failed(let failure) = result.outcome,
            failure.code == .unavailable || failure.code == .rateLimited
        {
            // HF-42: it, and what is behind it, again.
            for behind in index..<self.pending.count { self.pending[behind].isSent = false }
            return
        }
        self.note(self.pending[index], result.outcome)
        self.pending.remove(at: index)
        self.lastResult = max(self.lastResult, result.number)
    }

    private mutating func note(_ pending: Pending, _ outcome: CommandResult.Outcome) {
        self.outcomes.append((pending.command, outcome))
        guard let text = pending.text else { return }
        switch outcome {
        case .done: self.done.insert(text)
        case .failed: self.refused.insert(text)
        }
    }

    private mutating func receive(_ bye: Bye) {
        if bye.code == .badFrame { self.complaint = "HF-6 \(bye.reason)" }
        if let last = bye.lastCounter { self.counter = max(self.counter, last.rawValue) }
        self.connection = nil
        switch bye.code.remedy {
        case .resume:
            self.phase = .away
        case .stop:
            self.phase = .over(bye.code)
            self.session = nil
        }
    }

    mutating func lose() {
        self.connection = nil
        if self.phase == .attached || self.phase == .connecting {
            self.phase = self.session == nil ? .over(.unavailable) : .away
        }
    }
}

extension HistoryClient.Pending {
    /// The text of the message that it sends.
    var text: String? {
        if case .sendMessage(_, .text(let text)) = self.command { text } else { nil }
    }
}
