@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire

/// A client in a call whose engine is a script: it does what a test says.
struct KeepAliveWorld: Sendable {
    struct Script: Sendable {
        var log: [ClientEvent] = []
        /// Comes out at the next event, whatever it is.
        var pending: [ClientEffect] = []
        /// What a launch is answered with; nil for an answer that never comes.
        var launch: CallServiceStatus?
        var delivered: UInt64 = 0

        mutating func effects(_ event: ClientEvent) -> [ClientEffect] {
            self.log.append(event)
            switch event {
            case .join(let call, let request):
                var description = SessionEvent.SelfDescription.fake(request.options.call, "p_me")
                description.title = "Standup"
                self.deliver(.joined(description), to: call)
            case .leave(let call): self.deliver(.left, to: call)
            case .launchService(let id):
                if let launch = self.launch { self.pending.append(.launched(id, launch)) }
            default: break
            }
            defer { self.pending = [] }
            return self.pending
        }

        mutating func deliver(_ event: SessionEvent, to call: CallHandle) {
            self.delivered += 1
            self.pending.append(.deliver(call, DeliveryNumber(self.delivered), event))
        }
    }

    static let handle = CallHandle(1)

    let world = FakeWorld()
    let fakes = FakeKeepAlive()
    let script = Locked(Script())

    func client(
        profile: PlatformProfile = .android(api: 34),
        _ change: (inout HoldfastClient.Configuration) -> Void = { _ in }
    ) throws(HoldfastError) -> HoldfastClient {
        var configuration = self.world.configuration()
        self.fakes.install(in: &configuration.platform, profile: profile)
        change(&configuration)
        return try HoldfastClient(configuration) { [script] _, _ in
            ScriptedEngine { event, _, _ in script.withLock { $0.effects(event) } }
        }
    }

    func inCall(
        _ change: (inout HoldfastClient.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (HoldfastClient, HoldfastCall) async throws -> Void
    ) async throws {
        try await withRunning(try self.client(change)) { client in
            let call = try await client.join(CallID("standup"))
            try await body(client, call)
        }
    }

    /// The engine wants this done; returns when the client has done it.
    func perform(_ effects: ClientEffect..., in client: HoldfastClient) async {
        self.script.withLock { $0.pending += effects }
        await client.driver.inbox.pass(.engine(.pathChanged(.satisfied(identity: 1))))
    }

    /// The engine tells the call's readers this.
    func report(_ reports: KeepAliveReport..., in client: HoldfastClient) async {
        self.script.withLock { script in
            for report in reports { script.deliver(.keepAlive(report), to: Self.handle) }
        }
        await client.driver.inbox.pass(.engine(.pathChanged(.satisfied(identity: 1))))
    }

    /// Where the engine was told that the app is, each time.
    var states: [AppState] {
        self.script.withLock { $0.log }.compactMap {
            if case .appStateChanged(let state) = $0 { state } else { nil }
        }
    }

    /// What the engine was told by the platform, without what holds at the start.
    var facts: [PlatformFact] {
        self.script.withLock { $0.log }.compactMap { event in
            switch event {
            case .platform(.permissions), .platform(.lockChanged): nil
            case .platform(let fact): fact
            default: nil
            }
        }
    }

    /// Waits until the engine was told this many facts, and gives them.
    func facts(_ count: Int, _ client: HoldfastClient) async -> [PlatformFact] {
        while self.facts.count < count { await client.settle() }
        return self.facts
    }
}
