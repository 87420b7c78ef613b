#if NIO
import Holdfast
import HoldfastCore
import HoldfastNIO
import HoldfastSpec
import HoldfastWire
import Testing

private typealias Server = WebSocketTestServer
private typealias Frame = WebSocketTestServer.Frame

/// What a peer does once the WebSocket is open.
@Suite(.timeLimit(.minutes(1))) struct NIOFramesTests {
    private let transport = NIOTransport()
    private let probe = TransportProbe()

    /// Opens a connection to a server that answers the first message with `bytes`.
    private func provoke(
        _ reply: Server.Reply
    ) async throws -> (server: Server, connection: any TransportConnection) {
        var behaviour = Server.Behaviour()
        behaviour.reply = { frame in
            switch frame.opcode {
            case 2: reply
            case 8: .bytes(Frame.bytes(opcode: 8, frame.payload))
            default: .nothing
            }
        }
        let server = try await Server(behaviour)
        let request = self.probe.request(to: try server.address())
        let connection = self.transport.connect(request, events: self.probe.sink)
        #expect(await self.probe.next() == .opened(subprotocol: Limits.subprotocolBinary))
        connection.send(TransportMessage(bytes: [0], kind: .binary))
        return (server, connection)
    }

    /// The first frame of this type that the client sent.
    private func frame(opcode: UInt8, to server: Server) async -> Frame? {
        for await frame in server.frames where frame.opcode == opcode { return frame }
        return nil
    }

    @Test func `every frame is masked`() async throws {
        let (server, connection) = try await self.provoke(.nothing)
        #expect(await self.frame(opcode: 2, to: server)?.isMasked == true)
        connection.close(.normal)
    }

    @Test func `fragments are put together, with control frames between them`() async throws {
        let (server, connection) = try await self.provoke(
            .bytes(
                Frame.bytes(opcode: 2, [1, 2], isFinal: false)
                    + Frame.bytes(opcode: 9, [7, 8])
                    + Frame.bytes(opcode: 0, [], isFinal: false)
                    + Frame.bytes(opcode: 0, [3])
            )
        )
        #expect(await self.probe.next() == .received(.init(bytes: [1, 2, 3], kind: .binary)))
        let pong = await self.frame(opcode: 10, to: server)
        #expect(pong?.payload == [7, 8])
        connection.close(.normal)
    }

    @Test func `a pong that nobody asked for is ignored`() async throws {
        let (_, connection) = try await self.provoke(
            .bytes(Frame.bytes(opcode: 10, [1]) + Frame.bytes(opcode: 2, [2]))
        )
        #expect(await self.probe.next() == .received(.init(bytes: [2], kind: .binary)))
        connection.close(.normal)
    }

    @Test(arguments: [4000, 4002, 4499, 4500, 4999, 1000, 1001, 3000] as [UInt16])
    func `a close code is reported and answered`(code: UInt16) async throws {
        let (server, connection) = try await self.provoke(.bytes(Frame.close(code)))
        #expect(await self.probe.next() == .closed(.closed(CloseCode(code))))
        let answer = await self.frame(opcode: 8, to: server)
        #expect(answer?.payload == [UInt8(code >> 8), UInt8(code & 0xFF)])
        withExtendedLifetime(connection) {}
    }

    @Test(arguments: [[], [0x03], [0x03, 0xED], [0x00, 0x01], [0x27, 0x10]] as [[UInt8]])
    func `a close frame without a usable code has none`(payload: [UInt8]) async throws {
        let (_, connection) = try await self.provoke(.bytes(Frame.bytes(opcode: 8, payload)))
        #expect(await self.probe.next() == .closed(.closed(nil)))
        withExtendedLifetime(connection) {}
    }

    @Test func `an end without a close frame has no code`() async throws {
        let (_, connection) = try await self.provoke(.end)
        #expect(await self.probe.next() == .closed(.closed(nil)))
        withExtendedLifetime(connection) {}
    }

    @Test func `a reset is a reset`() async throws {
        let (_, connection) = try await self.provoke(.reset)
        #expect(await self.probe.next() == .closed(.reset))
        withExtendedLifetime(connection) {}
    }

    private static let tooBig = [UInt8](repeating: 0, count: Limits.frameBytesMax + 1)
    private static let half = [UInt8](repeating: 0, count: Limits.frameBytesMax / 2 + 1)

    @Test(
        arguments: [
            (Frame.bytes(opcode: 2, tooBig), 1009),
            (
                Frame.bytes(opcode: 2, half, isFinal: false)
                    + Frame.bytes(opcode: 0, half), 1009
            ),
            // A length of 2⁶³ and more.
            ([0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0], 1009),
            (
                Frame.bytes(opcode: 2, [], isFinal: false)
                    + (0..<TransportLimits.fragmentCountMax).flatMap { _ in
                        Frame.bytes(opcode: 0, [], isFinal: false)
                    }, 1009
            ),
            // A continuation of nothing, a new message inside another, a fragmented ping.
            (Frame.bytes(opcode: 0, [1]), 1002),
            (
                Frame.bytes(opcode: 2, [1], isFinal: false) + Frame.bytes(opcode: 2, [1]), 1002
            ),
            (Frame.bytes(opcode: 9, [1], isFinal: false), 1002),
            (Frame.bytes(opcode: 9, [UInt8](repeating: 0, count: 126)), 1002),
            // A reserved type, reserved bits, a masked frame, text that is not UTF-8.
            (Frame.bytes(opcode: 3, [1]), 1002),
            ([0xC2, 1, 0], 1002),
            ([0x82, 0x81, 1, 2, 3, 4, 0], 1002),
            (Frame.bytes(opcode: 1, [0xFF, 0xFE]), 1007),
        ] as [([UInt8], UInt16)]
    )
    func `whatever breaks the protocol ends the connection with its code`(
        bytes: [UInt8],
        code: UInt16
    ) async throws {
        let (server, connection) = try await self.provoke(.bytes(bytes))
        #expect(await self.probe.next() == .closed(.reset))
        let answer = await self.frame(opcode: 8, to: server)
        #expect(answer?.payload == [UInt8(code >> 8), UInt8(code & 0xFF)])
        withExtendedLifetime(connection) {}
    }

    @Test func `our close code reaches the server`() async throws {
        let (server, connection) = try await self.provoke(.nothing)
        connection.close(.background)
        #expect(await self.probe.next() == .closed(.closedByUs))
        let frame = await self.frame(opcode: 8, to: server)
        #expect(frame?.payload == [0x0F, 0xA0])
    }

    @Test func `a peer that does not read ends the connection`() async throws {
        let (server, connection) = try await self.provoke(.nothing)
        try await server.stopReading()
        let message = TransportMessage(
            bytes: [UInt8](repeating: 0, count: Limits.frameBytesMax),
            kind: .binary
        )
        // Far more than the kernel's buffers and ours hold together.
        for _ in 0..<4096 { connection.send(message) }
        #expect(await self.probe.next() == .closed(.reset))
    }
}
#endif
