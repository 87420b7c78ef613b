#if NIO && os(Linux)
import Holdfast
import HoldfastLinux
import HoldfastNIO

// What README.md shows, so that it compiles. It is not run: it wants a server and a network.

/// The reader's own backend.
private struct Backend: Sendable {
    func accessToken(for call: CallID) async throws -> AccessToken { AccessToken("token") }
}

private func join(backend: Backend) async throws {
    // snippet: join
    let configuration = HoldfastClient.Configuration(
        server: "wss://calls.example.com",
        platform: .linux(),
        network: .nio()
    ) { call in
        try await backend.accessToken(for: call)
    }
    try await withHoldfastClient(configuration) { client in
        let settings = CallSettings(displayName: "Ada")
        let call = try await client.join(CallID("stand-up"), settings: settings)
        for await event in call.events {
            print(event)
        }
    }
    // end
}

private func ring(backend: Backend) async throws {
    // snippet: ring
    let configuration = HoldfastClient.Configuration(
        server: "wss://calls.example.com",
        platform: .linux(),
        network: .nio(),
        user: UserID("ada")
    ) { call in
        try await backend.accessToken(for: call)
    }
    try await withHoldfastClient(configuration) { client in
        let ring = try await client.ring([UserID("bob")], call: CallID("stand-up"))
        for await state in ring.states {
            print(state.legs.map(\.state))
        }
        // And the other way round:
        for await event in client.channelEvents {
            guard case .incomingRing(let ring) = event else { continue }
            let call = try await ring.acceptAndJoin()
            print("in the call", call.id)
        }
    }
    // end
}
#endif
