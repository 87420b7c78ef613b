#if Server

// A fake of the operator's push gateway: a real HTTP server, on a port of its own, in place of the
// program that would speak to Apple and Google. It verifies every signature as docs/push.md says.

import Crypto
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

final class FakeGateway: Sendable {
    /// What it says to a push.
    enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], bodyBytes: Int = 0)
        /// Nothing, ever.
        case silence
        /// 202, after `release`.
        case held
        /// A status, and a body that never ends.
        case endless(Int)
    }

    /// A push as it came.
    struct Arrival: Sendable {
        var path: String
        var headers: HTTPHeaders
        var body: Data
        /// Whether it was signed with the secret, within the last 300 s.
        var isGenuine: Bool

        var fields: [String: String] {
            let object = try? JSONSerialization.jsonObject(with: self.body) as? [String: Any]
            return (object ?? [:]).mapValues { "\($0)" }
        }
    }

    let port: Int
    /// Every push, in order.
    let arrivals: AsyncStream<Arrival>
    private let entrance: AsyncStream<Arrival>.Continuation
    private let channel: any Channel
    private let answers: NIOLockedValueBox<[Answer]>
    private let secret: NIOLockedValueBox<String>
    private let unanswered: NIOLockedValueBox<Unanswered>

    /// What waits for an answer.
    private struct Unanswered: Sendable {
        var count = 0
        var countMost = 0
        var isReleased = false
        var held: [@Sendable () -> Void] = []
    }

    /// The last answer is given to all that follow.
    init(secret: String, answers: [Answer] = [.status(202)]) async throws {
        let answers = NIOLockedValueBox(answers)
        let secret = NIOLockedValueBox(secret)
        let unanswered = NIOLockedValueBox(Unanswered())
        let (arrivals, entrance) = AsyncStream.makeStream(of: Arrival.self)
        self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.configureHTTPServerPipeline()
                    try operations.addHandler(
                        Handler(
                            answers: answers,
                            secret: secret,
                            unanswered: unanswered,
                            entrance: entrance
                        )
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = self.channel.localAddress?.port ?? 0
        self.unanswered = unanswered
        self.answers = answers
        self.secret = secret
        self.arrivals = arrivals
        self.entrance = entrance
    }

    var address: String { "http://127.0.0.1:\(self.port)/push?key=hidden" }

    /// Requests that were unanswered at once, at most.
    var unansweredCountMost: Int { self.unanswered.withLockedValue { $0.countMost } }

    /// Gives the answers that are held, and holds none from now on.
    func release() {
        let held = self.unanswered.withLockedValue { unanswered in
            defer { unanswered.held = [] }
            unanswered.isReleased = true
            return unanswered.held
        }
        for answer in held { answer() }
    }

    func expect(secret: String) { self.secret.withLockedValue { $0 = secret } }

    func close() async throws { try await self.channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answers: NIOLockedValueBox<[Answer]>
        private let secret: NIOLockedValueBox<String>
        private let unanswered: NIOLockedValueBox<Unanswered>
        private let entrance: AsyncStream<Arrival>.Continuation
        private var head: HTTPRequestHead?
        private var body = Data()

        init(
            answers: NIOLockedValueBox<[Answer]>,
            secret: NIOLockedValueBox<String>,
            unanswered: NIOLockedValueBox<Unanswered>,
            entrance: AsyncStream<Arrival>.Continuation
        ) {
            self.answers = answers
            self.secret = secret
            self.unanswered = unanswered
            self.entrance = entrance
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                self.body = Data()
                self.unanswered.withLockedValue {
                    $0.count += 1
                    $0.countMost = max($0.countMost, $0.count)
                }
            case .body(let part): self.body.append(contentsOf: part.readableBytesView)
            case .end: self.finish(context)
            }
        }

        private func finish(_ context: ChannelHandlerContext) {
            guard let head = self.head else { return }
            let isGenuine = Self.isGenuine(
                head.headers.first(name: "Holdfast-Signature") ?? "",
                self.body,
                self.secret.withLockedValue { $0 }
            )
            let answer = self.answers.withLockedValue { answers in
                answers.count > 1 ? answers.removeFirst() : answers[0]
            }
            switch answer {
            case .silence: break
            case .endless(let status):
                self.write(context, status, [("Content-Length", "1000000000")])
            case .status(let status, let headers, let bodyBytes):
                self.answer(context, status, headers, bodyBytes)
            case .held:
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                let loop = context.eventLoop
                let isReleased = self.unanswered.withLockedValue { unanswered in
                    if !unanswered.isReleased {
                        unanswered.held.append {
                            loop.execute { bound.value.0.answer(bound.value.1, 202, [], 0) }
                        }
                    }
                    return unanswered.isReleased
                }
                if isReleased { self.answer(context, 202, [], 0) }
            }
            self.entrance.yield(
                Arrival(
                    path: head.uri,
                    headers: head.headers,
                    body: self.body,
                    isGenuine: isGenuine
                )
            )
        }

        private func answer(
            _ context: ChannelHandlerContext,
            _ status: Int,
            _ headers: [(String, String)],
            _ bodyBytes: Int
        ) {
            self.unanswered.withLockedValue { $0.count -= 1 }
            self.write(context, status, headers + [("Content-Length", "\(bodyBytes)")])
            let content = ByteBuffer(repeating: 0x41, count: bodyBytes)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }

        private func write(
            _ context: ChannelHandlerContext,
            _ status: Int,
            _ headers: [(String, String)]
        ) {
            let head = HTTPResponseHead(
                version: .http1_1,
                status: HTTPResponseStatus(statusCode: status),
                headers: HTTPHeaders(headers)
            )
            context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
        }

        private static func isGenuine(_ signature: String, _ body: Data, _ secret: String) -> Bool {
            let parts = Dictionary(
                signature.split(separator: ",").compactMap { part in
                    let pair = part.split(separator: "=", maxSplits: 1)
                    return pair.count == 2 ? (pair[0], pair[1]) : nil
                },
                uniquingKeysWith: { first, _ in first }
            )
            guard let time = parts["t"], let seconds = Double(time), let code = parts["v1"],
                abs(Date().timeIntervalSince1970 - seconds) < 300
            else { return false }
            let expected = HMAC<SHA256>.authenticationCode(
                for: Data("\(time).".utf8) + body,
                using: SymmetricKey(data: Data(secret.utf8))
            )
            return expected.map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }.joined() == code
        }
    }
}

#endif
