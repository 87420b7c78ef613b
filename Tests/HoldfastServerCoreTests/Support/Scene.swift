import HoldfastServerCore
import HoldfastWire
import Testing

/// One engine over a fake store under a virtual clock, with a record of what it did to whom.
struct Scene {
    /// What one connection was told, in order.
    enum Output: Hashable {
        case welcome(Welcome, issuesKey: Bool)
        case events([LoggedEvent])
        case message(ServerMessage)
        case closed(Bye)
    }

    static let call = CallID("standup")

    private(set) var now = MonotonicInstant(offset: .seconds(1_000_000))
    private(set) var engine: ServerEngine
    private(set) var configuration: ServerConfiguration
    private(set) var era: UInt32 = 1
    var store: FakeStore
    /// While true the store answers only when asked by ``answerOne()``.
    var isStoreHeld = false
    private(set) var told: [ConnectionID: [Output]] = [:]
    /// What else the engine asked for, in order.
    private(set) var others: [ServerEffect] = []
    private(set) var commits: [[StoreWrite]] = []
    private var connectionCount: UInt64 = 0
    /// Letters and receipts between channels, which arrive at once unless ``isPostHeld``.
    private(set) var post: [ServerEvent] = []
    var isPostHeld = false

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) {
        var configuration = ServerConfiguration()
        configure(&configuration)
        self.configuration = configuration
        self.store = FakeStore(configuration: configuration)
        self.engine = ServerEngine(
            configuration: configuration,
            era: Era(1),
            startedAt: self.now,
            seed: (1, 2, 3, 4)
        )
    }

    mutating func handle(_ event: ServerEvent) {
        var effects: [ServerEffect] = []
        self.engine.handle(event, at: self.now, effects: &effects)
        for effect in effects { self.note(effect) }
        if !self.isStoreHeld { self.answerAll() }
    }

    /// Lets the store do what it was asked, until it has nothing to do.
    mutating func answerAll() {
        while let answer = self.store.answer() {
            var effects: [ServerEffect] = []
            self.engine.handle(answer, at: self.now, effects: &effects)
            for effect in effects { self.note(effect) }
        }
        if !self.isPostHeld { self.deliverPost() }
    }

    /// Hands over the letters and receipts that are under way, until there are none.
    mutating func deliverPost() {
        while !self.post.isEmpty { self.handle(self.post.removeFirst()) }
    }

    /// The letters and receipts that are under way are lost.
    mutating func losePost() { self.post = [] }

    mutating func answerOne() {
        guard let answer = self.store.answer() else { return }
        self.handle(answer)
    }

    /// Lets time pass; the engine is called at each of its deadlines.
    mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        var count = 0
        while let deadline = self.engine.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            self.handle(.deadlineReached)
            count += 1
            if count > 100_000 {
                Issue.record("the engine's deadlines do not end")
                return
            }
        }
        self.now = end
    }

    /// Lets time pass without anybody telling the engine: its loop does not run.
    mutating func stall(by duration: Duration) { self.now = self.now.advanced(by: duration) }

    /// The process dies without a word and a new one starts; every connection is gone.
    mutating func restart(after downtime: Duration = .seconds(1), wallJump: Duration = .zero) {
        self.store.crash()
        self.boot(after: downtime, wallJump: wallJump)
    }

    /// The machine loses its power, and with it the last transactions.
    mutating func losePower(transactionCount: Int) {
        self.store.losePower(transactionCount: transactionCount)
        self.boot(after: .seconds(1), wallJump: .zero)
    }

    /// The process ends, and the next one finds an older copy of the store: with it comes an era that
    /// the lost one has used.
    mutating func restore(_ copy: FakeStore, era: UInt32) {
        self.store = copy
        self.store.crash()
        self.era = era - 1
        self.boot(after: .seconds(60), wallJump: .zero)
    }

    private mutating func boot(after downtime: Duration, wallJump: Duration) {
        self.post = []
        self.now = self.now.advanced(by: downtime + wallJump)
        self.era += 1
        self.engine = ServerEngine(
            configuration: self.configuration,
            era: Era(self.era),
            startedAt: self.now,
            seed: (1, 2, 3, UInt64(self.era))
        )
        self.handle(.openCallsFound(self.store.openCalls))
    }

    mutating func makeConnection() -> ConnectionID {
        self.connectionCount += 1
        return ConnectionID(self.connectionCount)
    }

    private mutating func note(_ effect: ServerEffect) {
        if case .commit(_, _, let writes) = effect { self.commits.append(writes) }
        if self.store.take(effect) { return }
        switch effect {
        case .welcome(let connection, let welcome, let issuesKey):
            self.told[connection, default: []].append(.welcome(welcome, issuesKey: issuesKey))
        case .deliver(let connection, _, let events):
            self.told[connection, default: []].append(.events(events))
        case .send(let connection, let message):
            self.told[connection, default: []].append(.message(message))
        case .close(let connection, let bye):
            self.told[connection, default: []].append(.closed(bye))
        case .post(let letter):
            self.post.append(.letterArrived(letter))
        case .acknowledge(let receipt):
            self.post.append(.letterTaken(receipt))
        case .watchStarted(let user, let watcher):
            self.post.append(.watchStarted(user, watcher))
        case .watchEnded(let user, let watcher):
            self.post.append(.watchEnded(user, watcher))
        case .tellPresence(let user, let presence, let watchers):
            self.post.append(.presenceTold(user, presence, watchers))
        default:
            self.others.append(effect)
        }
    }
}

// What a test asks of the record.
extension Scene {
    func outputs(to connection: ConnectionID) -> [Output] { self.told[connection] ?? [] }

    func welcome(to connection: ConnectionID) -> Welcome? {
        self.outputs(to: connection).lazy.compactMap { output in
            if case .welcome(let welcome, _) = output { welcome } else { nil }
        }.first
    }

    func bye(to connection: ConnectionID) -> Bye? {
        self.outputs(to: connection).lazy.compactMap { output in
            if case .closed(let bye) = output { bye } else { nil }
        }.first
    }

    func logged(to connection: ConnectionID) -> [LoggedEvent] {
        self.outputs(to: connection).flatMap { output -> [LoggedEvent] in
            if case .events(let events) = output { events } else { [] }
        }
    }

    func events(to connection: ConnectionID) -> [CallEvent] {
        self.logged(to: connection).map(\.event)
    }

    func messages(to connection: ConnectionID) -> [ServerMessage] {
        self.outputs(to: connection).compactMap { output in
            if case .message(let message) = output { message } else { nil }
        }
    }

    func snapshots(to connection: ConnectionID) -> [SnapshotChunk] {
        self.messages(to: connection).compactMap { message in
            if case .snapshot(let chunk) = message { chunk } else { nil }
        }
    }

    func results(to connection: ConnectionID) -> [CommandResult] {
        self.messages(to: connection).compactMap { message in
            if case .result(let result) = message { result } else { nil }
        }
    }

    func texts(to connection: ConnectionID) -> [String] {
        self.events(to: connection).compactMap { event in
            if case .message(let message) = event, case .text(let text) = message.body {
                text
            } else {
                nil
            }
        }
    }

    func count(of metric: ServerMetric) -> Int { self.others.count { $0 == .count(metric) } }

    mutating func forgetOutputs() {
        self.told = [:]
        self.others = []
        self.commits = []
    }

    /// The log of the call as it is stored.
    var log: [CallEvent] { self.store.calls[Self.call]?.log.map(\.event) ?? [] }

    var record: CallRecord? { self.store.calls[Self.call]?.record }
}
