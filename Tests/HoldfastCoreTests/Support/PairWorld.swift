// A world in memory: one ClientEngine, the fake server, and between them a network that delays,
// stalls, swallows and cuts. Time is virtual; one seed gives one history.
import HoldfastWire

@testable import HoldfastCore

struct PairWorld {
    private enum Happening {
        case upgrade(ConnectionID, Credentials)
        case toServer(ConnectionID, ClientMessage)
        case serverLost(ConnectionID)
        case toClient(ClientEvent)
        case serverTick
        case serverStarts
        case serverCloses
    }

    /// What the network does to one connection.
    private struct Wire {
        var delay: Duration
        var upAt: MonotonicInstant
        var downAt: MonotonicInstant
        var isSwallowed = false
        var isClosed = false
        var isOpened = false
    }

    /// Whether everything the client is told and does is printed, to find out about one seed.
    var isTraced = false
    static let handle = EngineHarness.call
    private static let callRequest = JoinRequest(
        options: JoinOptions(call: CallID("standup"), media: MediaState(microphone: .live))
    )
    static let connectionCountMax = 3

    var server: FakeServer
    private(set) var engine: ClientEngine
    private var random: SeededRandom
    private(set) var now: MonotonicInstant = .zero
    private var queue: [(at: MonotonicInstant, order: Int, what: Happening)] = []
    private var order = 0
    private var wires: [ConnectionID: Wire] = [:]
    private(set) var isServerUp = true
    private var hasNetwork = true
    private var pathIdentity: UInt64 = 1
    private var isAppBusy = false
    private var busyDeliveries: [DeliveryNumber] = []
    /// While the client is stopped, what happens to it waits.
    private var stoppedUntil: MonotonicInstant?
    private var stopped: [ClientEvent] = []
    private var requestCount: UInt64 = 0

    private(set) var told: [SessionEvent] = []
    private(set) var submitted: [RequestID: String] = [:]
    private(set) var outcomes: [RequestID: [CommandOutcome]] = [:]
    var problems: [String] = []
    private(set) var peak = 0
    private(set) var openConnections: Set<ConnectionID> = []
    private var stored: StoredSession?
    /// What an earlier process had processed; the app of this one is told what came later.
    private(set) var known: LogOffset = .zero
    private(set) var stepCount = 0
    /// In a user's channel: when there may be a connection. Nil in a call.
    private(set) var permission: ChannelPermission?
    var ringCount = 0

    private var request: JoinRequest {
        self.permission == nil ? Self.callRequest : Self.channelRequest
    }

    init(seed: UInt64, isChannel: Bool = false) {
        self.permission = isChannel ? ChannelPermission() : nil
        self.random = SeededRandom(seed: seed)
        self.server = FakeServer(seed: seed &+ 1)
        self.engine = ClientEngine(
            configuration: .init(seed: seed &+ 2, wallOriginMilliseconds: EngineHarness.wall)
        )
        self.server.detachWindow = .seconds(self.pick(20...300))
        self.server.limitRate = self.pick(0...1) == 0 ? 0 : 8
        self.server.gapRate = self.pick(0...2) == 0 ? 15 : 0
        self.schedule(.serverTick, after: .seconds(1))
    }

    /// What the engine still holds, for people.
    var held: String { "\(self.openConnections) \(String(describing: self.engine.nextDeadline))" }

    var isOver: Bool { self.engine.nextDeadline == nil && self.openConnections.isEmpty }

    mutating func pick(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self.random)
    }

    // MARK: A history

    mutating func begin() {
        self.tell(.pathChanged(.satisfied(identity: self.pathIdentity)))
        self.tell(.join(Self.handle, self.request))
        if self.permission != nil, self.pick(0...3) > 0 { self.tell(.connect(Self.handle)) }
        for index in 0..<self.pick(0...4) { self.serverEvent(.join(index)) }
    }

    /// One random thing.
    mutating func disturb() {
        guard self.permission == nil else { return self.disturbChannel() }
        switch self.pick(0...22) {
        case 0...5: self.serverEvent(.any)
        case 6...8: self.submit { .sendMessage(to: [], body: .text($0)) }
        case 9: self.cut()
        case 10: self.swallow()
        case 11: self.changePath()
        case 12: self.setNetwork(!self.hasNetwork)
        case 13: self.killServer()
        case 14: self.drain()
        case 15: self.stop(for: .seconds(self.pick(1...40)))
        case 16: self.tell(.appStateChanged(self.pick(0...1) == 0 ? .background : .foreground))
        case 17: self.suspend()
        case 18: self.setBusy(!self.isAppBusy)
        case 19: self.tell(.setMicrophone(Self.handle, self.pick(0...1) == 0 ? .live : .muted))
        case 20: self.tell(.reconnectNow(Self.handle))
        case 21: self.killClient()
        default: for _ in 0..<30 { self.serverEvent(.any) }
        }
    }

    /// Everything works again.
    mutating func heal() {
        self.stoppedUntil = nil
        self.wake(gap: .seconds(1))
        self.setBusy(false)
        self.setNetwork(true)
        self.tell(.appStateChanged(.foreground))
        self.server.gapRate = 0
        self.server.limitRate = 0
        self.changePath()
        if self.permission != nil { self.tell(.connect(Self.handle)) }
    }

    mutating func leave() { self.tell(.leave(Self.handle)) }

    mutating func endCall() { self.serverEvent(.end) }

    private enum ServerEvent { case any, end, join(Int) }

    private mutating func serverEvent(_ kind: ServerEvent) {
        guard self.isServerUp, self.server.ended == nil else { return }
        let id = ParticipantID("p_\(["a", "c", "d", "e", "f"][self.pick(0...4)])")
        let event: CallEvent
        switch kind {
        case .end:
            event = .ended(.ended)
        case .join(let index):
            event = .participantJoined(EngineHarness.participant("p_x\(index)"))
        case .any:
            event = self.randomEvent(of: id)
        }
        _ = self.server.append(event, at: self.now)
        self.carry()
    }

    private mutating func randomEvent(of id: ParticipantID) -> CallEvent {
        if var known = self.server.participants[id] {
            switch self.pick(0...5) {
            case 0: return .participantLeft(id, .left)
            case 1:
                known.displayName = "name \(self.pick(0...9))"
                return .participantUpdated(known)
            case 2:
                let other = [ParticipantID("p_zz")]
                return .message(CallMessage(from: id, to: other, body: .text("private")))
            case 3: return .unknown
            default: return .message(CallMessage(from: id, body: .text("m")))
            }
        }
        return .participantJoined(EngineHarness.participant(id.rawValue))
    }

    mutating func submit(_ command: (String) -> Command) {
        self.requestCount += 1
        let request = RequestID(self.requestCount)
        let text = "command \(self.requestCount)"
        self.submitted[request] = text
        self.tell(.submit(Self.handle, request, command(text)))
    }

    // MARK: Faults

    private mutating func anyWire() -> ConnectionID? {
        let alive = self.wires.filter { !$0.value.isClosed && !$0.value.isSwallowed }.keys.sorted()
        return alive.isEmpty ? nil : alive[self.pick(0...(alive.count - 1))]
    }

    mutating func cut() {
        guard let id = self.anyWire() else { return }
        self.cut(id, .reset)
    }

    private mutating func cut(_ id: ConnectionID, _ end: TransportEnd) {
        guard let wire = self.wires[id], !wire.isClosed else { return }
        self.wires[id]?.isClosed = true
        self.schedule(.toClient(.closed(id, end)), after: wire.delay)
        self.schedule(.serverLost(id), after: wire.delay)
    }

    mutating func swallow() {
        guard let id = self.anyWire() else { return }
        self.wires[id]?.isSwallowed = true
    }

    mutating func changePath() {
        self.pathIdentity += 1
        for id in self.wires.keys { self.wires[id]?.isSwallowed = true }
        self.hasNetwork = true
        self.tell(.pathChanged(.satisfied(identity: self.pathIdentity)))
    }

    mutating func setNetwork(_ hasNetwork: Bool) {
        guard self.hasNetwork != hasNetwork else { return }
        self.hasNetwork = hasNetwork
        for id in self.wires.keys { self.wires[id]?.isSwallowed = true }
        // Sometimes nobody says so.
        if self.pick(0...2) > 0 {
            self.tell(
                .pathChanged(
                    hasNetwork ? .satisfied(identity: self.pathIdentity) : .unsatisfied
                )
            )
        }
    }

    mutating func killServer() {
        guard self.isServerUp else { return }
        self.isServerUp = false
        for id in self.wires.keys.sorted() { self.cut(id, .reset) }
        self.schedule(.serverStarts, after: .milliseconds(self.pick(50...8000)))
    }

    mutating func drain() {
        guard self.isServerUp, !self.server.isDraining else { return }
        let delay: Duration = .milliseconds(self.pick(100...2000))
        self.server.drain(delay: delay)
        self.carry()
        self.schedule(.serverCloses, after: delay + .milliseconds(self.pick(0...3000)))
    }

    /// The process dies with everything in memory; another one restores what was stored.
    mutating func killClient() {
        guard let stored, !self.told.contains(where: { $0.isTerminal }) else { return }
        for id in self.server.connections.keys.sorted() { self.server.detach(id, at: self.now) }
        self.queue.removeAll { item in
            switch item.what {
            case .upgrade, .toServer, .serverLost, .toClient: true
            case .serverTick, .serverStarts, .serverCloses: false
            }
        }
        self.wires = [:]
        self.openConnections = []
        self.stopped = []
        self.stoppedUntil = nil
        self.busyDeliveries = []
        self.told = []
        // Nobody is there any more to whom an outcome could be told.
        self.submitted = self.submitted.filter { self.outcomes[$0.key] != nil }
        self.known = stored.cursor
        let seed = self.random.next()
        self.engine = ClientEngine(
            configuration: .init(
                seed: seed,
                wallOriginMilliseconds: EngineHarness.wall
            )
        )
        self.tell(.pathChanged(.satisfied(identity: self.pathIdentity)))
        if self.permission != nil {
            self.permission = ChannelPermission()
            if self.pick(0...1) == 0 { self.tell(.appStateChanged(.background)) }
        }
        self.tell(.restore(Self.handle, stored, self.request))
        guard self.permission != nil else { return }
        self.tell(.connect(Self.handle))
        if self.pick(0...1) == 0 { self.tell(.pushArrived(Self.handle)) }
    }

    mutating func stop(for duration: Duration) {
        self.stoppedUntil = self.now.advanced(by: duration)
    }

    mutating func suspend() {
        self.tell(.appStateChanged(.background))
        self.tell(.appStateChanged(.suspending))
        self.stop(for: .seconds(self.pick(1...60)))
    }

    private mutating func wake(gap: Duration) {
        // Whether the gap is noticed before or after what waited is chance.
        let waiting = self.stopped
        self.stopped = []
        let isFirst = self.pick(0...1) == 0
        if isFirst { self.tell(.clockGap(gap)) }
        for event in waiting { self.tell(event) }
        if !isFirst { self.tell(.clockGap(gap)) }
        if self.pick(0...1) == 0 { self.tell(.appStateChanged(.foreground)) }
    }

    mutating func setBusy(_ isBusy: Bool) {
        self.isAppBusy = isBusy
        guard !isBusy else { return }
        let waiting = self.busyDeliveries
        self.busyDeliveries = []
        for number in waiting { self.tell(.processed(Self.handle, number)) }
    }

    // MARK: Time

    mutating func run(for duration: Duration) {
        let end = self.now.advanced(by: duration)
        var spins = 0
        while true {
            let woken = self.stoppedUntil
            let deadline = woken == nil ? self.engine.nextDeadline : nil
            let next = [self.queue.first?.at, deadline, woken].compactMap { $0 }.min()
            guard let next, next <= end else { break }
            spins = next > self.now ? 0 : spins + 1
            if spins > 5000 {
                self.problems.append("the engine spins at \(self.now)")
                break
            }
            self.now = max(self.now, next)
            self.stepCount += 1
            if let woken, woken <= self.now {
                self.stoppedUntil = nil
                self.wake(gap: .seconds(5))
            } else if let first = self.queue.first, first.at <= self.now {
                self.queue.removeFirst()
                self.happen(first.what)
            } else {
                self.tell(.deadlineReached)
            }
        }
        self.now = end
    }

    private mutating func schedule(_ what: Happening, after delay: Duration) {
        self.schedule(what, at: self.now.advanced(by: delay))
    }

    private mutating func schedule(_ what: Happening, at: MonotonicInstant) {
        self.order += 1
        let index = self.queue.firstIndex { $0.at > at } ?? self.queue.count
        self.queue.insert((at, self.order, what), at: index)
    }

    private mutating func happen(_ what: Happening) {
        switch what {
        case .upgrade(let id, let credentials):
            guard let wire = self.wires[id], !wire.isClosed, !wire.isSwallowed else { return }
            guard self.isServerUp, !self.server.isDraining else { return self.cut(id, .refused) }
            self.schedule(.toClient(.opened(id)), at: self.downTime(id))
            self.server.upgrade(id, credentials, at: self.now)
            self.carry()
        case .toServer(let id, let message):
            guard self.isServerUp, let wire = self.wires[id], !wire.isClosed, !wire.isSwallowed
            else { return }
            self.server.receive(id, message, at: self.now)
            self.carry()
        case .serverLost(let id):
            self.server.detach(id, at: self.now)
        case .toClient(.closed(let id, .timedOut)) where self.wires[id]?.isOpened == true:
            // The upgrade was in time.
            break
        case .toClient(let event):
            if case .opened(let id) = event { self.wires[id]?.isOpened = true }
            self.tell(event)
        case .serverTick:
            self.server.tick(at: self.now)
            self.carry()
            self.schedule(.serverTick, after: .seconds(1))
        case .serverStarts:
            self.isServerUp = true
            self.server.restart(at: self.now)
        case .serverCloses:
            for id in self.server.connections.keys.sorted() {
                self.server.bye(
                    id,
                    Bye(code: .serverRestart, reason: "", retryAfter: .milliseconds(300))
                )
            }
            self.carry()
            self.killServer()
        }
    }

    /// When the next frame of a connection reaches the client: in order, after its delay.
    private mutating func downTime(_ id: ConnectionID) -> MonotonicInstant {
        guard let wire = self.wires[id] else { return self.now }
        let jitter: Duration = .milliseconds(self.pick(0...40))
        let at = max(wire.downAt, self.now.advanced(by: wire.delay + jitter))
        self.wires[id]?.downAt = at
        return at
    }

    /// Carries what the server said.
    mutating func carry() {
        let output = self.server.output
        self.server.output = []
        for item in output {
            switch item {
            case .frame(let id, let message):
                guard self.wires[id]?.isSwallowed == false, self.wires[id]?.isClosed == false else {
                    continue
                }
                self.schedule(.toClient(.received(id, message)), at: self.downTime(id))
            case .close(let id, let code):
                guard self.wires[id]?.isSwallowed == false else { continue }
                self.schedule(.toClient(.closed(id, .closed(code))), at: self.downTime(id))
            }
        }
    }

    // MARK: The client

    mutating func tell(_ event: ClientEvent) {
        guard self.stoppedUntil == nil else {
            self.stopped.append(event)
            return
        }
        if case .closed(let id, _) = event { self.openConnections.remove(id) }
        self.permission?.note(event, at: self.now)
        var effects: [ClientEffect] = []
        self.engine.handle(event, at: self.now, effects: &effects)
        if self.isTraced {
            print(
                "\(self.now.offset) << \(event)\n" + effects.map { "        >> \($0)\n" }.joined()
            )
        }
        for effect in effects { self.perform(effect) }
        self.checkPermission(opens: !effects.connects.isEmpty)
    }

    private mutating func perform(_ effect: ClientEffect) {
        switch effect {
        case .connect(let id, _, let credentials, let timeout):
            self.connect(id, credentials, timeout: timeout)
        case .send(let id, let message):
            guard let wire = self.wires[id], !wire.isClosed else { return }
            let jitter: Duration = .milliseconds(self.pick(0...40))
            let at = max(wire.upAt, self.now.advanced(by: wire.delay + jitter))
            self.wires[id]?.upAt = at
            self.schedule(.toServer(id, message), at: at)
        case .close(let id, _):
            self.openConnections.remove(id)
            guard let wire = self.wires[id], !wire.isClosed else { return }
            self.schedule(.toClient(.closed(id, .closedByUs)), after: .milliseconds(1))
            if !wire.isSwallowed { self.schedule(.serverLost(id), at: wire.upAt) }
        // Frames on their way up still arrive; later ones are not sent.
        case .requestToken:
            let token = Private("token-\(self.stepCount)")
            self.schedule(.toClient(.tokenProvided(Self.handle, token)), after: .milliseconds(80))
        case .deliver(_, let number, let event):
            self.told.append(event)
            if self.isAppBusy {
                self.busyDeliveries.append(number)
            } else {
                self.schedule(
                    .toClient(.processed(Self.handle, number)),
                    after: .milliseconds(self.pick(0...5))
                )
            }
        case .finish(let request, let outcome):
            self.outcomes[request, default: []].append(outcome)
        case .store(_, let session):
            self.stored = session
        case .forget:
            self.stored = nil
        case .media, .platform, .launched, .handleTap, .buildContent, .note:
            break
        }
    }

    private mutating func connect(
        _ id: ConnectionID,
        _ credentials: Credentials,
        timeout: Duration
    ) {
        self.openConnections.insert(id)
        self.peak = max(self.peak, self.openConnections.count)
        let delay: Duration = .milliseconds(self.pick(5...150))
        self.wires[id] = Wire(
            delay: delay,
            upAt: self.now,
            downAt: self.now,
            isSwallowed: !self.hasNetwork
        )
        let arrival = self.now.advanced(by: delay * 3)
        self.wires[id]?.upAt = arrival
        self.schedule(.upgrade(id, credentials), at: arrival)
        self.schedule(.toClient(.closed(id, .timedOut)), after: timeout + .milliseconds(1))
    }
}
