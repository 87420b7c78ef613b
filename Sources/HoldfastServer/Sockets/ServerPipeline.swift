#if Server

import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import Hummingbird
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOWebSocket

typealias HTTPConnection = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// What a fresh TCP connection becomes: perhaps TLS, then HTTP, then perhaps a WebSocket.
final class ServerPipeline: Sendable {
    private let judge: UpgradeJudge
    private let shards: ShardRing
    private let certificates: CertificateStore?
    private let handshakeTimeout: TimeAmount
    private let logger: Logger
    private let httpConnections: AsyncStream<HTTPConnection>.Continuation
    private let connections = NIOLockedValueBox(Connections())

    private struct Connections {
        var numberOfLast: UInt64 = 0
        var open: [UInt64: any Channel] = [:]
    }

    /// WebSockets that are open now.
    var openConnectionCount: Int { self.connections.withLockedValue(\.open.count) }

    /// Closes every WebSocket without a word, and returns when they are closed.
    func closeConnections() async {
        let open = self.connections.withLockedValue { Array($0.open.values) }
        for channel in open { channel.close(promise: nil) }
        for channel in open { try? await channel.closeFuture.get() }
    }

    /// Time of an HTTP connection without a request.
    static let httpIdleTimeout: Duration = .seconds(60)

    init(
        judge: UpgradeJudge,
        shards: ShardRing,
        certificates: CertificateStore?,
        handshakeTimeout: TimeAmount,
        logger: Logger,
        httpConnections: AsyncStream<HTTPConnection>.Continuation
    ) {
        self.judge = judge
        self.shards = shards
        self.certificates = certificates
        self.handshakeTimeout = handshakeTimeout
        self.logger = logger
        self.httpConnections = httpConnections
    }

    private enum Outcome: Sendable {
        case http(HTTPConnection)
        case webSocket
    }

    /// Runs on the channel's loop, before its first byte.
    func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            if let certificates = self.certificates {
                try operations.addHandler(NIOSSLServerHandler(context: certificates.current))
            }
            let entry = NIOLoopBoundBox<UpgradeDecision.Entry?>(nil, eventLoop: channel.eventLoop)
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)
            )
            let errors = HTTPServerProtocolErrorHandler()
            let gate = UpgradeGate(
                judge: self.judge,
                requestTimeout: self.handshakeTimeout,
                entry: entry
            )
            let upgrade = NIOTypedHTTPServerUpgradeHandler(
                httpEncoder: encoder,
                extraHTTPHandlers: [decoder, errors, gate],
                upgradeConfiguration: self.upgradeConfiguration(entry)
            )
            try operations.addHandlers([encoder, decoder, errors, gate, upgrade])
            upgrade.upgradeResultFuture.whenComplete { self.finish($0, channel) }
        }
    }

    private func upgradeConfiguration(
        _ entry: NIOLoopBoundBox<UpgradeDecision.Entry?>
    ) -> NIOTypedHTTPServerUpgradeConfiguration<Outcome> {
        let upgrader = NIOTypedWebSocketServerUpgrader<Outcome>(
            maxFrameSize: Limits.frameBytesMax,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, _ in
                let encoding = entry.value?.encoding
                let headers = encoding.map { ("sec-websocket-protocol", $0.subprotocol) }
                return channel.eventLoop.makeSucceededFuture(
                    HTTPHeaders(headers.map { [$0] } ?? [])
                )
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try self.addConnection(entry, to: channel)
                    return .webSocket
                }
            }
        )
        return NIOTypedHTTPServerUpgradeConfiguration(upgraders: [upgrader]) { channel in
            channel.eventLoop.makeCompletedFuture { .http(try self.addHTTP(to: channel)) }
        }
    }

    private func addConnection(
        _ entry: NIOLoopBoundBox<UpgradeDecision.Entry?>,
        to channel: any Channel
    ) throws {
        guard let entry = entry.value else { throw ChannelError.inappropriateOperationForState }
        let number = self.connections.withLockedValue { connections in
            connections.numberOfLast += 1
            connections.open[connections.numberOfLast] = channel
            return connections.numberOfLast
        }
        channel.closeFuture.whenComplete { _ in
            self.connections.withLockedValue { $0.open[number] = nil }
        }
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler(id: ConnectionID(number), entry: entry, shards: self.shards)
        )
    }

    private func addHTTP(to channel: any Channel) throws -> HTTPConnection {
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(HTTP1ToHTTPServerCodec(secure: self.certificates != nil))
        try operations.addHandler(
            HTTPConnectionStateHandler(idleTimeout: Self.httpIdleTimeout, logger: self.logger)
        )
        return try HTTPConnection(
            wrappingChannelSynchronously: channel,
            configuration: NIOAsyncChannel.Configuration(isOutboundHalfClosureEnabled: true)
        )
    }

    private func finish(_ outcome: Result<Outcome, any Error>, _ channel: any Channel) {
        switch outcome {
        case .success(.webSocket): break
        case .success(.http(let connection)):
            // Full, or nobody serves any more: the peer sees a closed connection and comes back.
            if case .enqueued = self.httpConnections.yield(connection) { return }
            channel.close(promise: nil)
        case .failure:
            // NIO leaves a connection open whose upgrade failed.
            channel.close(promise: nil)
        }
    }
}

#endif
