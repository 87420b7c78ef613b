internal import HoldfastCore
internal import HoldfastWire

/// The user's channel, over all its sessions: opening, connecting, asking.
final class Channel: Sendable {
    /// How long ``HoldfastClient/disconnect()`` and ``HoldfastClient/signOut()`` wait.
    static let endTimeout: Duration = .seconds(5)
    /// After this time a connection that was there when a push came is one that works: a dead one is
    /// found out by a probe before.
    static let probeTime: Duration = .seconds(5)

    private struct State {
        var record: ChannelRecord
        var isOpening = false
        var watched: [UserID] = []
    }

    let user: UserID
    let driver: Driver
    private let state: Locked<State>

    init(of user: UserID, driver: Driver) {
        self.user = user
        self.driver = driver
        let isWanted = driver.configuration.channel == .automatic
        let record = Self.makeRecord(of: user, isWanted: isWanted, driver)
        self.state = Locked(State(record: record))
        record.update { model, _ in model.channel = self }
    }

    private static func makeRecord(
        of user: UserID,
        isWanted: Bool,
        _ driver: Driver
    ) -> ChannelRecord {
        driver.register(
            channel: CallID(channelOf: user),
            model: ChannelModel(user: user, isWanted: isWanted)
        )
    }

    /// The present session, or the last.
    var record: ChannelRecord { self.state.withLock { $0.record } }

    // MARK: - Opening

    func openIfAutomatic() async {
        guard self.driver.configuration.channel == .automatic else { return }
        let record = self.record
        await self.open(record)
        // The app may have disconnected meanwhile.
        if record.model.isWanted { self.tell(.connect(record.handle)) }
    }

    /// Tells the engine of the channel: with the session that the store kept, or as a new one.
    private func open(_ record: ChannelRecord) async {
        let isFirst = self.state.withLock { state in
            guard state.record.handle == record.handle, !state.isOpening else { return false }
            state.isOpening = true
            return true
        }
        guard isFirst else { return _ = await record.wait { $0.isOpen } }
        let configuration = self.driver.configuration
        let options = JoinOptions(
            call: record.call,
            displayName: configuration.displayName,
            deviceID: configuration.deviceID
        )
        let request = JoinRequest(options: options)
        if let session = await self.keptSession() {
            self.tell(.restore(record.handle, session, request))
        } else {
            self.tell(.join(record.handle, request))
        }
        let watched = self.state.withLock { $0.watched }
        if !watched.isEmpty {
            self.driver.inbox.setWatched(record.handle, watched)
        }
        record.update { model, _ in model.isOpen = true }
    }

    private func keptSession() async -> StoredSession? {
        do {
            let store = self.driver.configuration.platform.store
            let contents = try await store.load(server: self.driver.server)
            for damage in contents.damages { self.driver.note("session store: \(damage)", .error) }
            return contents.sessions.first { $0.call == self.record.call }
        } catch {
            self.driver.note("session store: \(error)", .error)
            return nil
        }
    }

    // MARK: - Connecting

    func connect() async throws(HoldfastError) {
        guard await self.driver.waitForStart() else { throw .notRunning }
        let record = self.freshRecord()
        record.update { model, _ in model.isWanted = true }
        await self.open(record)
        if Task.isCancelled { throw .cancelled }
        self.tell(.connect(record.handle))
        switch await record.wait(for: { $0.isConnected || ($0.end == nil && !$0.isWanted) }) {
        case .reached:
            guard record.model.isConnected else { throw .cancelled }
        case .ended(.closed(let reason)): throw HoldfastError(end: .closed(reason))
        case .ended: throw .notConnected
        case .cancelled, .timedOut: throw .cancelled
        case .stopped: throw .notRunning
        }
    }

    /// The present session, or a new one when that is over.
    private func freshRecord() -> ChannelRecord {
        let old = self.record
        guard old.model.end != nil else { return old }
        let fresh = Self.makeRecord(of: self.user, isWanted: true, self.driver)
        fresh.update { model, _ in model.channel = self }
        let record = self.state.withLock { state in
            // Another task may have been first.
            guard state.record.handle == old.handle else { return state.record }
            state.record = fresh
            state.isOpening = false
            return fresh
        }
        if record.handle != fresh.handle { self.driver.forget(fresh.handle) }
        return record
    }

    func disconnect() async {
        let record = self.record
        record.update { model, _ in
            model.isWanted = false
            model.isDisconnecting = model.connection != .disconnected
        }
        self.tell(.disconnect(record.handle))
        _ = await record.wait(until: self.driver.clock.now().advanced(by: Self.endTimeout)) {
            $0.connection == .disconnected
        }
    }

    func signOut() async throws(HoldfastError) {
        guard await self.driver.waitForStart() else { throw .notRunning }
        let record = self.record
        guard record.model.end == nil else { return }
        // What an earlier process left at the server is signed out, too.
        await self.open(record)
        await self.driver.leave(record)
    }

    // MARK: - Asking

    /// Has the server do something, once. A channel that sleeps in the background wakes up for it.
    func submit(_ command: Command) async throws(HoldfastError) -> LogOffset {
        guard await self.driver.waitForStart() else { throw .notRunning }
        let record = self.record
        switch await record.wait(for: { $0.isOpen || !$0.isWanted }) {
        case .reached where record.model.isWanted: break
        case .reached, .ended: throw .notConnected
        case .cancelled, .timedOut: throw .cancelled
        case .stopped: throw .notRunning
        }
        if record.model.connection == .suspended { self.tell(.pushArrived(record.handle)) }
        return try await self.driver.submit(command, in: record.handle).offset()
    }

    func watch(_ users: [UserID]) {
        let record = self.state.withLock { state in
            state.watched = users
            return state.record
        }
        record.update { model, _ in model.watch(users) }
        self.driver.inbox.setWatched(record.handle, users)
    }

    func handlePush(within limit: Duration) async -> HoldfastClient.PushOutcome {
        let begin = self.driver.clock.now()
        let deadline = begin.advanced(by: limit)
        guard await self.driver.waitForStart() else { return .offline }
        let record = self.record
        guard
            case .reached = await record.wait(until: deadline, for: { $0.isOpen || !$0.isWanted }),
            record.model.isWanted
        else { return record.model.end == .signedOut ? .nothing : .offline }
        let before = record.model
        self.tell(.pushArrived(record.handle))
        if before.isCurrent {
            _ = await record.wait(until: min(deadline, begin.advanced(by: Self.probeTime))) {
                $0.catchUpCount > before.catchUpCount || !$0.isCurrent || !$0.rings.isEmpty
            }
            if record.model.isCurrent { return Self.outcome(record.model) }
        }
        let result = await record.wait(until: deadline) {
            $0.catchUpCount > before.catchUpCount
        }
        let after = record.model
        if case .reached = result { return Self.outcome(after) }
        return after.rings.isEmpty ? .offline : Self.outcome(after)
    }

    private static func outcome(_ model: ChannelModel) -> HoldfastClient.PushOutcome {
        model.rings.isEmpty ? .nothing : .ringing(model.rings)
    }

    private func tell(_ event: ClientEvent) { self.driver.inbox.insist(.engine(event)) }
}
