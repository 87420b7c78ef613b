package import HoldfastWire

/// Everything a client decides, as a value: calls, connections, sessions, media.
///
/// Feed it what happens with ``handle(_:at:effects:)``, perform every effect in order, and call it
/// with ``ClientEvent/deadlineReached`` when ``nextDeadline`` has passed. Events for calls and
/// connections that it does not know are ignored.
package struct ClientEngine: Sendable {
    /// What does not change while a process lives.
    package struct Configuration: Hashable, Sendable {
        /// Spreads reconnects; a different one in every process.
        package var seed: UInt64
        /// The wall clock at ``MonotonicInstant/zero``, in milliseconds since the Unix epoch. It
        /// keeps resume counters above those of earlier processes (HF-19); being wrong costs one
        /// round trip.
        package var wallOriginMilliseconds: UInt64
        /// What the app wants of the keep-alive.
        package var keepAlive: KeepAliveOptions
        /// How the platform differs from others.
        package var profile: PlatformProfile

        /// Creates a configuration.
        package init(
            seed: UInt64,
            wallOriginMilliseconds: UInt64,
            keepAlive: KeepAliveOptions = KeepAliveOptions(),
            profile: PlatformProfile = .plain
        ) {
            self.seed = seed
            self.wallOriginMilliseconds = wallOriginMilliseconds
            self.keepAlive = keepAlive
            self.profile = profile
        }
    }

    let configuration: Configuration
    private var seeds: SeededRandom
    /// In the order of their handles. An array, not a dictionary, whose elements could not be looked
    /// at without being copied: every frame of a call comes past here.
    private(set) var calls: [CallEngine] = []
    var keepAlive: KeepAliveMachine
    private var environment = Turn.Environment()
    private var nextConnection: UInt64 = 0

    /// Creates an engine without calls, in the foreground, with a network.
    package init(configuration: Configuration) {
        self.configuration = configuration
        self.seeds = SeededRandom(seed: configuration.seed)
        self.keepAlive = KeepAliveMachine(
            options: configuration.keepAlive,
            profile: configuration.profile
        )
        self.environment.media = self.keepAlive.conditions
    }

    /// When ``ClientEvent/deadlineReached`` is due next; nil when nothing is pending. A point in
    /// the past means at once.
    package var nextDeadline: MonotonicInstant? {
        var next = self.keepAlive.nextDeadline
        for index in self.calls.indices { next = earliest(next, self.calls[index].nextDeadline) }
        return next
    }

    /// Applies one event and appends what must be done, in order.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When. Never earlier than the previous call's.
    ///   - effects: Grows at its end.
    package mutating func handle(
        _ event: ClientEvent,
        at now: MonotonicInstant,
        effects: inout [ClientEffect]
    ) {
        let elapsed = UInt64(max(now.offset.milliseconds, 0))
        let (wall, overflow) =
            self.configuration.wallOriginMilliseconds.addingReportingOverflow(elapsed)
        var turn = Turn(
            instant: now,
            wallMilliseconds: overflow ? .max : wall,
            environment: self.environment,
            nextConnection: self.nextConnection,
            effects: effects
        )
        effects = []
        self.dispatch(event, &turn)
        self.followCalls(&turn)
        self.environment = turn.environment
        self.nextConnection = turn.nextConnection
        effects = turn.effects
    }

    private mutating func dispatch(_ event: ClientEvent, _ turn: inout Turn) {
        switch event {
        case .join(let handle, let request):
            self.begin(handle, request, &turn) { $0.join(&$1) }
        case .restore(let handle, let stored, let request):
            self.begin(handle, request, &turn) { $0.restore(stored, &$1) }
        case .leave(let handle):
            self.with(handle, &turn) { $0.leave(&$1) }
        case .submit(let handle, let request, let command):
            // Somebody waits for the outcome, so even an unknown call gives one.
            guard self.index(of: handle) != nil else {
                return turn.effects.append(.finish(request, .failed(.callOver)))
            }
            self.with(handle, &turn) { $0.submit(request, command, &$1) }
        case .setMicrophone(let handle, let microphone):
            self.with(handle, &turn) { $0.setMicrophone(microphone, &$1) }
        case .reconnectNow(let handle):
            self.with(handle, &turn) { $0.disturb(.pathChanged, &$1) }
        case .connect(let handle):
            self.with(handle, &turn) { $0.tellChannel(.connect, &$1) }
        case .disconnect(let handle):
            self.with(handle, &turn) { $0.tellChannel(.disconnect, &$1) }
        case .pushArrived(let handle):
            self.tellKeepAlive(.woken, &turn)
            self.with(handle, &turn) { $0.tellChannel(.pushArrived, &$1) }
        case .watch(let handle, let users):
            self.with(handle, &turn) { $0.watch(users, &$1) }
        case .processed(let handle, let number):
            self.with(handle, &turn) { $0.tellSession(.processed(number), &$1) }
        case .tokenProvided(let handle, let token):
            self.with(handle, &turn) { $0.tokenProvided(token, &$1) }
        case .tokenFailed(let handle, let reason):
            self.with(handle, &turn) { $0.tokenFailed(reason, &$1) }
        case .setVideo(let handle, let track, let choice):
            self.setVideo(handle, track, choice, &turn)
        case .setRoute(let handle, let direction, let route):
            self.with(handle, &turn) { $0.setRoute(direction, route, &$1) }
        case .media(let handle, let event):
            self.mediaReported(handle, event, &turn)
        case .opened(let id):
            self.with(self.owner(of: id), &turn) { $0.opened(id, &$1) }
        case .received(let id, let message):
            self.with(self.owner(of: id), &turn) { $0.received(id, message, &$1) }
        case .receivedGarbage(let id, let reason):
            self.with(self.owner(of: id), &turn) { $0.receivedGarbage(id, reason, &$1) }
        case .closed(let id, let end):
            self.with(self.owner(of: id), &turn) { $0.closed(id, end, &$1) }
        case .pathChanged(let path):
            self.pathChanged(path, &turn)
        case .appStateChanged(let state):
            self.tellKeepAlive(.appStateChanged(state), &turn)
        case .clockGap:
            self.processStopped(&turn)
        case .platform(let fact):
            self.tellKeepAlive(.platform(fact), &turn)
        case .launchService(let request):
            self.tellKeepAlive(.launched(request), &turn)
        case .abortService:
            self.tellKeepAlive(.aborted, &turn)
        case .setHold(let handle, let isHeld):
            self.setHold(handle, isHeld, &turn)
        case .setOutput(let output):
            self.tellKeepAlive(.choseOutput(output), &turn)
        case .deadlineReached:
            self.tellKeepAlive(.deadlineReached, &turn)
            self.withAll(&turn) { $0.deadlineReached(&$1) }
        }
    }

    private mutating func pathChanged(_ path: PathStatus, _ turn: inout Turn) {
        let old = turn.environment.path
        turn.environment.path = path
        // The first report names the network that was assumed; it changes nothing.
        let isFirst = old == nil && path != .unsatisfied
        guard old != path, !isFirst else { return }
        self.withAll(&turn) { $0.pathChanged(&$1) }
    }

    /// A handle that is in use is not used twice.
    private mutating func begin(
        _ handle: CallHandle,
        _ request: JoinRequest,
        _ turn: inout Turn,
        _ body: (inout CallEngine, inout Turn) -> Void
    ) {
        guard self.index(of: handle) == nil else { return }
        let call = CallEngine(
            handle: handle,
            request: request,
            seed: self.seeds.next(),
            turn: turn
        )
        let index = self.calls.indices.first { self.calls[$0].handle > handle }
        self.calls.insert(call, at: index ?? self.calls.endIndex)
        self.with(handle, &turn) { $0.conditionsChanged(&$1) }
        self.with(handle, &turn, body)
    }

    /// Lets one call work, where it is so that nothing is copied, and forgets it when it is done.
    mutating func with(
        _ handle: CallHandle?,
        _ turn: inout Turn,
        _ body: (inout CallEngine, inout Turn) -> Void
    ) {
        guard let handle, let index = self.index(of: handle) else { return }
        body(&self.calls[index], &turn)
        if self.calls[index].isDone { self.calls.remove(at: index) }
    }

    mutating func withAll(
        _ turn: inout Turn,
        _ body: (inout CallEngine, inout Turn) -> Void
    ) {
        var index = 0
        while index < self.calls.count {
            body(&self.calls[index], &turn)
            if self.calls[index].isDone { self.calls.remove(at: index) } else { index += 1 }
        }
    }

    private func index(of handle: CallHandle) -> Int? {
        self.calls.indices.first { self.calls[$0].handle == handle }
    }

    private func owner(of id: ConnectionID) -> CallHandle? {
        self.calls.indices.first { self.calls[$0].owns(id) }.map { self.calls[$0].handle }
    }
}
