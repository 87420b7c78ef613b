#if NIO
internal import Holdfast
internal import HoldfastCore
internal import HoldfastWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// One attempt to connect, and the connection it becomes.
// SAFETY: every `var` is read and written on `loop` alone; the other properties never change.
final class NIOConnection: TransportConnection, @unchecked Sendable {
    /// What all connections of a transport have in common.
    struct Shared: Sendable {
        var addresses: AddressCache
        var security: SecurityContext
        var userTimeout: Duration
    }

    private enum State {
        case connecting
        case open(any Channel)
        /// The end has been reported. The channel, if any, lingers or is closed.
        case ended
    }

    private let request: TransportRequest
    private let loop: any EventLoop
    private let shared: Shared
    private let events: @Sendable (TransportEvent) -> Void

    private var state = State.connecting
    private var timeout: Scheduled<Void>?
    /// The channel whose upgrade is under way.
    private var candidate: (any Channel)?
    private var pendingBytes = 0

    init(
        request: TransportRequest,
        loop: any EventLoop,
        shared: Shared,
        events: @escaping @Sendable (TransportEvent) -> Void
    ) {
        self.request = request
        self.loop = loop
        self.shared = shared
        self.events = events
    }

    func start() {
        self.loop.execute { self.connect() }
    }

    func send(_ message: TransportMessage) {
        self.loop.execute {
            guard case .open(let channel) = self.state else { return }
            self.write(
                message.bytes,
                opcode: message.kind == .text ? .text : .binary,
                to: channel
            )
        }
    }

    func close(_ code: CloseCode) {
        self.loop.execute {
            switch self.state {
            case .ended: return
            case .connecting: self.finish(.closedByUs)
            case .open: self.sayGoodbye(code.rawValue, reporting: .closedByUs)
            }
        }
    }

    // MARK: - Opening

    private func connect() {
        guard case .connecting = self.state else { return }
        let limit = TimeAmount(self.request.timeout)
        // Over everything: NIO has no limit of its own for TLS and upgrade.
        self.timeout = self.loop.scheduleTask(in: limit) { self.finish(.timedOut) }
        let server = self.request.server
        var bootstrap = ClientBootstrap(group: self.loop)
            .resolver(CachedResolver(cache: self.shared.addresses, loop: self.loop))
            .connectTimeout(limit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        #if os(Linux) || os(Android)
        let milliseconds = self.shared.userTimeout.milliseconds
        bootstrap = bootstrap.channelOption(
            .tcpOption(.init(rawValue: tcpUserTimeout)),
            value: Int(clamping: min(milliseconds, Int64(CInt.max)))
        )
        #endif
        bootstrap.connect(host: server.host, port: server.port).whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(let error): self.finish(transportEnd(of: error))
            }
        }
    }

    /// TCP is there. Only now do handlers go in: happy eyeballs may have opened two connections, and
    /// a ticket must be sent on one of them alone.
    private func connected(_ channel: any Channel) {
        guard case .connecting = self.state else {
            channel.close(promise: nil)
            return
        }
        self.candidate = channel
        if let address = channel.remoteAddress {
            self.shared.addresses.remember(
                address,
                host: self.request.server.host,
                port: self.request.server.port
            )
        }
        do {
            try self.install(on: channel).whenComplete { result in
                if case .failure(let error) = result {
                    self.finish(transportEnd(of: error))
                }
            }
        } catch {
            self.finish(transportEnd(of: error))
        }
    }

    private func install(on channel: any Channel) throws -> EventLoopFuture<Void> {
        let pipeline = channel.pipeline.syncOperations
        if self.request.server.isSecure {
            try pipeline.addHandler(
                NIOSSLClientHandler.strict(
                    context: self.shared.security.context(),
                    host: self.request.server.host
                )
            )
        }
        let encoder = HTTPRequestEncoder()
        // Frames that come in the same flight as the 101 belong to the WebSocket: welcome and replay do.
        let decoder = ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)
        )
        let refusal = RefusalReader { [weak self] status, retryAfter in
            self?.finish(.rejected(status: status, retryAfter: retryAfter))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Void>(
            maxFrameSize: Limits.frameBytesMax,
            enableAutomaticErrorHandling: false
        ) { channel, head in
            channel.eventLoop.makeCompletedFuture { try self.upgraded(channel, head) }
        }
        let upgrade = NIOTypedHTTPClientUpgradeHandler<Void>(
            httpHandlers: [refusal, encoder, decoder],
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: self.head(),
                upgraders: [upgrader]
            ) { channel in
                // A refusal was reported by its status; what is left is a 101 that is none.
                channel.eventLoop.makeFailedFuture(BadUpgrade())
            }
        )
        try pipeline.addHandlers(encoder, decoder, refusal, upgrade)
        return upgrade.upgradeResultFuture
    }

    private func head() -> HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: self.request.server.authority)
        for field in self.request.fields {
            headers.add(name: field.name, value: field.value.value)
        }
        if !self.request.subprotocols.isEmpty {
            headers.add(
                name: "Sec-WebSocket-Protocol",
                value: self.request.subprotocols.joined(separator: ", ")
            )
        }
        return HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: self.request.target,
            headers: headers
        )
    }

    private func upgraded(_ channel: any Channel, _ head: HTTPResponseHead) throws {
        guard case .connecting = self.state else { throw ChannelError.alreadyClosed }
        let chosen = head.headers.first(name: "Sec-WebSocket-Protocol")
        // RFC 6455 §4.1: a subprotocol that was not offered fails the connection.
        if let chosen, !self.request.subprotocols.contains(chosen) { throw BadUpgrade() }
        try channel.pipeline.syncOperations.addHandlers(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0,
                maxAccumulatedFrameCount: TransportLimits.fragmentCountMax,
                maxAccumulatedFrameSize: Limits.frameBytesMax
            ),
            FrameReader(connection: self)
        )
        self.timeout?.cancel()
        self.candidate = nil
        self.state = .open(channel)
        self.events(.opened(subprotocol: chosen))
    }

    // MARK: - Told by the frame reader, on the loop

    func received(_ message: TransportMessage) {
        guard case .open = self.state else { return }
        self.events(.received(message))
    }

    func answerPing(_ data: ByteBuffer) {
        guard case .open(let channel) = self.state else { return }
        self.write(Array(data.readableBytesView), opcode: .pong, to: channel)
    }

    /// The peer's close frame, or its answer to ours.
    func peerClosed(_ code: UInt16?) {
        guard case .open(let channel) = self.state else { return }
        self.finish(.closed(code.map(CloseCode.init)), closing: .byCaller)
        // RFC 6455 §5.5.1: the answer repeats the code.
        self.writeClose(code, to: channel).whenComplete { _ in channel.close(promise: nil) }
    }

    /// The peer broke RFC 6455: say so and go.
    func violated(_ code: CloseCode) {
        guard case .open = self.state else { return }
        self.sayGoodbye(code.rawValue, reporting: .reset)
    }

    func failed(_ error: any Error) { self.finish(transportEnd(of: error)) }

    func inactive() { self.finish(.closed(nil)) }

    // MARK: - Writing

    private func write(_ bytes: [UInt8], opcode: WebSocketOpcode, to channel: any Channel) {
        guard self.pendingBytes + bytes.count <= TransportLimits.pendingBytesMax else {
            self.finish(.reset)
            return
        }
        self.pendingBytes += bytes.count
        let frame = WebSocketFrame(
            fin: true,
            opcode: opcode,
            maskKey: .random(),
            data: channel.allocator.buffer(bytes: bytes)
        )
        channel.writeAndFlush(frame).whenComplete { result in
            self.pendingBytes -= bytes.count
            if case .failure(let error) = result { self.finish(transportEnd(of: error)) }
        }
    }

    private func writeClose(_ code: UInt16?, to channel: any Channel) -> EventLoopFuture<Void> {
        var data = channel.allocator.buffer(capacity: 2)
        if let code { data.writeInteger(code) }
        return channel.writeAndFlush(
            WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        )
    }

    // MARK: - Ending

    private enum Closing {
        case now
        case byCaller
    }

    /// Sends a close frame and lingers, so that the peer reads it before a reset can overtake it.
    private func sayGoodbye(_ code: UInt16, reporting end: TransportEnd) {
        guard case .open(let channel) = self.state else { return }
        self.finish(end, closing: .byCaller)
        self.writeClose(code, to: channel).whenFailure { _ in channel.close(promise: nil) }
        let linger = self.loop.scheduleTask(in: TimeAmount(TransportLimits.closeHandshake)) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in linger.cancel() }
    }

    private func finish(_ end: TransportEnd, closing: Closing = .now) {
        self.loop.assertInEventLoop()
        let open: (any Channel)?
        switch self.state {
        case .ended: return
        case .connecting: open = self.candidate
        case .open(let channel): open = channel
        }
        self.state = .ended
        self.candidate = nil
        self.timeout?.cancel()
        self.timeout = nil
        if closing == .now { open?.close(promise: nil) }
        self.events(.closed(end))
    }
}

/// `TCP_USER_TIMEOUT` of <linux/tcp.h>, which NIO does not name.
private let tcpUserTimeout: CInt = 18

/// The server answered 101 and yet did not speak WebSocket as asked.
struct BadUpgrade: Error {}

extension TimeAmount {
    /// Saturates instead of trapping.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        let limit: Int64 = seconds < 0 ? 0 : .max / 4
        self = .nanoseconds(overflow || carry ? limit : min(sum, .max / 4))
    }
}
#endif
