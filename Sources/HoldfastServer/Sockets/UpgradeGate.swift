#if Server

import Foundation
import HoldfastWire
import NIOCore
import NIOHTTP1

/// Stands in front of NIO's upgrade handler and lets only handshakes through that will succeed.
///
/// That handler loses a request that names an upgrade nobody takes (`Upgrade: h2c`, a WebSocket at
/// another path, a wrong version). So the decision falls here, synchronously: what is no handshake
/// of ours loses its `Upgrade` header and goes the way of HTTP; what is refused is answered here;
/// and a peer that never finishes its first request is cut off.
final class UpgradeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting(Scheduled<Void>)
        case passing
        case refusing
    }

    private let judge: UpgradeJudge
    private let requestTimeout: TimeAmount
    private let entry: NIOLoopBoundBox<UpgradeDecision.Entry?>
    private var state = State.passing

    /// `entry` is where the WebSocket will find how it begins.
    init(
        judge: UpgradeJudge,
        requestTimeout: TimeAmount,
        entry: NIOLoopBoundBox<UpgradeDecision.Entry?>
    ) {
        self.judge = judge
        self.requestTimeout = requestTimeout
        self.entry = entry
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        self.state = .waiting(
            context.eventLoop.scheduleTask(in: self.requestTimeout) { channel.close(promise: nil) }
        )
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if case .waiting(let timeout) = self.state { timeout.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.state {
        case .refusing: return
        case .passing:
            // A later request of the same connection: the upgrade must be the first (HF-1).
            context.fireChannelRead(self.wrapInboundOut(Self.plain(self.unwrapInboundIn(data))))
        case .waiting(let timeout):
            let part = self.unwrapInboundIn(data)
            guard case .head(let head) = part else { return context.fireChannelRead(data) }
            timeout.cancel()
            self.state = .passing
            guard Self.isHandshake(head) else {
                return context.fireChannelRead(self.wrapInboundOut(Self.plain(part)))
            }
            self.decide(head, context: context)
        }
    }

    private func decide(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let address = peerAddress(of: context.channel.remoteAddress)
        switch self.judge.judge(UpgradeRequest(head: head), from: address) {
        case .accept(let entry):
            self.entry.value = entry
            context.fireChannelRead(self.wrapInboundOut(.head(head)))
        case .refuse(let status, let retryAfter):
            self.state = .refusing
            self.answer(status: status, retryAfter: retryAfter, context: context)
        }
    }

    private func answer(status: Int, retryAfter: Duration?, context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("content-length", "0"), ("connection", "close")])
        if status == 401 { headers.add(name: "www-authenticate", value: "Resume") }
        if let milliseconds = retryAfter?.milliseconds {
            headers.add(name: "retry-after", value: "\(max(1, (milliseconds + 999) / 1000))")
            headers.add(name: "x-retry-ms", value: "\(milliseconds)")
        }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: status),
            headers: headers
        )
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    /// A handshake as RFC 6455 §4.2.1 has it, at our path.
    static func isHandshake(_ head: HTTPRequestHead) -> Bool {
        let headers = head.headers
        let path = head.uri.prefix { $0 != "?" }
        guard head.method == .GET, head.version == .http1_1, path == "/v1/connect" else {
            return false
        }
        guard let key = headers.first(name: "sec-websocket-key"),
            headers["sec-websocket-key"].count == 1,
            Data(base64Encoded: key)?.count == 16
        else { return false }
        return headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && headers["sec-websocket-version"] == ["13"]
            && headers["host"].count == 1
            && !headers.contains(name: "content-length")
            && !headers.contains(name: "transfer-encoding")
    }

    private static func plain(_ part: HTTPServerRequestPart) -> HTTPServerRequestPart {
        guard case .head(var head) = part else { return part }
        head.headers.remove(name: "upgrade")
        return .head(head)
    }
}

#endif
