internal import HoldfastCore
internal import HoldfastWire

/// Carries out what the core decides. Owned by the task of ``Driver/run(_:)``; it awaits nothing.
struct DriverShell {
    /// The shortest time between two turns that only the clock asks for.
    private static let pause: Duration = .milliseconds(1)

    private let driver: Driver
    private var core: DriverCore
    let store: StoreWriter
    private var connections: [ConnectionID: any TransportConnection] = [:]
    private var media: [CallHandle: MediaConnection] = [:]
    private var tokens: [CallHandle: Workers.ID] = [:]
    private var app: AppCallbacks
    private var timer: (deadline: MonotonicInstant, worker: Workers.ID)?
    private var lastTick: MonotonicInstant?

    private struct MediaConnection {
        var engine: any MediaEngine
        var pump: Workers.ID?
    }

    init(driver: Driver, core: DriverCore) {
        self.driver = driver
        self.core = core
        self.store = StoreWriter(driver: driver)
        self.app = AppCallbacks(driver: driver)
    }

    /// Tells the engine how things stand before it is told of any call.
    mutating func begin(with events: [ClientEvent]) {
        let now = self.driver.clock.now()
        for action in self.core.advance(to: now, with: events.map { .engine($0) }) {
            self.perform(action, at: now)
        }
    }

    /// Takes what has come and does what follows from it.
    mutating func turn() {
        let entries = self.driver.inbox.take()
        let now = self.driver.clock.now()
        let actions = self.core.advance(to: now, with: entries.map(\.input))
        for action in actions { self.perform(action, at: now) }
        for entry in entries {
            if case .transport(let id, .closed) = entry.input {
                // Already over, except for one whose messages did not fit the inbox.
                self.connections.removeValue(forKey: id)?.close(.slowConsumer)
            }
            entry.handled?()
        }
        self.tick(at: now)
        self.arm(at: now)
    }

    /// The process stops: sessions stay, and the server is told that they will be resumed.
    mutating func suspend() {
        let now = self.driver.clock.now()
        let suspension = DriverInput.engine(.appStateChanged(.suspending))
        for action in self.core.advance(to: now, with: [suspension]) {
            self.perform(action, at: now)
        }
        for connection in self.connections.values { connection.close(.background) }
        for connection in self.media.values { connection.engine.apply(.stop) }
        self.connections = [:]
        self.media = [:]
    }

    private mutating func perform(_ action: DriverAction, at now: MonotonicInstant) {
        switch action {
        case .connect(let id, let request): self.connect(id, request)
        case .send(let id, let message): self.connections[id]?.send(message)
        case .close(let id, let code): self.connections[id]?.close(code)
        case .requestToken(let call): self.requestToken(call)
        case .store(let session): self.store.save(session)
        case .forget(let call): self.store.remove(call)
        case .deliver(let call, let number, let event):
            if case .keepAlive(.service(let status)) = event {
                self.driver.serviceChanged(to: status)
            }
            self.driver.record(of: call)?.deliver(number, event, at: now)
            if event.isTerminal { self.end(call) }
        case .finish(let request, let outcome): self.driver.finish(request, outcome)
        case .media(let call, let command): self.apply(command, call)
        case .platform(let command): self.driver.configuration.platform.perform(command)
        case .launched(let request, let status):
            self.driver.serviceChanged(to: status)
            self.driver.launches.answer(request, .outcome(status))
        case .handleTap(let action, let call): self.app.handleTap(action, call)
        case .buildContent(let call, let ticket): self.app.buildContent(call, ticket)
        case .loadAvatar(let call, let ticket, let address, let headers):
            self.app.loadAvatar(call, ticket, address: address, headers: headers)
        case .cancelAvatar(let call): self.app.cancelAvatar(call)
        }
    }

    private mutating func connect(_ id: ConnectionID, _ request: TransportRequest) {
        let sink = ConnectionSink(id: id, driver: self.driver)
        let transport = self.driver.configuration.network.transport
        self.connections[id] = transport.connect(request) { sink.take($0) }
    }

    private mutating func requestToken(_ call: CallHandle) {
        guard let record = self.driver.record(of: call) else { return }
        let inbox = self.driver.inbox
        let provider = self.driver.configuration.tokenProvider
        self.tokens[call] = self.driver.workers.start {
            do {
                let token = try await provider(record.call)
                guard token.isWellFormed else {
                    let reason = "the token is empty, too long, or not ASCII"
                    return inbox.insist(.engine(.tokenFailed(call, reason: reason)))
                }
                inbox.insist(.engine(.tokenProvided(call, token.value)))
            } catch {
                // The error is the app's and may carry anything; it is not logged.
                inbox.insist(.engine(.tokenFailed(call, reason: "the token provider failed")))
            }
        }
    }

    // MARK: - Media

    private mutating func apply(_ command: MediaCommand, _ call: CallHandle) {
        if let connection = self.media[call] {
            connection.engine.apply(command)
        } else if case .start = command {
            guard let make = self.driver.configuration.mediaEngine else {
                let failure = MediaFailure(
                    code: .unavailable,
                    message: "The client's configuration has no media engine."
                )
                return self.driver.inbox.insist(.engine(.media(call, .failed(failure))))
            }
            let engine = make()
            let inbox = self.driver.inbox
            let pump = self.driver.workers.start {
                for await event in engine.events { await inbox.pass(.engine(.media(call, event))) }
            }
            self.media[call] = MediaConnection(engine: engine, pump: pump)
            engine.apply(command)
        }
        if case .stop = command { self.endMedia(call) }
    }

    private mutating func endMedia(_ call: CallHandle) {
        guard let connection = self.media.removeValue(forKey: call) else { return }
        if let pump = connection.pump { self.driver.workers.cancel(pump) }
    }

    private mutating func end(_ call: CallHandle) {
        if let token = self.tokens.removeValue(forKey: call) { self.driver.workers.cancel(token) }
        self.media[call]?.engine.apply(.stop)
        self.endMedia(call)
        self.app.end(call)
        self.driver.forget(call)
    }

    // MARK: - Time

    private mutating func tick(at now: MonotonicInstant) {
        let passed = self.lastTick.map { $0.duration(to: now) } ?? .zero
        guard self.lastTick == nil || passed >= DriverCore.tickInterval else { return }
        self.lastTick = now
        for record in self.driver.records {
            for note in record.tick(at: now, gap: passed > DriverCore.gapMin) {
                self.driver.note(note, call: record.handle)
            }
        }
    }

    /// One timer. One that rings early costs a turn in which nothing happens, so it is replaced only
    /// when it would ring late.
    private mutating func arm(at now: MonotonicInstant) {
        guard let wake = self.core.nextWake else { return }
        // Whatever the engine wants, other tasks get their turn too.
        let deadline = max(wake, now.advanced(by: Self.pause))
        if let timer = self.timer {
            if timer.deadline > now, timer.deadline <= deadline { return }
            self.driver.workers.cancel(timer.worker)
        }
        let driver = self.driver
        let worker = driver.workers.start {
            do { try await driver.clock.sleep(until: deadline) } catch { return }
            driver.inbox.wake()
        }
        self.timer = worker.map { (deadline, $0) }
    }
}

/// Takes what one connection reports, on the transport's thread.
final class ConnectionSink: Sendable {
    private let id: ConnectionID
    private let driver: Driver
    private let isOver = Locked(false)

    init(id: ConnectionID, driver: Driver) {
        self.id = id
        self.driver = driver
    }

    func take(_ event: TransportEvent) {
        let isLast = if case .closed = event { true } else { false }
        let isIgnored = self.isOver.withLock { isOver in
            defer { isOver = isOver || isLast }
            return isOver
        }
        guard !isIgnored else { return }
        guard case .received = event else {
            return self.driver.inbox.insist(.transport(self.id, event))
        }
        if !self.driver.inbox.offer(.transport(self.id, event)) {
            // Nothing may be missing inside a connection, so the connection ends. The session
            // resumes from its cursor; nothing is lost.
            self.isOver.withLock { $0 = true }
            self.driver.note("inbox full: connection \(self.id.rawValue) ended", .error)
            self.driver.inbox.insist(.transport(self.id, .closed(.reset)))
        }
    }
}
