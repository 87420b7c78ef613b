@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// A client with a user, whose engine is a script: it connects and takes commands unless it is told
/// otherwise, and delivers what a test says.
struct ChannelWorld: Sendable {
    struct Script: Sendable {
        /// Whether `connect` is followed by a connection.
        var connects = true
        /// What a command comes to; nil for an answer that never comes.
        var outcome: @Sendable (Command) -> CommandOutcome? = { _ in .done(LogOffset(7)) }
        /// What a join of a call comes to.
        var joins: SessionEvent?
        /// What a push is followed by.
        var onPush: [SessionEvent] = []
        var pending: [(CallHandle?, SessionEvent)] = []
        var numbers: [CallHandle: UInt64] = [:]
        var log: [ClientEvent] = []
        var isWanted = false
        /// The newest handle of the user's channel.
        var channel: CallHandle?

        mutating func effects(_ event: ClientEvent) -> [ClientEffect] {
            self.log.append(event)
            switch event {
            case .join(let handle, let request): self.began(handle, request.options.call)
            case .restore(let handle, let session, _): self.began(handle, session.call)
            case .connect(let handle):
                guard !self.isWanted else { return [] }
                self.isWanted = true
                self.say(.channel(.state(.connecting)), to: handle)
                if self.connects { self.arrive(handle) }
            case .disconnect(let handle):
                self.isWanted = false
                self.say(.channel(.state(.disconnected)), to: handle)
            case .leave(let handle):
                self.isWanted = false
                self.say(.left, to: handle)
            case .pushArrived(let handle): self.onPush.forEach { self.say($0, to: handle) }
            case .submit(_, let request, let command):
                let outcome = self.outcome(command)
                return self.flush() + (outcome.map { [.finish(request, $0)] } ?? [])
            default: break
            }
            return self.flush()
        }

        private mutating func began(_ handle: CallHandle, _ call: CallID) {
            if call.channelOwner != nil {
                self.channel = handle
            } else if let joins = self.joins {
                self.say(joins, to: handle)
            }
        }

        /// The connection is there, with everything that was missed.
        mutating func arrive(_ handle: CallHandle) {
            self.say(.joined(.fake(CallID("~ada"), "p_me")), to: handle)
            self.say(.channel(.state(.connected)), to: handle)
            self.say(.channel(.caughtUp), to: handle)
        }

        mutating func say(_ event: SessionEvent, to handle: CallHandle?) {
            self.pending.append((handle, event))
        }

        private mutating func flush() -> [ClientEffect] {
            defer { self.pending = [] }
            var effects: [ClientEffect] = []
            for (handle, event) in self.pending {
                guard let handle = handle ?? self.channel else { continue }
                self.numbers[handle, default: 0] += 1
                let number = DeliveryNumber(self.numbers[handle] ?? 0)
                effects.append(.deliver(handle, number, event))
            }
            return effects
        }
    }

    static let ada = UserID("ada")
    static let bob = UserID("bob")

    let world = FakeWorld()
    let script = Locked(Script())

    /// A client that does not run yet.
    func client(
        _ change: (inout HoldfastClient.Configuration) -> Void = { _ in }
    ) throws -> HoldfastClient {
        var configuration = self.world.configuration()
        configuration.user = Self.ada
        configuration.deviceID = "phone"
        configuration.displayName = "Ada"
        change(&configuration)
        return try HoldfastClient(configuration) { [script] _, _ in
            ScriptedEngine { event, _, _ in script.withLock { $0.effects(event) } }
        }
    }

    /// Runs a client whose channel is connected.
    func connected(
        _ body: @escaping @Sendable (HoldfastClient) async throws -> Void
    ) async throws {
        try await withRunning(try self.client()) { client in
            try await client.connect()
            try await body(client)
        }
    }

    /// The engine delivers this to the channel; returns when the client has handled it.
    func deliver(_ events: SessionEvent..., in client: HoldfastClient) async {
        self.script.withLock { script in events.forEach { script.say($0, to: nil) } }
        await client.driver.inbox.pass(.engine(.pathChanged(.satisfied(identity: 1))))
    }

    /// What the engine was told, without the platform's reports.
    var told: [ClientEvent] {
        self.script.withLock { $0.log }.filter { event in
            switch event {
            case .pathChanged, .appStateChanged, .deadlineReached, .clockGap, .processed, .platform:
                false
            default: true
            }
        }
    }

    var commands: [Command] {
        self.told.compactMap { if case .submit(_, _, let command) = $0 { command } else { nil } }
    }

    /// How far the app has got, as the engine knows it.
    var processed: UInt64? {
        self.script.withLock { $0.log }.last { if case .processed = $0 { true } else { false } }
            .flatMap { if case .processed(_, let number) = $0 { number.rawValue } else { nil } }
    }

    /// Returns when the condition holds; the suite's time limit is the limit.
    func until(_ client: HoldfastClient, _ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            await client.settle()
            await Task.yield()
        }
    }
}

extension SessionEvent.SelfDescription {
    static func fake(_ call: CallID, _ participant: String) -> SessionEvent.SelfDescription {
        SessionEvent.SelfDescription(
            call: call,
            participant: ParticipantID(participant),
            title: "",
            kind: .audio,
            idleTimeout: .seconds(300)
        )
    }
}

extension Ring {
    /// Bob rings Ada, as Ada's channel shows it.
    static func incoming(
        _ id: String = "r1",
        _ state: RingState = .ringing,
        reason: RejectReason = .none,
        device: String? = nil
    ) -> Ring {
        Ring(
            id: RingID(id),
            call: CallID("room"),
            from: ChannelWorld.bob,
            fromName: "Bob",
            kind: .video,
            payload: [1, 2],
            startedAtMilliseconds: 1000,
            expiresAtMilliseconds: 61_000,
            legs: [
                Leg(
                    user: ChannelWorld.ada,
                    state: state,
                    reason: reason,
                    device: device.map { ParticipantID($0) }
                )
            ]
        )
    }
}

extension HoldfastEvents.Iterator {
    /// The next so many events.
    mutating func take(_ count: Int) async -> [Element] {
        var taken: [Element] = []
        while taken.count < count, let event = await self.next() { taken.append(event) }
        return taken
    }
}
