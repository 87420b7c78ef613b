internal import HoldfastCore
public import HoldfastWire

/// Joins calls on one server and keeps them alive, and keeps one user reachable for rings and messages.
///
/// A client works while ``run()`` runs: in a service's task group, or in
/// ``withHoldfastClient(_:_:)``. A process has one client for each server.
public final class HoldfastClient: Sendable {
    let driver: Driver
    /// Nil for a client without a user.
    let channel: Channel?
    private let makeCore: @Sendable () -> DriverCore

    /// Creates a client with an engine of the caller's. Nothing happens until ``run()``.
    package init(
        _ configuration: Configuration,
        makeEngine:
            @escaping @Sendable (
                _ seed: UInt64, _ wallOriginMilliseconds: UInt64
            ) -> any DrivenEngine
    ) throws(HoldfastError) {
        let server = try ServerAddress(parsing: configuration.server)
        guard server.isSecure || server.isLoopback || configuration.plaintext == .allowed else {
            throw .configuration(
                "ws:// sends tokens and keys in the clear. Use wss://, or allow it by `plaintext`."
            )
        }
        guard configuration.deviceID.utf8.count <= Limits.deviceIDBytesMax else {
            throw .configuration("A device id has at most 128 bytes.")
        }
        guard configuration.displayName.utf8.count <= Limits.nameBytesMax else {
            throw .configuration("A display name has at most 256 bytes.")
        }
        guard configuration.user?.isValid ?? true else {
            throw .configuration("A user has 1 to 128 characters of A–Z a–z 0–9 . _ : -")
        }
        guard (.zero...KeepAliveLimits.graceMax).contains(configuration.keepAlive.grace) else {
            throw .configuration(
                "`keepAlive.grace` lies between zero and 180 s; its default is 30 s."
            )
        }
        let recorder = FlightRecorder()
        let driver = Driver(server: server, configuration: configuration, recorder: recorder)
        self.driver = driver
        self.channel = configuration.user.map { Channel(of: $0, driver: driver) }
        self.makeCore = {
            let crypto = configuration.network.crypto
            let seed = crypto.randomBytes(count: 8).reduce(0) { $0 << 8 | UInt64($1) }
            let origin = UInt64(clamping: driver.wallOrigin)
            return DriverCore(
                engine: makeEngine(seed, origin),
                server: server,
                crypto: crypto,
                recorder: recorder,
                hasAvatarLoader: configuration.avatarLoader != nil
            )
        }
    }

    /// Runs the client until the surrounding task is cancelled. Everything the client does happens in
    /// here; when it returns, no task of the client's is left. A token provider or an observing handler
    /// that ignores its cancellation delays that.
    ///
    /// Cancelling leaves no call: connections say that they will be back, sessions stay on the server
    /// for their window, sequences of events end without an end event, and
    /// ``restoreCalls(settings:)`` of the next process returns to them. To leave, call
    /// ``HoldfastCall/leave()`` first.
    ///
    /// - Throws: `invalid_argument` for a second call: a client runs once.
    public func run() async throws(HoldfastError) {
        try await self.driver.run(self.makeCore()) { [channel] in
            await channel?.openIfAutomatic()
        }
    }

    /// Joins a call, and makes it if nobody is in it. Returns when the server has made the join
    /// durable, or has refused it; while there is no network it keeps trying. Waits at most
    /// 5 s for ``run()`` to begin.
    ///
    /// Cancelling the task gives up the join; if the server has made it already, the call is left.
    ///
    /// - Parameters:
    ///   - call: The call, as the app names it.
    ///   - settings: How to join.
    /// - Returns: The call, joined.
    /// - Throws: `invalid_argument`; `already_joined` for a second join of the same call while it
    ///   lasts; `busy` beyond 64 calls; `unauthorized`, `refused`, `untrusted`, `unavailable`;
    ///   `cancelled`; `not_running`.
    public func join(
        _ call: CallID,
        settings: CallSettings = CallSettings()
    ) async throws(HoldfastError) -> HoldfastCall {
        try await self.driver.join(call, settings: settings)
    }

    /// Returns to the calls in which this device was when its process ended, as the session store
    /// kept them. Returns at once; each call tells by its events how it went: `joined`, or its end.
    /// When ``run()`` does not begin within 5 s the sequences end without events; the sessions stay.
    ///
    /// What was not processed before the end of the process comes again: an app that must not do
    /// something twice keeps the message's id with what it did.
    ///
    /// - Parameter settings: For a call whose session is gone and that is joined anew, and for its
    ///   media and microphone in any case.
    /// - Returns: The calls; none when the store is empty or cannot be read, which the flight record
    ///   then says, and none for calls that are joined already.
    public func restoreCalls(settings: CallSettings = CallSettings()) async -> [HoldfastCall] {
        let contents: SessionStoreContents
        do {
            let store = self.driver.configuration.platform.store
            contents = try await store.load(server: self.driver.server)
        } catch {
            self.driver.note("session store: \(error)", .error)
            return []
        }
        for damage in contents.damages { self.driver.note("session store: \(damage)", .error) }
        var calls: [HoldfastCall] = []
        // The user's channel is opened by the client itself.
        for session in contents.sessions where session.call.channelOwner == nil {
            do {
                let deviceID = self.driver.configuration.deviceID
                let request = try settings.request(call: session.call, deviceID: deviceID)
                let record = try self.driver.register(
                    session.call,
                    microphone: settings.microphone
                )
                self.driver.inbox.insist(
                    .engine(.restore(record.handle, session, request))
                )
                self.driver.expectStart(of: record)
                calls.append(HoldfastCall(record: record, driver: self.driver))
            } catch {
                self.driver.note("a kept session was not restored: \(error.code)", .error)
            }
        }
        return calls
    }

    /// The calls that are joined, being joined or being restored.
    public var calls: [HoldfastCall] {
        self.driver.calls.sorted { $0.handle < $1.handle }
            .map { HoldfastCall(record: $0, driver: self.driver) }
    }

    /// What was seen, decided and told, of the client and of all its calls. No names, tokens, addresses
    /// or call ids. For a report about a call that dropped; see also ``HoldfastCall/flightRecord``.
    public var flightRecord: FlightRecord {
        self.driver.recorder.record(wallOrigin: self.driver.wallOrigin)
    }
}

extension HoldfastClient {
    /// Returns when everything that was told to the client before has been handled, at the clock's
    /// present time. For tests, which move that clock; at once when the client does not run.
    package func settle() async { await self.driver.inbox.pass(.turn) }
}

/// Runs `client` beside `body`.
package func withRunning<Result: Sendable>(
    _ client: HoldfastClient,
    _ body: @Sendable @escaping (HoldfastClient) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}
