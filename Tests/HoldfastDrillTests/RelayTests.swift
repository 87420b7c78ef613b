#if NIO
import NIOCore
import NIOPosix
import Testing

@testable import HoldfastDrill

/// The relay between real sockets.
@Suite struct RelayTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    @Test(.timeLimit(.minutes(1)))
    func `what one side sends reaches the other, also right after the connection`()
        async throws
    {
        let echo = try await self.startEcho()
        let relay = try await Relay(to: try #require(echo.localAddress?.port), group: self.group)

        let answer = try await self.ask("hello", port: relay.port)

        #expect(answer == "hello")
        await relay.stop()
        try await echo.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a restore ends what the cut stopped, and passes what comes after`() async throws {
        let echo = try await self.startEcho()
        let relay = try await Relay(to: try #require(echo.localAddress?.port), group: self.group)
        let promise = self.group.any().makePromise(of: String.self)
        let old = try await self.connect(port: relay.port, count: 3, promise)
        try await old.writeAndFlush(ByteBuffer(string: "old"))
        // The echo says that the relay has taken the connection, which a cut can then stop.
        #expect(try await promise.futureResult.get() == "old")
        relay.cut()
        relay.restore()

        try await old.closeFuture.get()
        #expect(try await self.ask("new", port: relay.port) == "new")
        await relay.stop()
        try await echo.close()
    }

    private func startEcho() async throws -> any Channel {
        try await ServerBootstrap(group: self.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Sends a text and returns as many bytes as it has; empty when the connection ends before.
    private func ask(_ text: String, port: Int) async throws -> String {
        let promise = self.group.any().makePromise(of: String.self)
        let channel = try await self.connect(port: port, count: text.utf8.count, promise)
        try await channel.writeAndFlush(ByteBuffer(string: text))
        let answer = try await promise.futureResult.get()
        channel.close(promise: nil)
        return answer
    }

    private func connect(
        port: Int,
        count: Int,
        _ promise: EventLoopPromise<String>
    ) async throws -> any Channel {
        try await ClientBootstrap(group: self.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Collector(count: count, promise: promise)
                    )
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(self.wrapOutboundOut(self.unwrapInboundIn(data)), promise: nil)
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let count: Int
    private let promise: EventLoopPromise<String>
    private var received = ""

    init(count: Int, promise: EventLoopPromise<String>) {
        self.count = count
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received += String(buffer: self.unwrapInboundIn(data))
        if self.received.utf8.count >= self.count { self.promise.succeed(self.received) }
    }

    func channelInactive(context: ChannelHandlerContext) { self.promise.succeed(self.received) }
}
#endif
