package import HoldfastWire

/// The calls of one shard: loads them, routes what happens to them, lets go of them. The only entry
/// to the server's decisions.
///
/// Feed it events with ``handle(_:at:effects:)``, perform every effect in order, and call it with
/// ``ServerEvent/deadlineReached`` once ``nextDeadline`` has passed.
package struct ServerEngine: Sendable {
    /// When a call lost its machine, and the last commit of it.
    private struct Failure: Sendable {
        var at: MonotonicInstant
        var lastCommit: CommitNumber
    }

    private let configuration: ServerConfiguration
    private let era: Era
    private let startedAt: MonotonicInstant
    private var random: RandomSource
    var machines: [CallID: CallMachine] = [:]
    private var loading: [CallID: CallLoading] = [:]
    var callOf: [ConnectionID: CallID] = [:]
    /// Calls of which a commit failed and that have not been read since.
    private var failures: [CallID: Failure] = [:]
    /// When each call must be looked at, in memory or not.
    private var timers = DeadlineQueue<CallID>()
    private var renewals: ICERenewalMachine
    private var isDrained = false
    /// Who watches users of this engine's channels.
    var board = PresenceBoard()
    /// Whom connections of this engine watch.
    var watchList = WatchList()

    /// `era` was made durable before; `startedAt` is now; `seed` is random, and no other shard's.
    package init(
        configuration: ServerConfiguration = ServerConfiguration(),
        era: Era,
        startedAt: MonotonicInstant,
        seed: (UInt64, UInt64, UInt64, UInt64)
    ) {
        self.configuration = configuration
        self.era = era
        self.startedAt = startedAt
        self.random = RandomSource(seed: seed)
        self.renewals = ICERenewalMachine(interval: configuration.iceRenewalInterval)
    }

    /// When the shell must next say ``ServerEvent/deadlineReached``.
    package var nextDeadline: MonotonicInstant? {
        // After a drain nothing is decided any more.
        guard !self.isDrained else { return nil }
        return [self.timers.next, self.renewals.nextDeadline].compactMap { $0 }.min()
    }

    /// The open calls in memory, by id; channels are none.
    package func summaries() -> [CallSummary] {
        self.machines.values.filter { $0.isOpen && $0.channel == nil }.map(\.summary)
            .sorted { $0.id < $1.id }
    }

    /// Connections that are or will be served.
    package var connectionCount: Int { self.callOf.count }

    /// Applies one event. Effects are appended in the order in which they must be performed.
    package mutating func handle(
        _ event: ServerEvent,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard !self.isDrained else {
            self.refuseAfterDrain(event, effects: &effects)
            return
        }
        let start = effects.count
        self.decide(event, at: now, effects: &effects)
        self.renewICEServers(after: event, since: start, at: now, effects: &effects)
    }

    private mutating func decide(
        _ event: ServerEvent,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        switch event {
        case .joinRequested(let connection, _, let options):
            self.admit(connection, to: options.call, event, at: now, effects: &effects)
        case .resumeRequested(let connection, let ticket, _):
            self.admit(connection, to: ticket.call, event, at: now, effects: &effects)
        case .received(let connection, _), .receivedGarbage(let connection, _),
            .writabilityChanged(let connection, _), .verified(let connection, _):
            guard let call = self.callOf[connection] else { return }
            self.pass(event, to: call, at: now, effects: &effects)
        case .closed(let connection, _):
            guard let call = self.callOf.removeValue(forKey: connection) else { return }
            self.endWatches(of: connection, in: call, effects: &effects)
            self.pass(event, to: call, at: now, effects: &effects)
        case .loaded(let call, let stored):
            self.loaded(call, stored, at: now, effects: &effects)
        case .loadFailed(let call):
            self.loadFailed(call, at: now, effects: &effects)
        case .commitFailed(let call, let number):
            self.commitFailed(call, number, at: now, effects: &effects)
        case .pageRead(let call, _, _, _), .committed(let call, _):
            // Of a machine that is being built anew, nothing that was under way counts any more.
            guard self.machines[call] != nil else { return }
            self.pass(event, to: call, at: now, effects: &effects)
        case .openCallsFound(let calls):
            self.remember(calls)
        case .endCallRequested(_, let call), .removalRequested(_, let call, _):
            self.pass(event, to: call, at: now, effects: &effects)
        case .messageRequested(let request, let user, let body):
            guard user.isValid, body.fits else {
                effects.append(.administered(request, .invalid))
                return
            }
            self.pass(event, to: CallID(channelOf: user), at: now, effects: &effects)
        case .userAsked(let request, let user):
            guard user.isValid else {
                effects.append(.administered(request, .invalid))
                return
            }
            self.pass(event, to: CallID(channelOf: user), at: now, effects: &effects)
        case .watchStarted(let user, let watcher):
            self.watchStarted(user, watcher, at: now, effects: &effects)
        case .watchEnded(let user, let watcher):
            self.watchEnded(user, watcher)
        case .presenceTold(let user, let presence, let watchers):
            self.presenceTold(user, presence, watchers, effects: &effects)
        case .pushAnswered(let user, _, _, _):
            self.deliver(event, to: CallID(channelOf: user), at: now, effects: &effects)
        case .letterArrived(let letter):
            self.deliver(event, to: letter.to, at: now, effects: &effects)
        case .letterTaken(let receipt):
            self.deliver(event, to: receipt.from, at: now, effects: &effects)
        case .stalled, .drainStarted:
            for call in self.machines.keys.sorted() {
                self.pass(event, to: call, at: now, effects: &effects)
            }
        case .drainEnded:
            self.endDrain(effects: &effects)
        case .deadlineReached:
            self.deadlineReached(at: now, effects: &effects)
        case .iceServersChanged:
            // No call's; see below.
            break
        }
    }

    /// HF-62: who was welcomed since `start` holds ICE servers, which may be due for renewal later.
    private mutating func renewICEServers(
        after event: ServerEvent,
        since start: Int,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        var news: [ICERenewalMachine.Event] = []
        for effect in effects[start...] {
            if case .welcome(let connection, let welcome, _) = effect, welcome.mode.isAlive {
                news.append(.welcomed(connection, welcome.session))
            } else if case .close(let connection, _) = effect {
                news.append(.closed(connection))
            }
        }
        if case .closed(let connection, _) = event { news.append(.closed(connection)) }
        if event == .deadlineReached { news.append(.deadlineReached) }
        if event == .iceServersChanged { news.append(.serversChanged) }
        for new in news {
            for case .renew(let connection, let session) in self.renewals.handle(new, at: now) {
                effects.append(.sendICEServers(connection, session))
            }
        }
    }

    /// Closes every connection, each to come back at its own time. Their sessions detach with the
    /// next process (HF-59).
    private mutating func endDrain(effects: inout [ServerEffect]) {
        self.isDrained = true
        var connections = self.loading.values.reduce(into: Set()) { $0.formUnion($1.connections) }
        for machine in self.machines.values { connections.formUnion(machine.connections) }
        for connection in connections.sorted() {
            effects.append(.close(connection, self.restartBye()))
        }
        for request in self.loading.values.flatMap(\.administrations) {
            effects.append(.administered(request, .unavailable))
        }
    }

    private mutating func refuseAfterDrain(_ event: ServerEvent, effects: inout [ServerEffect]) {
        switch event {
        case .joinRequested(let connection, _, _), .resumeRequested(let connection, _, _):
            effects.append(.close(connection, self.restartBye()))
        case .endCallRequested(let request, _), .removalRequested(let request, _, _),
            .messageRequested(let request, _, _), .userAsked(let request, _):
            effects.append(.administered(request, .unavailable))
        default:
            // Everybody was told to come back, and nothing of this process counts any more.
            break
        }
    }

    private mutating func restartBye() -> Bye {
        let delay = self.random.duration(upTo: self.reconnectSpread)
        return Bye(code: .serverRestart, reason: "restart", retryAfter: delay)
    }

    /// Lets a connection ask a call for entry, unless there are too many calls or the id is none.
    private mutating func admit(
        _ connection: ConnectionID,
        to call: CallID,
        _ event: ServerEvent,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard call.isLog else {
            effects.append(.close(connection, Bye(code: .badRequest, reason: "call_id")))
            return
        }
        let isKnown = self.machines[call] != nil || self.loading[call] != nil
        guard isKnown || self.machines.count + self.loading.count < self.configuration.callCountMax
        else {
            // Who resumes has a session, which must not end for that.
            let limit = Bye(code: .limit, reason: "too_many_calls")
            let isJoin = if case .joinRequested = event { true } else { false }
            effects.append(.close(connection, isJoin ? limit : self.unavailable))
            return
        }
        self.callOf[connection] = call
        self.pass(event, to: call, at: now, effects: &effects)
    }

    /// Hands a letter or a receipt to a channel, unless there is no room for one more: both come
    /// again. False when it did not.
    @discardableResult
    mutating func deliver(
        _ event: ServerEvent,
        to channel: CallID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) -> Bool {
        let isKnown = self.machines[channel] != nil || self.loading[channel] != nil
        guard channel.channelOwner != nil,
            isKnown || self.machines.count + self.loading.count < self.configuration.callCountMax
        else { return false }
        self.pass(event, to: channel, at: now, effects: &effects)
        return true
    }

    /// Hands an event to a call, or keeps it until the call is read.
    private mutating func pass(
        _ event: ServerEvent,
        to call: CallID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        let spread = self.reconnectSpread
        self.machines[call]?.reconnectSpread = spread
        if self.machines[call]?.handle(event, random: &self.random, at: now, effects: &effects)
            != nil
        {
            self.lookAtPresence(of: call, effects: &effects)
            self.schedule(call)
            return
        }
        if self.loading[call] == nil {
            self.loading[call] = CallLoading()
            effects.append(.load(call))
        }
        let isKept = self.loading[call]?.enqueue(event, countMax: Self.queuedEventCountMax)
        guard isKept != true else { return }
        if let connection = event.connection {
            self.loading[call]?.remove(connection)
            self.callOf[connection] = nil
            effects.append(.close(connection, self.unavailable))
        } else if let request = event.administration {
            effects.append(.administered(request, .unavailable))
        }
    }

    private mutating func loaded(
        _ call: CallID,
        _ stored: StoredCall,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let waiting = self.loading.removeValue(forKey: call) else { return }
        let failure = self.failures.removeValue(forKey: call)
        var machine = CallMachine(
            id: call,
            stored: stored,
            era: self.era,
            configuration: call.channelOwner == nil
                ? self.configuration : self.configuration.forChannels,
            startedAt: self.startedAt,
            lostAt: failure?.at ?? self.startedAt,
            lastCommit: failure?.lastCommit ?? CommitNumber(0),
            seed: call.channelOwner == nil ? 0 : self.random.next(),
            at: now
        )
        machine.adopt(waiting.survivors, at: now, effects: &effects)
        self.machines[call] = machine
        for event in waiting.queue { self.pass(event, to: call, at: now, effects: &effects) }
        self.machines[call]?.pumpAll(effects: &effects)
        self.pass(.deadlineReached, to: call, at: now, effects: &effects)
    }

    /// The store cannot be read: everybody may try again.
    private mutating func loadFailed(
        _ call: CallID,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        guard let waiting = self.loading.removeValue(forKey: call) else { return }
        self.watchFailed(of: call, effects: &effects)
        for connection in waiting.connections.sorted() {
            self.callOf[connection] = nil
            effects.append(.close(connection, self.unavailable))
        }
        for request in waiting.administrations {
            effects.append(.administered(request, .unavailable))
        }
        // Those that had outlived the failed commit are lost only now.
        if !waiting.survivors.isEmpty { self.failures[call]?.at = now }
        // Only a call that is known to be open has deadlines to be kept.
        guard waiting.isOverdue || self.failures[call] != nil else { return }
        self.timers.schedule(call, at: now.advanced(by: Self.loadRetryInterval))
    }

    /// The store did not take a change: back to what it holds.
    private mutating func commitFailed(
        _ call: CallID,
        _ number: CommitNumber,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        // Commits behind the one that failed fail too, maybe after the call was read again.
        guard self.machines[call]?.isWaiting(for: number) == true,
            let machine = self.machines.removeValue(forKey: call)
        else { return }
        self.failures[call] = Failure(at: now, lastCommit: machine.lastCommit)
        effects.append(.count(.commitFailed))
        effects.append(contentsOf: machine.failures(retryAfter: self.configuration.retryAfter))
        self.loading[call] = CallLoading(survivors: machine.survivors)
        effects.append(.load(call))
    }

    private mutating func remember(_ calls: [OpenCall]) {
        let floor = self.startedAt.advanced(by: self.configuration.restartGrace)
        let window = self.startedAt.advanced(by: self.configuration.detachWindow)
        let channelWindow = self.startedAt.advanced(by: self.configuration.channelWindow)
        for open in calls where self.machines[open.call] == nil {
            if open.call.channelOwner == nil {
                self.timers.schedule(open.call, at: max(open.deadline ?? window, floor))
            } else {
                // What rings or waits for a receipt does not wait for those who lost the server.
                let deadline = open.deadline ?? channelWindow
                self.timers.schedule(open.call, at: max(deadline, self.startedAt))
            }
        }
    }

    private mutating func deadlineReached(at now: MonotonicInstant, effects: inout [ServerEffect]) {
        while let call = self.timers.popDue(at: now) {
            if let machine = self.machines[call], machine.isUnloadable(at: now) {
                self.machines[call] = nil
                if let deadline = machine.dormantDeadline {
                    self.timers.schedule(call, at: deadline)
                }
                continue
            }
            self.pass(.deadlineReached, to: call, at: now, effects: &effects)
        }
    }

    private mutating func schedule(_ call: CallID) {
        guard let deadline = self.machines[call]?.nextDeadline else { return }
        self.timers.schedule(call, at: deadline)
    }

    private var unavailable: Bye {
        Bye(code: .unavailable, reason: "store", retryAfter: self.configuration.retryAfter)
    }

    /// How long the herd is spread when all of it comes back at once (HF-58).
    private var reconnectSpread: Duration {
        let spread = Duration.seconds(self.callOf.count) / max(1, self.configuration.acceptRate)
        return min(max(spread, .milliseconds(500)), .seconds(30))
    }

    /// How long after a failed read a call's deadlines are tried again.
    package static let loadRetryInterval: Duration = .seconds(1)
    /// Events that wait for one call to be read. More are refused.
    package static let queuedEventCountMax = 4096
}
