#if NIO && Server && os(Linux)
// A fake of the operator's push gateway: a real HTTP server on the loopback interface that takes every
// push whose signature holds and sends nothing on, for no phone of the drill has Apple or Google behind it.

import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Where a server's webhook arrives in the drill.
// SAFETY: `lock` guards `taken`; everything else is constant.
final class PushInbox: @unchecked Sendable {
    /// One push, as the webhook's body says it.
    struct Push: Sendable, Decodable {
        var id: String
        var user: String
        var device: String
        var token: String
        var event: String
    }

    /// One push and when it came, in seconds of CLOCK_MONOTONIC.
    struct Arrival: Sendable {
        var at: Double
        var push: Push
    }

    /// With what the server signs.
    let secret: String
    private let lock = NSLock()
    private var taken: [Arrival] = []
    private var channel: (any Channel)?

    init() async throws {
        self.secret = (0..<32).map { _ in String(UInt8.random(in: 16...255), radix: 16) }.joined()
        self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.configureHTTPServerPipeline()
                    try operations.addHandler(Handler(inbox: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// For `--push-webhook`.
    var url: String { "http://127.0.0.1:\(self.channel?.localAddress?.port ?? 0)/push" }

    /// Every push so far, in order.
    var arrivals: [Arrival] { self.lock.withLock { self.taken } }

    func stop() async { try? await self.channel?.close() }

    /// Takes a push; false when it is not from the server.
    private func take(_ body: Data, signature: String) -> Bool {
        let at = monotonicSeconds()
        guard self.isGenuine(signature, body),
            let push = try? JSONDecoder().decode(Push.self, from: body)
        else { return false }
        self.lock.withLock { self.taken.append(Arrival(at: at, push: push)) }
        return true
    }

    /// `t=SECONDS,v1=HEX`, as docs/push.md says.
    private func isGenuine(_ signature: String, _ body: Data) -> Bool {
        let parts = signature.split(separator: ",")
        guard parts.count == 2, parts[0].hasPrefix("t="), parts[1].hasPrefix("v1=") else {
            return false
        }
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(parts[0].dropFirst(2)).".utf8) + body,
            using: SymmetricKey(data: Data(self.secret.utf8))
        )
        let text = code.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return text.joined() == parts[1].dropFirst(3)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let inbox: PushInbox
        private var signature = ""
        private var body = Data()

        init(inbox: PushInbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.signature = head.headers.first(name: "Holdfast-Signature") ?? ""
                self.body = Data()
            case .body(let part):
                self.body.append(contentsOf: part.readableBytesView)
            case .end:
                let isTaken = self.inbox.take(self.body, signature: self.signature)
                let head = HTTPResponseHead(
                    version: .http1_1,
                    status: isTaken ? .accepted : .unauthorized,
                    headers: ["Content-Length": "0"]
                )
                context.write(self.wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
#endif
