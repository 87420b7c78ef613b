import Foundation
import HoldfastServerCore
import HoldfastWire

/// One random life of a call: an engine over a fake store, and clients on connections that break.
///
/// Everything comes from the seed. ``run()`` returns the first rule that does not hold.
struct History {
    /// Frames under way on one connection.
    struct Wire {
        var client: Int
        var up: [ClientMessage] = []
        var down: [Scene.Output] = []
        /// Whether the server has closed it.
        var isClosing = false
        var closeCode: CloseCode?
        var isWritable = true
    }

    /// With `HOLDFAST_TRACE=1` everything that happens is printed; use it with one seed.
    static let isTraced = ProcessInfo.processInfo.environment["HOLDFAST_TRACE"] == "1"

    static let configuration: ServerConfiguration = {
        var configuration = ServerConfiguration()
        // Small, so that a few events reach every edge.
        configuration.ringEventCountMax = 8
        configuration.windowEventCountMax = 5
        configuration.replayStateEventCountMax = 6
        configuration.replayBytesMax = 2500
        configuration.commandBurst = 8
        configuration.idleTimeout = .seconds(120)
        return configuration
    }()

    let seed: UInt64
    let stepCount: Int
    var random: RandomSource
    var now = MonotonicInstant(offset: .seconds(1_000_000))
    var engine: MutantEngine
    var store: FakeStore
    var era: UInt32 = 1
    var clients: [HistoryClient]
    var wires: [ConnectionID: Wire] = [:]
    var open: [ConnectionID] = []
    var connectionCount: UInt64 = 0
    var rules = HistoryRules()
    var failure: String?
    var isDraining = false
    let mutation: MutantEngine.Mutation?

    init(seed: UInt64, stepCount: Int = 300, mutation: MutantEngine.Mutation? = nil) {
        self.seed = seed
        self.stepCount = stepCount
        self.mutation = mutation
        self.random = RandomSource(seed: (seed, seed &* 0x9E37_79B9, 7, 11))
        self.store = FakeStore(configuration: Self.configuration)
        self.engine = MutantEngine(mutation, Self.configuration, era: 1, startedAt: self.now)
        self.clients = [
            HistoryClient(user: "alice", deviceID: ""), HistoryClient(user: "bob", deviceID: "a"),
            HistoryClient(user: "bob", deviceID: "b"), HistoryClient(user: "carol", deviceID: ""),
        ]
    }

    /// Lives through all steps and a quiet end; returns the rule that was broken.
    mutating func run() -> String? {
        for _ in 0..<self.stepCount where self.failure == nil { self.step() }
        if self.failure == nil { self.settle() }
        return self.failure
    }

    func chance(_ part: Int, of whole: Int, _ random: inout RandomSource) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    mutating func fail(_ text: String) {
        if self.failure == nil { self.failure = text }
    }

    // MARK: The engine and its world

    mutating func handle(_ event: ServerEvent) {
        var effects: [ServerEffect] = []
        self.engine.handle(event, at: self.now, effects: &effects)
        if Self.isTraced {
            print("@\(self.now.offset.milliseconds) \(event)")
            for effect in effects { print("      \(effect)") }
        }
        for effect in effects { self.perform(effect) }
    }

    mutating func answerStore() {
        guard let answer = self.store.answer() else { return }
        if case .committed = answer {
            let complaint = self.rules.noteDurable(self.store.calls[Scene.call], at: self.now)
            if let complaint { self.fail(complaint) }
        }
        self.handle(answer)
    }

    private mutating func perform(_ effect: ServerEffect) {
        if self.store.take(effect) { return }
        switch effect {
        case .welcome(let connection, let welcome, let issuesKey):
            self.send(.welcome(welcome, issuesKey: issuesKey), to: connection)
        case .deliver(let connection, _, let events):
            self.send(.events(events), to: connection)
        case .send(let connection, let message):
            self.send(.message(message), to: connection)
        case .close(let connection, let bye):
            self.send(.closed(bye), to: connection)
        case .fault(_, let text):
            self.fail("fault: \(text)")
        case .verify, .administered, .count, .load, .readMessages, .commit, .sendICEServers, .post,
            .acknowledge, .watchStarted, .watchEnded, .tellPresence, .push:
            break
        }
    }

    private mutating func send(_ output: Scene.Output, to connection: ConnectionID) {
        guard let wire = self.wires[connection], !wire.isClosing else { return }
        let complaint = self.rules.check(output, to: connection, self.store.calls[Scene.call])
        if let complaint { self.fail(complaint) }
        self.wires[connection]?.down.append(output)
        if output.isClose {
            self.wires[connection]?.isClosing = true
            self.rules.noteLost(connection, window: .seconds(300), at: self.now)
        }
    }

    // MARK: Connections

    mutating func connect(_ index: Int) {
        self.connectionCount += 1
        let connection = ConnectionID(self.connectionCount)
        self.wires[connection] = Wire(client: index)
        self.open.append(connection)
        self.clients[index].connection = connection
        self.clients[index].phase = .connecting
        let claims = Scene.claims(self.clients[index].user.rawValue)
        let options = Scene.options(deviceID: self.clients[index].deviceID)
        let appState: AppState = self.chance(1, of: 5, &self.random) ? .background : .foreground
        if let participant = self.clients[index].participant {
            self.rules.noteAttempt(participant)
        }
        guard let ticket = self.clients[index].ticket(appState) else {
            self.handle(.joinRequested(connection, claims, options))
            return
        }
        let rejoin = ServerEvent.Rejoin(claims: claims, options: options)
        let takesRejoin = self.chance(1, of: 3, &self.random)
        self.handle(.resumeRequested(connection, ticket, rejoin: takesRejoin ? rejoin : nil))
    }

    /// The path is gone, and the server is told at once.
    mutating func cut(_ connection: ConnectionID) {
        guard let wire = self.wires.removeValue(forKey: connection) else { return }
        self.open.removeAll { $0 == connection }
        if self.clients[wire.client].connection == connection {
            self.clients[wire.client].lose()
        }
        if !wire.isClosing {
            self.rules.noteLost(connection, window: .seconds(300), at: self.now)
        }
        self.handle(.closed(connection, code: wire.closeCode))
    }

    /// The client takes the next frame.
    mutating func receiveDown(_ connection: ConnectionID) {
        guard let wire = self.wires[connection], let output = wire.down.first else { return }
        self.wires[connection]?.down.removeFirst()
        if self.clients[wire.client].connection == connection {
            self.clients[wire.client].receive(output)
            if let complaint = self.clients[wire.client].complaint { self.fail(complaint) }
            self.answer(output, of: wire.client, on: connection)
        }
        if output.isClose { self.cut(connection) }
    }

    private mutating func answer(
        _ output: Scene.Output,
        of index: Int,
        on connection: ConnectionID
    ) {
        guard case .attached = self.clients[index].phase else { return }
        switch output {
        case .events, .message(.snapshot):
            if self.chance(1, of: 2, &self.random) {
                self.wires[connection]?.up.append(.acknowledge(self.clients[index].cursor))
            }
        case .welcome, .message, .closed:
            break
        }
    }

    mutating func receiveUp(_ connection: ConnectionID) {
        guard let wire = self.wires[connection], let message = wire.up.first else { return }
        self.wires[connection]?.up.removeFirst()
        if wire.isClosing { return }
        self.handle(.received(connection, message))
    }

    // MARK: Time

    mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        var count = 0
        while let deadline = self.engine.nextDeadline, deadline <= end, self.failure == nil {
            self.now = max(self.now, deadline)
            self.handle(.deadlineReached)
            count += 1
            if count > 10_000 { return self.fail("the deadlines do not end") }
        }
        self.now = max(self.now, end)
    }

    /// The process dies; with `wallJump` the clock is another one when it is back.
    mutating func restart(lostTransactions: Int, wallJump: Duration) {
        for connection in self.open {
            guard let wire = self.wires.removeValue(forKey: connection) else { continue }
            if self.clients[wire.client].connection == connection {
                self.clients[wire.client].lose()
            }
            self.rules.noteLost(connection, window: .seconds(300), at: self.now)
        }
        self.open = []
        if lostTransactions > 0 {
            self.store.losePower(transactionCount: lostTransactions)
            self.rules.losePower(self.store.calls[Scene.call])
        } else {
            self.store.crash()
        }
        self.era += 1
        self.isDraining = false
        self.now = self.now.advanced(by: .seconds(1) + wallJump)
        self.engine = MutantEngine(
            self.mutation,
            Self.configuration,
            era: self.era,
            startedAt: self.now
        )
        self.rules.noteRestart(wallJump: wallJump, at: self.now)
        self.handle(.openCallsFound(self.store.openCalls))
    }
}
