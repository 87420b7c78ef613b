internal import HoldfastCore
internal import HoldfastWire

/// Asks the app for what only it knows, in tasks of their own: what a tap does, what a notification
/// says, the picture in it. Every answer goes through the inbox.
struct AppCallbacks {
    /// Handlers of taps at work at a time. Beyond it a tap does what it does by default.
    static let handlerCountMax = 16

    private let driver: Driver
    private let handlerCount = Locked(0)
    private var builds: [CallHandle: Workers.ID] = [:]
    private var loads: [CallHandle: Workers.ID] = [:]

    init(driver: Driver) { self.driver = driver }

    // MARK: - Taps

    func handleTap(_ action: NotificationAction, _ call: CallHandle) {
        let inbox = self.driver.inbox
        let finish: @Sendable (ActionDecision) -> Void = { decision in
            let isReplaced = decision == .replaced
            inbox.insist(
                .engine(.platform(.tapHandled(action, call, isReplaced: isReplaced)))
            )
        }
        guard let handler = self.driver.configuration.onAction, let subject = self.call(call)
        else { return finish(.performDefault) }
        let count = self.handlerCount
        let hasRoom = count.withLock { count in
            guard count < Self.handlerCountMax else { return false }
            count += 1
            return true
        }
        guard hasRoom else {
            self.driver.note("too many taps at once: not handed to the app", .error, call: call)
            return finish(.performDefault)
        }
        let driver = self.driver
        driver.race(
            for: KeepAliveLimits.handlerPatience,
            {
                defer { count.withLock { $0 -= 1 } }
                return await handler(subject, action)
            },
            late: {
                driver.note("the app's handler of a tap is too slow", .error, call: call)
                return .performDefault
            },
            finish
        )
    }

    // MARK: - Content

    mutating func buildContent(_ call: CallHandle, _ ticket: ContentDesk.Ticket) {
        // Without a builder the engine's own words stand.
        guard let build = self.driver.configuration.notification, let subject = self.call(call)
        else { return }
        if let older = self.builds[call] { self.driver.workers.cancel(older) }
        let inbox = self.driver.inbox
        self.builds[call] = self.driver.workers.start {
            inbox.insist(.content(call, ticket, build(subject)))
        }
    }

    mutating func loadAvatar(
        _ call: CallHandle,
        _ ticket: ContentDesk.Ticket,
        address: String,
        headers: [String: String]
    ) {
        let inbox = self.driver.inbox
        guard let load = self.driver.configuration.avatarLoader else {
            return inbox.insist(.avatar(call, ticket, .failed))
        }
        self.loads[call] = self.driver.race(
            for: KeepAliveLimits.avatarPatience,
            {
                // The error is the loader's and may carry the address; it is not logged.
                do { return .done(try await load(address, headers)) } catch { return .failed }
            },
            late: { .tooSlow },
            { inbox.insist(.avatar(call, ticket, $0)) }
        )
    }

    mutating func cancelAvatar(_ call: CallHandle) {
        if let load = self.loads.removeValue(forKey: call) { self.driver.workers.cancel(load) }
    }

    mutating func end(_ call: CallHandle) {
        if let build = self.builds.removeValue(forKey: call) { self.driver.workers.cancel(build) }
        self.cancelAvatar(call)
    }

    private func call(_ handle: CallHandle) -> HoldfastCall? {
        (self.driver.record(of: handle) as? CallRecord).map {
            HoldfastCall(record: $0, driver: self.driver)
        }
    }
}

extension Driver {
    /// Runs `work` in a worker and hands `finish` what comes of it, or `late` once `patience` has
    /// passed: whichever is first, once. Work that is late is cancelled.
    @discardableResult
    func race<Answer: Sendable>(
        for patience: Duration,
        _ work: @escaping @Sendable () async -> Answer,
        late: @escaping @Sendable () -> Answer,
        _ finish: @escaping @Sendable (Answer) -> Void
    ) -> Workers.ID? {
        let isOver = Locked(false)
        let isFirst: @Sendable () -> Bool = {
            isOver.withLock { isOver in
                defer { isOver = true }
                return !isOver
            }
        }
        let worker = Locked<Workers.ID?>(nil)
        let deadline = self.clock.now().advanced(by: patience)
        let timer = self.workers.start { [workers, clock] in
            do { try await clock.sleep(until: deadline) } catch { return }
            guard isFirst() else { return }
            finish(late())
            if let worker = worker.withLock({ $0 }) { workers.cancel(worker) }
        }
        let id = self.workers.start { [workers] in
            let answer = await work()
            if let timer { workers.cancel(timer) }
            if isFirst() { finish(answer) }
        }
        worker.withLock { $0 = id }
        return id
    }
}
