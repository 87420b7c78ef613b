import HoldfastServerCore
import HoldfastWire

/// One random life of three users' channels: a caller with two devices, a callee with two, and one
/// more callee, on two engines over one fake store. Connections break, letters are lost, late or come
/// twice, the process dies, and the store loses what it had not synced.
///
/// Everything comes from the seed. ``run()`` returns the first rule that does not hold.
struct ChannelHistory {
    /// Frames under way on one connection.
    struct Wire {
        var client: Int
        var up: [ClientMessage] = []
        var down: [Scene.Output] = []
        var isClosing = false
    }

    static let configuration: ServerConfiguration = {
        var configuration = ServerConfiguration()
        // Small, so that a few events reach every edge.
        configuration.windowEventCountMax = 5
        configuration.replayStateEventCountMax = 6
        configuration.replayBytesMax = 4000
        configuration.ringCountMax = 3
        return configuration
    }()

    static let users = ["alice", "bob", "carol"]

    let stepCount: Int
    let mutation: ChannelMutant.Mutation?
    var random: RandomSource
    var now = MonotonicInstant(offset: .seconds(1_000_000))
    /// The first owns the caller's channel, the second those of the callees.
    var engines: [ChannelMutant] = []
    var store: FakeStore
    var era: UInt32 = 0
    var clients: [HistoryClient]
    var wires: [ConnectionID: Wire] = [:]
    var open: [ConnectionID] = []
    var connectionCount: UInt64 = 0
    /// Letters and receipts under way.
    var post: [ServerEvent] = []
    /// What the webhook has yet to answer.
    var gateway = ChannelGateway()
    var ringCount = 0
    var messageCount = 0
    /// Whether anything that was told may have been undone.
    var hasLostPower = false
    var failure: String?

    init(seed: UInt64, stepCount: Int = 400, mutation: ChannelMutant.Mutation? = nil) {
        self.stepCount = stepCount
        self.mutation = mutation
        self.random = RandomSource(seed: (seed, seed &* 0x9E37_79B9, 13, 17))
        self.store = FakeStore(configuration: Self.configuration)
        self.clients = [
            ("alice", "phone"), ("alice", "laptop"), ("bob", "phone"), ("bob", "tablet"),
            ("carol", "phone"),
        ].map { user, device in
            HistoryClient(user: user, deviceID: device, call: Scene.channel(user))
        }
        self.startEngines()
    }

    /// Lives through all steps and a quiet end; returns the rule that was broken.
    mutating func run() -> String? {
        self.begin()
        for _ in 0..<self.stepCount where self.failure == nil { self.step() }
        if self.failure == nil { self.settle() }
        return self.failure
    }

    mutating func fail(_ text: String) {
        if self.failure == nil { self.failure = text }
    }

    // MARK: The engines and their world

    private mutating func startEngines() {
        self.era += 1
        self.engines = [0, 1].map { index in
            ChannelMutant(
                self.mutation,
                Self.configuration,
                era: self.era,
                startedAt: self.now,
                shard: index
            )
        }
    }

    /// Which engine owns a channel.
    static func shard(of channel: CallID) -> Int { channel == Scene.channel("alice") ? 0 : 1 }

    mutating func handle(_ event: ServerEvent, by shard: Int) {
        var effects: [ServerEffect] = []
        self.engines[shard].handle(event, at: self.now, effects: &effects)
        if History.isTraced {
            print("@\(self.now.offset.milliseconds) \(shard) \(event)")
            for effect in effects { print("      \(effect)") }
        }
        for effect in effects { self.perform(effect) }
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
        case .post(let letter):
            self.post.append(.letterArrived(letter))
        case .acknowledge(let receipt):
            self.post.append(.letterTaken(receipt))
        case .push(let request):
            if let complaint = self.complaint(about: request) { self.fail(complaint) }
            self.gateway.take(request, &self.random)
        case .fault(_, let text):
            self.fail("fault: \(text)")
        case .verify, .administered, .count, .load, .readMessages, .commit, .sendICEServers,
            .watchStarted, .watchEnded, .tellPresence:
            break
        }
    }

    mutating func answerStore() {
        guard let answer = self.store.answer(), let channel = answer.channel else { return }
        if case .commitFailed = answer { self.gateway.doubt() }
        self.handle(answer, by: Self.shard(of: channel))
    }

    mutating func deliver(_ event: ServerEvent) {
        guard let channel = event.channel else { return }
        self.handle(event, by: Self.shard(of: channel))
    }

    // MARK: Connections

    private mutating func send(_ output: Scene.Output, to connection: ConnectionID) {
        guard let wire = self.wires[connection], !wire.isClosing else { return }
        self.wires[connection]?.down.append(output)
        if output.isClose { self.wires[connection]?.isClosing = true }
    }

    mutating func connect(_ index: Int) {
        self.connectionCount += 1
        let connection = ConnectionID(self.connectionCount)
        self.wires[connection] = Wire(client: index)
        self.open.append(connection)
        self.clients[index].connection = connection
        self.clients[index].phase = .connecting
        let client = self.clients[index]
        let claims = Scene.claims(client.user.rawValue, grants: Scene.channelGrants)
        let options = JoinOptions(call: client.call, deviceID: client.deviceID)
        let shard = Self.shard(of: client.call)
        if let ticket = self.clients[index].ticket(.foreground) {
            self.handle(.resumeRequested(connection, ticket, rejoin: nil), by: shard)
        } else {
            self.handle(.joinRequested(connection, claims, options), by: shard)
        }
    }

    mutating func cut(_ connection: ConnectionID) {
        guard let wire = self.wires.removeValue(forKey: connection) else { return }
        self.open.removeAll { $0 == connection }
        let client = self.clients[wire.client]
        if client.connection == connection { self.clients[wire.client].lose() }
        self.handle(.closed(connection, code: nil), by: Self.shard(of: client.call))
    }

    mutating func receiveDown(_ connection: ConnectionID) {
        guard let wire = self.wires[connection], let output = wire.down.first else { return }
        self.wires[connection]?.down.removeFirst()
        if self.clients[wire.client].connection == connection {
            self.clients[wire.client].receive(output)
            if let complaint = self.clients[wire.client].complaint { self.fail(complaint) }
        }
        if output.isClose { self.cut(connection) }
    }

    mutating func receiveUp(_ connection: ConnectionID) {
        guard let wire = self.wires[connection], let message = wire.up.first else { return }
        self.wires[connection]?.up.removeFirst()
        if wire.isClosing { return }
        let shard = Self.shard(of: self.clients[wire.client].call)
        self.handle(.received(connection, message), by: shard)
    }

    // MARK: Time

    mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        var count = 0
        while self.failure == nil {
            let next = self.engines.enumerated().compactMap { index, engine in
                engine.nextDeadline.map { (at: $0, shard: index) }
            }.min { $0.at < $1.at }
            guard let next, next.at <= end else { break }
            self.now = max(self.now, next.at)
            self.handle(.deadlineReached, by: next.shard)
            count += 1
            if count > 10_000 { return self.fail("the deadlines do not end") }
        }
        self.now = max(self.now, end)
    }

    /// The process dies, and with it what was under way.
    mutating func restart(lostTransactions: Int) {
        for connection in self.open {
            guard let wire = self.wires.removeValue(forKey: connection) else { continue }
            if self.clients[wire.client].connection == connection {
                self.clients[wire.client].lose()
            }
        }
        self.open = []
        self.post = []
        self.gateway.forget()
        if lostTransactions > 0 {
            self.store.losePower(transactionCount: lostTransactions)
            self.hasLostPower = true
        } else {
            self.store.crash()
        }
        self.now = self.now.advanced(by: .seconds(1))
        self.startEngines()
        for shard in self.engines.indices {
            let open = self.store.openCalls.filter { Self.shard(of: $0.call) == shard }
            self.handle(.openCallsFound(open), by: shard)
        }
    }
}

extension ServerEvent {
    /// The channel that an event without a connection of its own is about.
    fileprivate var channel: CallID? {
        switch self {
        case .loaded(let call, _), .loadFailed(let call), .committed(let call, _),
            .commitFailed(let call, _), .pageRead(let call, _, _, _):
            call
        case .letterArrived(let letter): letter.to
        case .letterTaken(let receipt): receipt.from
        case .pushAnswered(let user, _, _, _): CallID(channelOf: user)
        default: nil
        }
    }
}
