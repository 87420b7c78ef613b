import Holdfast
import HoldfastCore
import HoldfastSpec
import Testing

/// A client with fakes around it and the real engine inside.
struct FakeWorld: Sendable {
    let clock = ManualClock()
    let server = FakeServer()
    let path = FakePath()
    let lifecycle = FakeLifecycle()
    let store: FakeSessionStore
    let media = FakeMediaEngine()
    let transport: FakeTransport

    init(store: FakeSessionStore = FakeSessionStore()) {
        self.store = store
        self.transport = FakeTransport(peer: self.server.peer)
    }

    func configuration(
        server: String = "wss://calls.example.com",
        token: @escaping TokenProvider = { _ in AccessToken("good-token") }
    ) -> HoldfastClient.Configuration {
        HoldfastClient.Configuration(
            server: server,
            platform: HoldfastPlatform(
                path: self.path,
                lifecycle: self.lifecycle,
                store: self.store,
                clock: self.clock
            ),
            network: HoldfastNetwork(transport: self.transport, crypto: FakeCryptography()),
            mediaEngine: { [media] in media },
            tokenProvider: token
        )
    }

    /// Lets time pass in steps that no clock gap hides in, and everything happen that follows.
    func pass(_ duration: Duration, _ client: HoldfastClient) async {
        let step: Duration = .milliseconds(500)
        var rest = duration
        while rest > .zero {
            self.clock.advance(by: min(step, rest))
            rest -= step
            // A turn, and one for what its effects brought about.
            for _ in 1...3 { await client.settle() }
        }
    }
}

extension HoldfastCall.Events.Iterator {
    /// The next event that is not about media.
    mutating func nextRelevant() async -> HoldfastCall.Event? {
        while let event = await self.next() {
            if case .media = event { continue }
            return event
        }
        return nil
    }
}
