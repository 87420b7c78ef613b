import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The client with its real engine, against a server and a world that are fakes.
@Suite(.timeLimit(.minutes(1))) struct HoldfastClientTests {
    private let world = FakeWorld()
    private let call = CallID("standup")

    @Test func `a join returns when the server has answered`() async throws {
        try await withHoldfastClient(self.world.configuration()) { client in
            let settings = CallSettings(title: "Daily", displayName: "Ada")
            let call = try await client.join(self.call, settings: settings)
            #expect(call.id == self.call)
            #expect(call.connectionState == .connected)
            #expect(call.localParticipant == self.world.server.local)
            var events = call.events.makeAsyncIterator()
            guard case .joined(let joined) = await events.next() else {
                Issue.record("the first event is not joined")
                return
            }
            #expect(joined.call == self.call)
            #expect(joined.participant == self.world.server.local)
            #expect(joined.title == "fake")
            #expect(call.participants == [])
        }
        #expect(self.world.server.faults == [])
    }

    @Test func `the request of a join is what the protocol says`() async throws {
        try await withHoldfastClient(self.world.configuration()) { client in
            _ = try await client.join(self.call)
        }
        let request = try #require(self.world.transport.requests.first)
        #expect(request.target == "/v1/connect?call=standup")
        #expect(request.subprotocols == ["holdfast.v1"])
        #expect(request.fields.map(\.name) == ["Authorization", "X-Holdfast-Options"])
        #expect(request.server.authority == "calls.example.com")
    }

    @Test func `a refused join throws what to do about it`() async throws {
        try await withHoldfastClient(self.world.configuration()) { client in
            self.world.server.refuse(with: .limit)
            let full = await #expect(throws: HoldfastError.self) {
                try await client.join(self.call)
            }
            #expect(full?.code == .refused)
            #expect(full?.remedy == .stop)
            // The call is not kept: a second join is another attempt.
            self.world.server.refuse(with: nil)
            _ = try await client.join(self.call)
        }
    }

    @Test func `a token that the server refuses asks for another`() async throws {
        let configuration = self.world.configuration { _ in AccessToken("bad-token") }
        try await withHoldfastClient(configuration) { client in
            let error = await #expect(throws: HoldfastError.self) {
                try await client.join(self.call)
            }
            #expect(error?.code == .unauthorized)
            #expect(error?.remedy == .reauthenticate)
        }
    }

    @Test(arguments: ["", "a b", "a\r\nX-Evil: 1", String(repeating: "x", count: 4097)])
    func `a token that cannot travel never does`(token: String) async throws {
        let configuration = self.world.configuration { _ in AccessToken(token) }
        try await withHoldfastClient(configuration) { client in
            let join = Task { try await client.join(self.call) }
            await self.world.pass(.seconds(3), client)
            #expect(self.world.transport.requests.isEmpty)
            join.cancel()
            await #expect(throws: HoldfastError.self) { try await join.value }
        }
    }

    @Test func `the same call is joined once`() async throws {
        try await withHoldfastClient(self.world.configuration()) { client in
            let call = try await client.join(self.call)
            let error = await #expect(throws: HoldfastError.self) {
                try await client.join(self.call)
            }
            #expect(error?.code == .alreadyJoined)
            #expect(client.calls.map(\.id) == [call.id])
        }
    }

    @Test func `a join without a running client says so`() async throws {
        let client = try HoldfastClient(self.world.configuration())
        let join = Task { try await client.join(self.call) }
        // The join waits on the clock; until it does, there is nothing to move.
        while !join.isCancelled, client.calls.isEmpty { await Task.yield() }
        let mover = Task {
            while !Task.isCancelled {
                self.world.clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        let error = await #expect(throws: HoldfastError.self) { try await join.value }
        mover.cancel()
        #expect(error?.code == .notRunning)
        #expect(client.calls.isEmpty)
    }

    @Test func `calls are not restored by a client that never runs`() async throws {
        let server = try ServerAddress(parsing: "wss://calls.example.com")
        try await self.world.store.save(storedSession(call: "c", counter: 1), server: server)
        let client = try HoldfastClient(self.world.configuration())
        let call = try #require(await client.restoreCalls().first)
        let events = Task {
            var seen: [HoldfastCall.Event] = []
            for await event in call.events { seen.append(event) }
            return seen
        }
        let mover = Task {
            while !Task.isCancelled {
                self.world.clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        #expect(await events.value == [])
        await call.leave()
        mover.cancel()
        // The session is still there for a client that runs.
        #expect(try await self.world.store.load(server: server).sessions.count == 1)
        try await withRunning(client) { client in
            await client.settle()
            #expect(self.world.transport.requests.isEmpty)
            #expect(await client.restoreCalls().count == 1)
        }
    }

    @Test func `a cancelled join gives up the call`() async throws {
        self.world.transport.setPeer { _ in }
        try await withHoldfastClient(self.world.configuration()) { client in
            let join = Task { try await client.join(self.call) }
            await self.world.pass(.seconds(1), client)
            join.cancel()
            let error = await #expect(throws: HoldfastError.self) { try await join.value }
            #expect(error?.code == .cancelled)
            await self.world.pass(.seconds(10), client)
            #expect(client.calls.isEmpty)
        }
    }

    @Test func `a client runs once`() async throws {
        let client = try HoldfastClient(self.world.configuration())
        try await withRunning(client) { client in
            _ = try await client.join(self.call)
            await #expect(throws: HoldfastError.self) { try await client.run() }
        }
        await #expect(throws: HoldfastError.self) { try await client.run() }
        let error = await #expect(throws: HoldfastError.self) { try await client.join(self.call) }
        #expect(error?.code == .notRunning)
    }

    @Test(arguments: [
        "https://[[;1]:443", "wss://[name]", "wss://a[b", "wss://host:+1", "calls.example.com",
        "ftp://calls.example.com", "wss://", "wss://user@host", "wss://host:0",
        "wss://host:65536", "wss://ho st", "wss://host/?a", "wss://[::1", "ws://calls.example.com",
    ])
    func `a server address that cannot be used is refused`(address: String) {
        let error = #expect(throws: HoldfastError.self) {
            try HoldfastClient(self.world.configuration(server: address))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test(arguments: [
        "ws://127.0.0.1:8080", "ws://localhost", "ws://[::1]:1", "https://a.example/x/",
    ])
    func `a server on this machine needs no TLS`(address: String) throws {
        _ = try HoldfastClient(self.world.configuration(server: address))
    }

    @Test(arguments: [
        CallSettings(title: String(repeating: "ü", count: 129)),
        CallSettings(displayName: String(repeating: "x", count: 257)),
        CallSettings(idleTimeout: .seconds(-1)),
    ])
    func `settings out of bounds are refused before anything is sent`(
        settings: CallSettings
    ) async throws {
        let client = try HoldfastClient(self.world.configuration())
        let error = await #expect(throws: HoldfastError.self) {
            try await client.join(self.call, settings: settings)
        }
        #expect(error?.code == .invalidArgument)
        for id in ["", "a b", "ä", String(repeating: "x", count: 129)] {
            await #expect(throws: HoldfastError.self) { try await client.join(CallID(id)) }
        }
        #expect(client.calls.isEmpty)
    }

    @Test func `nothing secret and nothing personal is in the flight record`() async throws {
        let client = try HoldfastClient(self.world.configuration())
        try await withRunning(client) { client in
            let settings = CallSettings(title: "Secret title", displayName: "Ada Lovelace")
            let call = try await client.join(self.call, settings: settings)
            try await call.send(text: "a secret")
            self.world.server.connection?.end(.reset)
            await self.world.pass(.seconds(5), client)
            await call.leave()
        }
        #expect(!client.flightRecord.lines.isEmpty)
        for line in client.flightRecord.lines {
            for word in ["good-token", "Ada", "Secret", "a secret", "standup", "example.com"] {
                #expect(!line.contains(word), "\(line)")
            }
        }
    }
}
