#if Server

import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import NIOCore
import NIOWebSocket

/// One WebSocket: frames in, the engine's words out. It lives on its channel's loop and awaits
/// nothing.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// Bytes that may wait for a peer that does not read, beyond what the engine's window allows.
    static let bytesUnwrittenMax = 512 * 1024
    /// How long a peer may take to answer our close frame.
    static let closeTimeout: TimeAmount = .seconds(2)

    private enum State {
        case open
        /// Our close frame is out; theirs is awaited.
        case closing
        case closed
    }

    private let id: ConnectionID
    private let entry: UpgradeDecision.Entry
    private let shards: ShardRing
    private var state = State.open
    /// Who must be told that this connection is over; nil when it was told.
    private var shard: Shard?
    private var assembly = MessageAssembly()
    private var heard: [ServerEvent] = []
    private var needsFlush = false

    init(id: ConnectionID, entry: UpgradeDecision.Entry, shards: ShardRing) {
        self.id = id
        self.entry = entry
        self.shards = shards
    }

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        switch self.entry {
        case .join(let encoding, let claims, let options):
            let event = ServerEvent.joinRequested(self.id, claims, options)
            self.open(options.call, encoding, event, context: context)
        case .resume(let encoding, let ticket, let rejoin):
            let event = ServerEvent.resumeRequested(self.id, ticket, rejoin: rejoin)
            self.open(ticket.call, encoding, event, context: context)
        case .dismiss(let encoding, let bye):
            let codec = FrameCodec(encoding: encoding ?? .json)
            if let frame = try? codec.encode(.bye(bye)) {
                self.write(ByteBuffer(bytes: frame), isText: codec.encoding == .json)
            }
            self.close(bye.code, reason: bye.reason)
        }
    }

    private func open(
        _ call: CallID,
        _ encoding: FrameEncoding,
        _ event: ServerEvent,
        context: ChannelHandlerContext
    ) {
        let shard = self.shards.shard(of: call)
        self.shard = shard
        let loop = context.eventLoop
        let port = ConnectionPort(
            id: self.id,
            encoding: encoding,
            handler: NIOLoopBound(self, eventLoop: loop),
            loop: loop
        )
        shard.open(port, event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        self.lose(code: nil)
        self.context = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let outcome = self.assembly.take(self.unwrapInboundIn(data))
        switch (self.state, outcome) {
        case (.closed, _), (_, .incomplete), (_, .pong):
            return
        case (_, .close(let code)):
            self.answerClose(code, context: context)
        case (.closing, _):
            // What comes behind our goodbye has no effect.
            return
        case (.open, .message(let isText, let bytes)):
            self.hear(bytes, isText: isText)
        case (.open, .ping(let bytes)):
            // A peer that pings and does not read must not make us remember its pings.
            guard context.channel.isWritable else { return }
            self.write(WebSocketFrame(fin: true, opcode: .pong, data: bytes))
        case (.open, .violation(let code)):
            self.refuse(code)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.tell()
        if self.needsFlush {
            self.needsFlush = false
            context.flush()
        }
        self.checkUnwritten(context)
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .open = self.state {
            self.heard.append(
                .writabilityChanged(self.id, isWritable: context.channel.isWritable)
            )
            self.tell()
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let violation = error as? NIOWebSocketError else {
            // A reset, a broken TLS record: there is nobody to say anything to.
            return context.close(promise: nil)
        }
        switch violation {
        case .invalidFrameLength: self.refuse(.messageTooBig)
        case .fragmentedControlFrame, .multiByteControlFrameLength: self.refuse(.protocolError)
        }
    }

    /// Sends what the engine said, and ends the connection if it said so.
    func perform(_ frames: [ByteBuffer], ending: ConnectionPort.Ending?) {
        guard case .open = self.state, let context = self.context else { return }
        let isText = self.entry.encoding == .json
        for frame in frames { self.write(frame, isText: isText) }
        if let ending {
            self.close(ending.code, reason: ending.reason)
        } else {
            self.needsFlush = false
            context.flush()
            self.checkUnwritten(context)
        }
    }

    // MARK: In

    private func hear(_ bytes: ByteBuffer, isText: Bool) {
        let encoding = self.entry.encoding ?? .json
        guard isText == (encoding == .json) else {
            self.heard.append(.receivedGarbage(self.id, reason: "message_type"))
            return
        }
        do {
            let codec = FrameCodec(encoding: encoding)
            let message = try codec.decodeClient(bytes.readableBytesView)
            self.heard.append(.received(self.id, message))
        } catch {
            self.heard.append(.receivedGarbage(self.id, reason: error.description))
        }
    }

    private func tell() {
        guard case .open = self.state, let shard = self.shard, !self.heard.isEmpty else { return }
        let events = self.heard
        self.heard.removeAll(keepingCapacity: true)
        shard.submit(events)
    }

    /// Tells the engine, once, that the connection is over.
    private func lose(code: CloseCode?) {
        self.tell()
        self.state = .closed
        guard let shard = self.shard.take() else { return }
        shard.submit([.closed(self.id, code: code)])
    }

    // MARK: Out

    private func write(_ bytes: ByteBuffer, isText: Bool) {
        self.write(WebSocketFrame(fin: true, opcode: isText ? .text : .binary, data: bytes))
    }

    private func write(_ frame: WebSocketFrame) {
        guard let context = self.context else { return }
        context.write(self.wrapOutboundOut(frame), promise: nil)
        self.needsFlush = true
    }

    /// What RFC 6455 forbids ends the connection at once; its session detaches.
    private func refuse(_ code: CloseCode) {
        self.lose(code: nil)
        self.close(code, reason: "")
    }

    private func close(_ code: CloseCode, reason: String) {
        guard let context = self.context else { return }
        self.state = .closing
        self.write(Self.closeFrame(code, reason: reason))
        self.needsFlush = false
        context.flush()
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
    }

    private func answerClose(_ code: UInt16?, context: ChannelHandlerContext) {
        let wasOpen: Bool
        if case .open = self.state { wasOpen = true } else { wasOpen = false }
        self.lose(code: code.map { CloseCode($0) })
        self.state = .closed
        if wasOpen { self.write(Self.closeFrame(CloseCode(code ?? 1000), reason: "")) }
        self.needsFlush = false
        context.flush()
        context.close(promise: nil)
    }

    private static func closeFrame(_ code: CloseCode, reason: String) -> WebSocketFrame {
        var data = ByteBuffer()
        data.writeInteger(code.rawValue)
        if reason.utf8.count <= Limits.closeReasonBytesMax { data.writeString(reason) }
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }

    /// A peer that keeps us writing and does not read is cut off; its cursor survives.
    private func checkUnwritten(_ context: ChannelHandlerContext) {
        guard !context.channel.isWritable, case .open = self.state,
            let options = context.channel.syncOptions,
            let waiting = try? options.getOption(.bufferedWritableBytes),
            waiting > Self.bytesUnwrittenMax
        else { return }
        self.lose(code: nil)
        context.close(promise: nil)
    }
}

#endif
