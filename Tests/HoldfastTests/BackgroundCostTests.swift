import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// What a call in the background costs by the engine's own rules: the real driver and codec, an hour of
/// invented time. `docs/performance.md` has it beside what is counted on a real process.
@Suite struct BackgroundCostTests {
    @Test func `an hour in the background is a ping every 30 s, and the page says so`() async throws
    {
        let count = try await Self.hour(in: .background)
        #expect(count.instants.count == 120)
        let row = { (name: String, count: Traffic) in
            "| \(name) | \(count.instants.count) | \(count.frameCount) | \(count.byteCount) |"
        }
        let shown = try await Self.hour(in: .foreground)
        try RecordedTable(in: "docs/performance.md", name: "background-model").verify(
            """
            | the phone with the call | wakings an hour | frames an hour | bytes an hour |
            |---|---|---|---|
            \(row("on the screen", shown))
            \(row("in the background", count))
            """
        )
    }

    /// What went over a connection.
    struct Traffic: Sendable {
        var instants: Set<MonotonicInstant> = []
        var frameCount = 0
        /// With the header of each WebSocket frame, without TCP and IP.
        var byteCount = 0
    }

    /// An hour of a call in which nobody speaks and no media run.
    private static func hour(in state: AppState) async throws -> Traffic {
        let world = FakeWorld()
        let transport = CountingTransport(world.transport, clock: world.clock)
        var configuration = world.configuration()
        configuration.network = HoldfastNetwork(transport: transport, crypto: FakeCryptography())
        return try await withHoldfastClient(configuration) { client in
            _ = try await client.join(CallID("demo"))
            world.lifecycle.state.set(state)
            await world.pass(.seconds(60), client)
            let before = transport.traffic
            await world.pass(.seconds(3600), client)
            let after = transport.traffic
            return Traffic(
                instants: after.instants.subtracting(before.instants),
                frameCount: after.frameCount - before.frameCount,
                byteCount: after.byteCount - before.byteCount
            )
        }
    }
}

/// Counts what another transport carries.
private final class CountingTransport: Transport {
    private let inner: FakeTransport
    private let clock: ManualClock
    private let counted = Locked(BackgroundCostTests.Traffic())

    init(_ inner: FakeTransport, clock: ManualClock) {
        self.inner = inner
        self.clock = clock
    }

    var traffic: BackgroundCostTests.Traffic { self.counted.withLock { $0 } }

    func connect(
        _ request: TransportRequest,
        events: @escaping @Sendable (TransportEvent) -> Void
    ) -> any TransportConnection {
        let connection = self.inner.connect(request) { event in
            // A server's frame has two bytes of header, up to 125 bytes of content.
            if case .received(let message) = event { self.add(message, header: 2) }
            events(event)
        }
        return CountingConnection(inner: connection) { self.add($0, header: 6) }
    }

    private func add(_ message: TransportMessage, header: Int) {
        let now = self.clock.now()
        self.counted.withLock { traffic in
            traffic.instants.insert(now)
            traffic.frameCount += 1
            traffic.byteCount += message.bytes.count + header
        }
    }
}

private struct CountingConnection: TransportConnection {
    let inner: any TransportConnection
    let count: @Sendable (TransportMessage) -> Void

    func send(_ message: TransportMessage) {
        self.count(message)
        self.inner.send(message)
    }

    func close(_ code: CloseCode) { self.inner.close(code) }
}
