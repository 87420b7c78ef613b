#if Server

import HoldfastProto
package import HoldfastServerCore
import HoldfastWire
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// One engine, bound to one event loop: gives it events in order, performs its effects, wakes it.
///
/// Whatever comes from elsewhere (a connection on another loop, the store, the operator) hops here
/// first, so the engine needs no lock and its order is the order of arrival.
// SAFETY: every mutable property is read and written on `loop` alone; the methods that may be called
// elsewhere (`open`, `submit`, `receive`, `administer`, `onLoop`) touch none before they have hopped.
package final class Shard: @unchecked Sendable, StoreClient {
    let loop: any EventLoop
    let surroundings: Surroundings
    private var engine: ServerEngine
    private var effects: [ServerEffect] = []
    private var queue: [ServerEvent] = []
    private var isProcessing = false
    private var wakeUp: (at: MonotonicInstant, task: Scheduled<Void>)?
    private var heartbeat: RepeatedTask?
    private var lastAlive: MonotonicInstant
    private var isFlushScheduled = false
    private var unflushed: [ConnectionPort] = []
    var ports: [ConnectionID: ConnectionPort] = [:]
    var encodings = EventEncodingCache()
    private var administrations: [AdministrationID: Administration] = [:]
    private var administrationCount: UInt64 = 0

    private typealias Administration = EventLoopPromise<AdministrationOutcome>

    /// What a shard works with.
    struct Surroundings: Sendable {
        var clock: ServerClock
        var store: CallStore
        var judge: UpgradeJudge
        var metrics: ServerMetrics
        var logger: Logger
        /// Replaced as a whole when the operator reloads them.
        var iceServers: NIOLockedValueBox<ICEServerList>
        var recent: CallStore.RecentBounds
        /// All shards of the process, this one among them; nil before they are made and when they have
        /// stopped.
        var neighbours: NIOLockedValueBox<ShardRing?>
        /// Nil when nobody is woken.
        var push: PushGateway?
    }

    /// The loop is looked at this often.
    static let heartbeatInterval: Duration = .seconds(1)
    /// Beyond this the loop counts as stalled, and the time is counted to nobody (HF-54).
    static let stallMin: Duration = .seconds(3)

    init(loop: any EventLoop, engine: ServerEngine, surroundings: Surroundings) {
        self.loop = loop
        self.engine = engine
        self.surroundings = surroundings
        self.lastAlive = surroundings.clock.now
    }

    /// Begins to watch the loop and takes the calls that were open when the last process ended.
    func start(openCalls: [OpenCall]) {
        self.loop.execute {
            self.lastAlive = self.surroundings.clock.now
            let interval = TimeAmount(Self.heartbeatInterval)
            self.heartbeat = self.loop.scheduleRepeatedTask(
                initialDelay: interval,
                delay: interval
            ) { _ in self.process([]) }
            self.process([.openCallsFound(openCalls)])
        }
    }

    /// Ends every timer; nothing is performed any more.
    func stop() {
        self.surroundings.neighbours.withLockedValue { $0 = nil }
        self.loop.execute {
            self.heartbeat?.cancel()
            self.wakeUp?.task.cancel()
            self.wakeUp = nil
            self.ports = [:]
        }
    }

    /// Takes a connection that has just been upgraded, with its first event.
    func open(_ port: ConnectionPort, _ event: ServerEvent) {
        if self.loop.inEventLoop {
            self.ports[port.id] = port
            self.process([event])
        } else {
            self.loop.execute {
                self.ports[port.id] = port
                self.process([event])
            }
        }
    }

    /// Gives events to the engine, in order, at once when called on the loop.
    package func submit(_ events: [ServerEvent]) {
        if self.loop.inEventLoop {
            self.process(events)
        } else {
            self.loop.execute { self.process(events) }
        }
    }

    package func receive(_ answers: [ServerEvent]) { self.submit(answers) }

    /// Asks the engine for what an operator wants.
    package func administer(
        _ event: @escaping @Sendable (AdministrationID) -> ServerEvent
    ) async throws -> AdministrationOutcome {
        try await self.loop.flatSubmit {
            self.administrationCount += 1
            let id = AdministrationID(self.administrationCount)
            let promise = self.loop.makePromise(of: AdministrationOutcome.self)
            self.administrations[id] = promise
            self.process([event(id)])
            return promise.futureResult
        }.get()
    }

    /// The calls in memory.
    package func summaries() async throws -> [CallSummary] {
        try await self.loop.submit { self.engine.summaries() }.get()
    }

    /// Connections that are open.
    func connectionCount() async throws -> Int {
        try await self.loop.submit { self.ports.count }.get()
    }

    private func process(_ events: [ServerEvent]) {
        self.loop.assertInEventLoop()
        self.queue.append(contentsOf: events)
        // An effect may cause an event at once (a token that was checked): it waits its turn.
        if self.isProcessing { return }
        self.isProcessing = true
        defer { self.isProcessing = false }
        self.noteStall()
        var index = 0
        while index < self.queue.count {
            self.handle(self.queue[index])
            index += 1
        }
        self.queue.removeAll(keepingCapacity: true)
        self.setWakeUp()
    }

    private func handle(_ event: ServerEvent) {
        if case .closed(let id, _) = event { self.ports[id] = nil }
        var effects = self.effects
        self.effects = []
        self.engine.handle(event, at: self.surroundings.clock.now, effects: &effects)
        for effect in effects { self.perform(effect) }
        effects.removeAll(keepingCapacity: true)
        self.effects = effects
    }

    /// Tells the engine of time in which nothing ran, before anything that time has made overdue.
    private func noteStall() {
        let now = self.surroundings.clock.now
        let gap = self.lastAlive.duration(to: now)
        self.lastAlive = now
        guard gap > Self.stallMin else { return }
        self.surroundings.metrics.stalled()
        self.surroundings.logger.warning(
            "The event loop did not run for \(gap.milliseconds) ms."
        )
        self.handle(.stalled(gap - Self.heartbeatInterval))
    }

    private func setWakeUp() {
        guard let deadline = self.engine.nextDeadline else { return }
        if let wakeUp = self.wakeUp, wakeUp.at <= deadline { return }
        self.wakeUp?.task.cancel()
        let delay = max(.zero, self.surroundings.clock.now.duration(to: deadline))
        let task = self.loop.scheduleTask(in: TimeAmount(min(delay, .seconds(3600)))) {
            self.wakeUp = nil
            let isDue = self.engine.nextDeadline.map { $0 <= self.surroundings.clock.now }
            self.process(isDue == true ? [.deadlineReached] : [])
        }
        self.wakeUp = (deadline, task)
    }

    /// Makes sure that a port is flushed once when this tick of the loop is over.
    func touch(_ port: ConnectionPort) {
        self.unflushed.append(port)
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.loop.execute { self.flush() }
    }

    private func flush() {
        self.isFlushScheduled = false
        let ports = self.unflushed
        self.unflushed = []
        self.encodings.removeAll()
        for port in ports { port.flush() }
    }

    func finish(_ id: AdministrationID, _ outcome: AdministrationOutcome) {
        self.administrations.removeValue(forKey: id)?.succeed(outcome)
    }
}

#endif
