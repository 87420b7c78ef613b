#if Server

import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

/// What clients of a running server are told of ICE servers.
@Suite struct ICERenewalTests {
    private static let list = #"[{"urls": ["turn:t"]}]"#

    private static func configure(
        _ configuration: inout CallServer.Configuration,
        _ directory: TemporaryDirectory
    ) throws {
        configuration.iceServerFile = try directory.write(Self.list, to: "ice.json")
        configuration.turnSecretFile = try directory.write("north-south-east-west", to: "secret")
    }

    @Test(.spec("HF-62")) func `a welcome names them on join and on resume`() async throws {
        try await TestServer.run(Self.configure) { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            #expect(welcome.iceServers.map(\.urls) == [["turn:t"]])
            let resumed = try await server.resume(welcome)
            let again = try #require(await resumed.welcome())
            #expect(again.iceServers.map(\.urls) == [["turn:t"]])
            #expect(Self.name(in: welcome.iceServers) == Self.name(in: again.iceServers))
            #expect(Self.name(in: welcome.iceServers)?.count == 16)
        }
    }

    @Test(.spec("HF-62")) func `they come again before they expire`() async throws {
        try await TestServer.run { configuration, directory in
            try Self.configure(&configuration, directory)
            // Shorter than an operator may choose: the test waits for a half of it.
            configuration.turnCredentialLife = .seconds(2)
        } _: { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            let servers = try #require(await Self.nextList(client))
            #expect(servers.map(\.urls) == [["turn:t"]])
            #expect(Self.name(in: servers) == Self.name(in: welcome.iceServers))
            let first = try #require(Self.expiry(in: welcome.iceServers))
            let second = try #require(Self.expiry(in: servers))
            #expect(second > first)
        }
    }

    @Test(.spec("HF-62")) func `after a reload everybody gets the new list`() async throws {
        try await TestServer.run(Self.configure) { server in
            let client = try await server.join()
            _ = try #require(await client.welcome())
            try server.directory.write(#"[{"urls": ["turn:other"]}]"#, to: "ice.json")
            await server.server.reload()
            #expect(await Self.nextList(client)?.map(\.urls) == [["turn:other"]])
            // What cannot be used is refused, and the old list stays.
            try server.directory.write("nonsense", to: "ice.json")
            await server.server.reload()
            #expect(await Self.nextList(client)?.map(\.urls) == [["turn:other"]])
        }
    }

    private static func nextList(_ client: TestClient) async -> [ICEServer]? {
        while case .message(let message) = await client.next() {
            if case .iceServers(let servers) = message { return servers }
        }
        return nil
    }

    /// The part of the user name that stands for the session.
    private static func name(in servers: [ICEServer]) -> Substring? {
        servers.first?.username.split(separator: ":").last
    }

    private static func expiry(in servers: [ICEServer]) -> Int? {
        servers.first?.username.split(separator: ":").first.flatMap { Int($0) }
    }
}

#endif
