#if NIO
import Holdfast
import HoldfastCore
import HoldfastNIO
import HoldfastSpec
import HoldfastWire
import Testing

private typealias Server = WebSocketTestServer
private typealias Frame = WebSocketTestServer.Frame

/// Real sockets on 127.0.0.1; the peer is scripted byte by byte.
@Suite(.timeLimit(.minutes(1))) struct NIOTransportTests {
    private let transport = NIOTransport()
    private let probe = TransportProbe()

    @Test func `keeps the contract of transports over ws`() async throws {
        let server = try await Server()
        await checkTransportContract(
            self.transport,
            peers: TransportContractPeers(
                echo: try server.address(),
                nobody: try await closedPort()
            )
        )
    }

    @Test func `sends the request it was given`() async throws {
        let server = try await Server()
        let address = try server.address(path: "/prefix")
        var request = TransportRequest(server: address, target: "/prefix/v1/connect?call=a")
        request.fields = [try #require(.init(name: "Authorization", value: "Bearer abc"))]
        request.subprotocols = ["holdfast.v1", "holdfast.v1.json"]
        let connection = self.transport.connect(request, events: self.probe.sink)
        #expect(await self.probe.next() == .opened(subprotocol: "holdfast.v1"))
        var requests = server.requests.makeAsyncIterator()
        let seen = try #require(await requests.next())
        #expect(seen.line == "GET /prefix/v1/connect?call=a HTTP/1.1")
        #expect(seen.value("Host") == "127.0.0.1:\(server.port)")
        #expect(seen.value("Authorization") == "Bearer abc")
        #expect(seen.value("Sec-WebSocket-Protocol") == "holdfast.v1, holdfast.v1.json")
        #expect(seen.value("Sec-WebSocket-Version") == "13")
        connection.close(.normal)
    }

    @Test func `a header value cannot add a line to the request`() {
        #expect(TransportRequest.Field(name: "Authorization", value: "a\r\nX: b") == nil)
        #expect(TransportRequest.Field(name: "Authorization", value: "a\u{E9}") == nil)
    }

    @Test func `frames in the same packet as the 101 are kept`() async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { request in
            request.accepted(
                followedBy: Frame.bytes(opcode: 2, [1, 2, 3]) + Frame.bytes(opcode: 1, [0x61])
                    + Frame.close(4505)
            )
        }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address())
        #expect(await self.probe.next() == .opened(subprotocol: Limits.subprotocolBinary))
        #expect(await self.next() == .received(.init(bytes: [1, 2, 3], kind: .binary)))
        #expect(await self.next() == .received(.init(bytes: [0x61], kind: .text)))
        #expect(await self.next() == .closed(.closed(.superseded)))
        withExtendedLifetime(connection) {}
    }

    @Test func `a server that never answers times out`() async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { _ in nil }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address(), timeout: .milliseconds(200))
        #expect(await self.next() == .closed(.timedOut))
        withExtendedLifetime(connection) {}
    }

    @Test(arguments: [
        (401, "", nil),
        (429, "Retry-After: 3\r\n", Duration.seconds(3)),
        (503, "Retry-After: 1\r\nX-Retry-Ms: 250\r\n", .milliseconds(250)),
        (503, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", nil),
        (503, "X-Retry-Ms: 99999999999999\r\n", .seconds(3600)),
        (302, "Location: http://elsewhere.example/\r\n", nil),
        (200, "Content-Length: 0\r\n", nil),
    ])
    func `a refused upgrade reports its status`(
        status: Int,
        fields: String,
        retryAfter: Duration?
    ) async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { _ in Array("HTTP/1.1 \(status) No\r\n\(fields)\r\n".utf8) }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address())
        #expect(await self.next() == .closed(.rejected(status: status, retryAfter: retryAfter)))
        withExtendedLifetime(connection) {}
    }

    @Test(arguments: [
        "HTTP/1.1 101 No\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: AAAA\r\n\r\n",
        "HTTP/1.1 101 No\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ])
    func `an answer that is no upgrade breaks the attempt`(answer: String) async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { _ in Array(answer.utf8) }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address())
        #expect(await self.next() == .closed(.reset))
        withExtendedLifetime(connection) {}
    }

    @Test func `a subprotocol that was not offered breaks the attempt`() async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { $0.accepted(subprotocol: "mqtt") }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address())
        #expect(await self.next() == .closed(.reset))
        withExtendedLifetime(connection) {}
    }

    @Test func `no subprotocol is reported as none`() async throws {
        var behaviour = Server.Behaviour()
        behaviour.answer = { $0.accepted(subprotocol: nil) }
        let server = try await Server(behaviour)
        let connection = self.connect(to: try server.address())
        #expect(await self.next() == .opened(subprotocol: nil))
        connection.close(.normal)
    }

    @Test func `a name that nobody knows is unreachable`() async throws {
        var configuration = NIOTransport.Configuration()
        configuration.lookup = { _, _ in throw UnknownName() }
        let transport = NIOTransport(configuration: configuration)
        let address = try ServerAddress(parsing: "ws://calls.invalid")
        _ = transport.connect(self.probe.request(to: address), events: self.probe.sink)
        #expect(await self.next() == .closed(.unreachable))
    }

    @Test func `an address that worked is used again without asking for the name`() async throws {
        let server = try await Server()
        let answers = Locked([try SocketAddresses.loopback(port: server.port)])
        var configuration = NIOTransport.Configuration()
        configuration.lookup = { _, _ in
            guard let answer = answers.withLock({ $0.popLast() }) else { throw UnknownName() }
            return [answer]
        }
        let transport = NIOTransport(configuration: configuration)
        let address = try ServerAddress(parsing: "ws://calls.invalid:\(server.port)")
        for _ in 1...3 {
            let probe = TransportProbe()
            let connection = transport.connect(probe.request(to: address), events: probe.sink)
            #expect(await probe.next() == .opened(subprotocol: Limits.subprotocolBinary))
            connection.close(.normal)
        }
    }

    @Test func `a stale address loses against a fresh one`() async throws {
        let old = try await Server()
        let new = try await Server()
        let ports = Locked([new.port, old.port])
        var configuration = NIOTransport.Configuration()
        configuration.lookup = { _, _ in
            [try SocketAddresses.loopback(port: ports.withLock { $0.popLast() } ?? 1)]
        }
        let transport = NIOTransport(configuration: configuration)
        let address = try ServerAddress(parsing: "ws://calls.invalid:1")
        for isLast in [false, true] {
            let probe = TransportProbe()
            let connection = transport.connect(probe.request(to: address), events: probe.sink)
            #expect(await probe.next() == .opened(subprotocol: Limits.subprotocolBinary))
            connection.close(.normal)
            if !isLast { try await old.close() }
        }
    }

    @Test func `an address that swallows everything holds up nobody`() async throws {
        let server = try await Server()
        let hole = try await BlackHole()
        let addresses = [hole.address, try SocketAddresses.loopback(port: server.port)]
        var configuration = NIOTransport.Configuration()
        configuration.lookup = { _, _ in addresses }
        let transport = NIOTransport(configuration: configuration)
        let address = try ServerAddress(parsing: "ws://calls.invalid:\(server.port)")
        let request = self.probe.request(to: address, timeout: .seconds(3))
        let connection = transport.connect(request, events: self.probe.sink)
        #expect(await self.next() == .opened(subprotocol: Limits.subprotocolBinary))
        connection.close(.normal)
        withExtendedLifetime(hole) {}
    }

    private func connect(
        to address: ServerAddress,
        timeout: Duration = .seconds(20)
    ) -> any TransportConnection {
        let request = self.probe.request(to: address, timeout: timeout)
        return self.transport.connect(request, events: self.probe.sink)
    }

    private func next() async -> TransportEvent? { await self.probe.next() }
}

/// What a resolver says of a name that does not exist.
struct UnknownName: Error {}
#endif
