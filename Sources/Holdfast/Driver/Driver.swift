internal import HoldfastCore
internal import HoldfastWire

/// What app and driver's task share: the calls, who waits for what, and the way into the inbox.
///
/// The engine itself is owned by ``run(_:)`` alone.
final class Driver: Sendable {
    /// Calls of one client at a time.
    static let callCountMax = 64
    /// How long ``HoldfastCall/leave()`` waits.
    static let leaveTimeout: Duration = .seconds(5)
    /// How long whatever needs it waits for `run()` to begin.
    static let startTimeout: Duration = .seconds(5)

    enum Phase: Sendable { case created, running, stopped }

    private struct Shared {
        var phase = Phase.created
        var records: [CallHandle: any DrivenRecord] = [:]
        var lastHandle: UInt32 = 0
        /// Who waits for `run()` to begin.
        var starters: [CheckedContinuation<Bool, Never>] = []
        /// Calls that are being left: the engine is told once.
        var leaving: Set<CallHandle> = []
    }

    let server: ServerAddress
    let configuration: HoldfastClient.Configuration
    let recorder: FlightRecorder
    let inbox = Inbox()
    let workers = Workers()
    let launches = Requests<CallServiceStatus>()
    private let commands = Requests<CommandOutcome>()
    private let keepAlive: Locked<KeepAliveState>
    private let shared = Locked(Shared())

    var clock: any ClockSource { self.configuration.platform.clock }

    /// The time of day at the clock's zero, which may lie long before this process, in milliseconds
    /// since 1970.
    var wallOrigin: Int64 {
        let clock = self.clock
        let sinceZero = clock.now().offset.milliseconds
        return clock.wallMilliseconds().subtracting(sinceZero)
    }

    init(
        server: ServerAddress,
        configuration: HoldfastClient.Configuration,
        recorder: FlightRecorder
    ) {
        self.server = server
        self.configuration = configuration
        self.recorder = recorder
        self.keepAlive = Locked(KeepAliveState(profile: configuration.platform.profile))
    }

    // MARK: - Calls

    /// Makes room for a call.
    func register(
        _ call: CallID,
        microphone: MicrophoneState
    ) throws(HoldfastError) -> CallRecord {
        let record = try self.shared.withLock { shared throws(HoldfastError) in
            guard shared.phase != .stopped else { throw .notRunning }
            guard !shared.records.values.contains(where: { $0.call == call }) else {
                throw .alreadyJoined
            }
            guard shared.records.values.count(where: { $0 is CallRecord }) < Self.callCountMax
            else { throw .busy }
            shared.lastHandle += 1
            let record = CallRecord(
                handle: CallHandle(shared.lastHandle),
                call: call,
                microphone: microphone,
                clock: self.clock,
                inbox: self.inbox
            )
            shared.records[record.handle] = record
            return record
        }
        self.recorder.begin(record.handle)
        return record
    }

    /// Makes a record for a session of a user's channel. After the client's end it gets no events.
    func register(channel: CallID, model: ChannelModel) -> ChannelRecord {
        let (record, isOver) = self.shared.withLock { shared in
            shared.lastHandle += 1
            let record = ChannelRecord(
                handle: CallHandle(shared.lastHandle),
                call: channel,
                model: model,
                clock: self.clock,
                inbox: self.inbox
            )
            shared.records[record.handle] = record
            return (record, shared.phase == .stopped)
        }
        self.recorder.begin(record.handle)
        if isOver { record.stop() }
        return record
    }

    func record(of handle: CallHandle) -> (any DrivenRecord)? {
        self.shared.withLock { $0.records[handle] }
    }

    var records: [any DrivenRecord] { self.shared.withLock { Array($0.records.values) } }

    var calls: [CallRecord] { self.records.compactMap { $0 as? CallRecord } }

    func forget(_ handle: CallHandle) {
        self.shared.withLock { shared in
            shared.records[handle] = nil
            shared.leaving.remove(handle)
        }
        self.recorder.end(handle)
        if self.calls.isEmpty { self.keepAlive.withLock { $0.service = $0.idle } }
    }

    /// Lets go of a call that nobody runs: waiting for a client whose `run()` never began would be
    /// waiting for ever. Whatever waits in the inbox for this call is taken back; nothing is sent.
    func expectStart(of record: CallRecord) {
        guard self.shared.withLock({ $0.phase == .created }) else { return }
        let deadline = self.clock.now().advanced(by: Self.startTimeout)
        self.workers.start {
            try? await self.clock.sleep(until: deadline)
            guard self.shared.withLock({ $0.phase == .created }) else { return }
            self.inbox.withdraw(record.handle)
            record.stop()
            self.forget(record.handle)
        }
    }

    /// Whether `run()` runs; it is given ``startTimeout`` to begin.
    func waitForStart() async -> Bool {
        let deadline = self.clock.now().advanced(by: Self.startTimeout)
        let isWaiting = self.shared.withLock { $0.phase == .created }
        if isWaiting {
            self.workers.start {
                try? await self.clock.sleep(until: deadline)
                self.releaseStarters(false)
            }
        }
        return await withCheckedContinuation { continuation in
            let answer: Bool? = self.shared.withLock { shared in
                guard shared.phase == .created else { return shared.phase == .running }
                shared.starters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func releaseStarters(_ isRunning: Bool) {
        let starters = self.shared.withLock { shared in
            defer { shared.starters = [] }
            return shared.starters
        }
        for starter in starters { starter.resume(returning: isRunning) }
    }

    // MARK: - Requests of the app's

    func submit(
        _ command: Command,
        in call: CallHandle
    ) async -> Requests<CommandOutcome>.Answer {
        await self.commands.ask { [inbox] id in inbox.offer(.engine(.submit(call, id, command))) }
    }

    func finish(_ request: RequestID, _ outcome: CommandOutcome) {
        self.commands.answer(request, .outcome(outcome))
    }

    func leave<Model>(_ record: Record<Model>) async {
        let isFirst = self.shared.withLock { shared in
            guard shared.records[record.handle] != nil else { return false }
            return shared.leaving.insert(record.handle).inserted
        }
        if isFirst { self.inbox.insist(.engine(.leave(record.handle))) }
        await record.waitUntilEnded(until: self.clock.now().advanced(by: Self.leaveTimeout))
    }

    /// Gives up a call whose join was cancelled.
    func abandon(_ record: CallRecord) {
        self.inbox.insist(.engine(.leave(record.handle)))
    }

    func reconnect(_ call: CallHandle) {
        // Refused by a full inbox only while there is plenty to do on a connection that works.
        if !self.inbox.offer(.engine(.reconnectNow(call))) { self.note("reconnectNow: inbox full") }
    }

    func note(
        _ text: String,
        _ kind: FlightRecord.Kind = .decision,
        call: CallHandle? = nil
    ) {
        self.recorder.note(text, kind, call: call, at: self.clock.now())
    }

    // MARK: - Keep-alive

    /// How the service stands: as it was told last, while there is a call.
    var serviceStatus: CallServiceStatus {
        let hasCalls = !self.calls.isEmpty
        return self.keepAlive.withLock { hasCalls ? $0.service : $0.idle }
    }

    func serviceChanged(to status: CallServiceStatus) {
        self.keepAlive.withLock { $0.service = status }
    }

    // MARK: - Running

    /// Runs until the surrounding task is cancelled; then every task of the driver has ended.
    /// `begin` works beside everything else.
    func run(
        _ core: consuming DriverCore,
        begin: @escaping @Sendable () async -> Void
    ) async throws(HoldfastError) {
        let isFirst = self.shared.withLock { shared in
            defer { if shared.phase == .created { shared.phase = .running } }
            return shared.phase == .created
        }
        guard isFirst else { throw .alreadyRunning }
        self.releaseStarters(true)
        self.workers.start(begin)
        self.workers.start { [inbox, path = self.path] in
            for await status in path.updates { await inbox.pass(.engine(.pathChanged(status))) }
        }
        // Before the first command is carried out: no answer is missed.
        let present = await self.listen()
        var shell = DriverShell(driver: self, core: core)
        shell.begin(with: present)
        for await _ in self.inbox.wakes { shell.turn() }

        shell.suspend()
        self.shared.withLock { $0.phase = .stopped }
        self.commands.stop()
        self.launches.stop()
        self.inbox.close()
        for record in self.records { record.stop() }
        await shell.store.finish()
        await self.workers.stopAll()
    }

    /// A server on this machine is reachable whatever the interfaces do.
    private var path: any NetworkPath {
        self.server.isLoopback ? LoopbackPath() : self.configuration.platform.path
    }
}

/// What app and driver share of what keeps calls alive.
private struct KeepAliveState: Sendable {
    /// While there is no call.
    let idle: CallServiceStatus
    var service: CallServiceStatus

    init(profile: PlatformProfile) {
        self.idle = profile.service == nil ? .notNeeded : .refused(.noCall)
        self.service = self.idle
    }
}

extension Int64 {
    /// Saturates instead of trapping.
    fileprivate func subtracting(_ other: Int64) -> Int64 {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
