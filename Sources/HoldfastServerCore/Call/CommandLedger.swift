package import HoldfastWire

/// Which of a session's commands have had their effect, and with what result (HF-39 to HF-42).
package struct CommandLedger: Sendable {
    /// What a command that just arrived is.
    package enum Arrival: Hashable, Sendable {
        /// The next one: carry it out, then ``CommandLedger/accept(_:)``.
        case next
        /// Had its effect already; the result, unless it is still being made durable or too old.
        case repeated(CommandResult?)
        /// Follows one that was refused: refuse it likewise, the client sends both again.
        case behindRefused
        /// A gap, or too many at once.
        case violation
    }

    /// The last command that was carried out.
    package private(set) var last: CommandNumber
    private let resultCountMax: Int
    private var results: RingBuffer<CommandResult>
    /// Commands carried out whose results are not durable yet.
    private var undurableCount = 0
    private var isRefusing = false

    package init(last: CommandNumber, results: [CommandResult], resultCountMax: Int) {
        self.last = last
        self.results = RingBuffer(results)
        self.resultCountMax = resultCountMax
    }

    package func arrival(of number: CommandNumber) -> Arrival {
        if number == .none { return .violation }
        if number <= self.last { return .repeated(self.result(of: number)) }
        if number == self.last.next {
            return self.undurableCount >= Limits.commandsUnansweredMax ? .violation : .next
        }
        return self.isRefusing ? .behindRefused : .violation
    }

    /// The next command was refused and may come again.
    package mutating func refuse() { self.isRefusing = true }

    /// The next command was carried out, with or without success.
    package mutating func accept(_ result: CommandResult) {
        self.last = result.number
        self.isRefusing = false
        self.undurableCount += 1
        self.results.append(result)
        while self.results.count > self.resultCountMax { _ = self.results.popFirst() }
    }

    /// The last command whose effect is durable: what a client may be told.
    package var lastDurable: CommandNumber {
        CommandNumber(self.last.rawValue - UInt32(clamping: self.undurableCount))
    }

    /// The client has seen results up to `number`. Where this store has lost them, their numbers stay
    /// used: the client goes on behind them, and would otherwise be told of a gap that is not its own.
    package mutating func skip(to number: CommandNumber) {
        guard number > self.last else { return }
        self.last = number
        self.results = RingBuffer()
        self.undurableCount = 0
    }

    /// The oldest result that was not durable now is.
    package mutating func noteDurable() { self.undurableCount = max(0, self.undurableCount - 1) }

    /// The durable results behind `number`, oldest first (HF-41).
    package func results(after number: CommandNumber) -> [CommandResult] {
        self.results.dropLast(self.undurableCount).filter { $0.number > number }
    }

    private func result(of number: CommandNumber) -> CommandResult? {
        self.results.dropLast(self.undurableCount).first { $0.number == number }
    }
}
