#if NIO
import Crypto
import Foundation
import Holdfast
import HoldfastWire
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// A WebSocket server on 127.0.0.1 that writes its bytes by hand, so that it can do what no library
/// would: glue frames behind the 101, answer nothing, break every rule.
final class WebSocketTestServer: Sendable {
    /// What it does with every connection.
    struct Behaviour: Sendable {
        /// Bytes in answer to the request; nil: no answer at all. By default a 101.
        var answer: @Sendable (Request) -> [UInt8]? = { $0.accepted() }
        /// Bytes in answer to a frame; by default messages come back and close frames are answered.
        var reply: @Sendable (Frame) -> Reply = Reply.echo
    }

    /// What happens after a frame.
    enum Reply: Sendable {
        case nothing
        case bytes([UInt8])
        /// The connection breaks with a reset.
        case reset
        /// The connection ends without a close frame.
        case end

        @Sendable static func echo(_ frame: Frame) -> Reply {
            switch frame.opcode {
            case 1, 2: .bytes(Frame.bytes(opcode: frame.opcode, frame.payload))
            case 8: .bytes(Frame.bytes(opcode: 8, frame.payload))
            default: .nothing
            }
        }
    }

    let port: Int
    private let channel: any Channel
    private let isSecure: Bool
    private let connections: Locked<[any Channel]>
    /// Every frame that any client sent, in order.
    let frames: AsyncStream<Frame>
    /// Every request's head.
    let requests: AsyncStream<Request>

    init(_ behaviour: Behaviour = Behaviour(), security: NIOSSLContext? = nil) async throws {
        let (frames, frameSink) = AsyncStream<Frame>.makeStream()
        let (requests, requestSink) = AsyncStream<Request>.makeStream()
        self.frames = frames
        self.requests = requests
        self.isSecure = security != nil
        let connections = Locked<[any Channel]>([])
        self.connections = connections
        self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security {
                        try pipeline.addHandler(NIOSSLServerHandler(context: security))
                    }
                    try pipeline.addHandler(
                        Peer(behaviour: behaviour, frames: frameSink, requests: requestSink)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = try #require(self.channel.localAddress?.port)
    }

    deinit { self.channel.close(promise: nil) }

    func address(host: String = "127.0.0.1", path: String = "") throws -> ServerAddress {
        try ServerAddress(parsing: "\(self.isSecure ? "wss" : "ws")://\(host):\(self.port)\(path)")
    }

    /// Stops listening; connections go on.
    func close() async throws { try await self.channel.close() }

    /// No connection reads any more.
    func stopReading() async throws {
        for channel in self.connections.withLock({ $0 }) {
            try await channel.setOption(.autoRead, value: false).get()
        }
    }

    /// The head of an upgrade request.
    struct Request: Sendable {
        var line: String
        var fields: [(name: String, value: String)]

        func value(_ name: String) -> String? {
            self.fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        func accepted(
            subprotocol: String? = Limits.subprotocolBinary,
            followedBy bytes: [UInt8] = []
        ) -> [UInt8] {
            let key =
                (self.value("Sec-WebSocket-Key") ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            let accept = base64(Array(Insecure.SHA1.hash(data: Array(key.utf8))))
            var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            text += "Connection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n"
            if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
            return Array((text + "\r\n").utf8) + bytes
        }
    }

    /// A frame as the client sent it, unmasked.
    struct Frame: Hashable, Sendable {
        var opcode: UInt8
        var isMasked: Bool
        var payload: [UInt8]

        /// The bytes of a server's frame.
        static func bytes(
            opcode: UInt8,
            _ payload: [UInt8],
            isFinal: Bool = true
        ) -> [UInt8] {
            var bytes = [(isFinal ? 0x80 : 0) | opcode]
            switch payload.count {
            case ..<126: bytes.append(UInt8(payload.count))
            case ..<65_536:
                bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
            default:
                bytes.append(127)
                bytes += (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xFF) }
            }
            return bytes + payload
        }

        /// The payload of a close frame.
        static func close(_ code: UInt16) -> [UInt8] {
            self.bytes(opcode: 8, [UInt8(code >> 8), UInt8(code & 0xFF)])
        }
    }
}

/// One connection of the server.
private final class Peer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: WebSocketTestServer.Behaviour
    private let frames: AsyncStream<WebSocketTestServer.Frame>.Continuation
    private let requests: AsyncStream<WebSocketTestServer.Request>.Continuation
    private var buffer: [UInt8] = []
    private var isUpgraded = false

    init(
        behaviour: WebSocketTestServer.Behaviour,
        frames: AsyncStream<WebSocketTestServer.Frame>.Continuation,
        requests: AsyncStream<WebSocketTestServer.Request>.Continuation
    ) {
        self.behaviour = behaviour
        self.frames = frames
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.buffer += Array(Self.unwrapInboundIn(data).readableBytesView)
        if !self.isUpgraded {
            guard let request = self.takeRequest() else { return }
            self.requests.yield(request)
            guard let answer = self.behaviour.answer(request) else { return }
            self.isUpgraded = true
            self.write(answer, context)
        }
        while let frame = self.takeFrame() {
            self.frames.yield(frame)
            switch self.behaviour.reply(frame) {
            case .nothing: break
            case .bytes(let bytes): self.write(bytes, context)
            case .end: context.close(promise: nil)
            case .reset:
                let channel = context.channel
                guard let socket = channel as? any SocketOptionProvider else { return }
                // A close that lingers for no time at all is a reset.
                socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func takeRequest() -> WebSocketTestServer.Request? {
        let mark = Array("\r\n\r\n".utf8)
        guard let end = self.buffer.firstRange(of: mark) else { return nil }
        let text = String(decoding: self.buffer[..<end.lowerBound], as: UTF8.self)
        self.buffer.removeSubrange(..<end.upperBound)
        let lines = text.split(separator: "\r\n")
        return WebSocketTestServer.Request(
            line: String(lines.first ?? ""),
            fields: lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), parts.dropFirst().joined().trimmed)
            }
        )
    }

    private func takeFrame() -> WebSocketTestServer.Frame? {
        let bytes = self.buffer
        guard bytes.count >= 2 else { return nil }
        let isMasked = bytes[1] & 0x80 != 0
        var count = Int(bytes[1] & 0x7F)
        var index = 2
        if count >= 126 {
            let width = count == 126 ? 2 : 8
            guard bytes.count >= index + width else { return nil }
            count = bytes[index..<index + width].reduce(0) { $0 << 8 | Int($1) }
            index += width
        }
        let mask = isMasked ? 4 : 0
        guard bytes.count >= index + mask + count else { return nil }
        let key = Array(bytes[index..<index + mask])
        index += mask
        var payload = Array(bytes[index..<index + count])
        if isMasked { for offset in payload.indices { payload[offset] ^= key[offset % 4] } }
        self.buffer.removeSubrange(..<(index + count))
        return WebSocketTestServer.Frame(
            opcode: bytes[0] & 0x0F,
            isMasked: isMasked,
            payload: payload
        )
    }
}

extension String {
    fileprivate var trimmed: String { String(self.drop { $0 == " " }) }
}

private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
#endif
