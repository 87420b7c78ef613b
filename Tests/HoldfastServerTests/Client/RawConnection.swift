#if Server

import NIOCore
import NIOPosix
import NIOSSL

/// A TCP connection of which a test sees every byte. Used by one task.
final class RawConnection {
    private let channel: any Channel
    private let arrivals: AsyncStream<ByteBuffer>
    private var buffer = ByteBuffer()

    private init(channel: any Channel, arrivals: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.arrivals = arrivals
    }

    deinit { self.channel.close(promise: nil) }

    static func connect(
        port: Int,
        tls: NIOSSLContext? = nil,
        readsNothing: Bool = false
    ) async throws -> RawConnection {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if readsNothing {
            // Little for the kernel to swallow, so that the server soon feels it.
            bootstrap = bootstrap.channelOption(.autoRead, value: false)
                .channelOption(.socketOption(.so_rcvbuf), value: 4096)
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    if let tls {
                        try operations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil)
                        )
                    }
                    try operations.addHandler(Arrivals(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, arrivals: stream)
    }

    private final class Arrivals: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.continuation.yield(self.unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) { self.continuation.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    func send(_ bytes: [UInt8]) {
        self.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func send(_ text: String) { self.send(Array(text.utf8)) }

    func close() { self.channel.close(promise: nil) }

    /// The certificate that the server showed, as DER.
    func peerCertificate() async throws -> [UInt8]? {
        try await self.channel.nioSSL_peerCertificate().get()?.toDERBytes()
    }

    private func nextArrival() async -> ByteBuffer? {
        for await arrival in self.arrivals { return arrival }
        return nil
    }

    /// Waits until `parse` takes something from the front; nil when the connection ended before.
    func read<Result>(_ parse: (inout ByteBuffer) -> Result?) async -> Result? {
        while true {
            var rest = self.buffer
            if let result = parse(&rest) {
                self.buffer = rest
                return result
            }
            guard var next = await self.nextArrival() else { return nil }
            self.buffer.writeBuffer(&next)
        }
    }

    /// Everything until the other side closes.
    func readToEnd() async -> String {
        while var next = await self.nextArrival() { self.buffer.writeBuffer(&next) }
        return String(buffer: self.buffer)
    }

    /// A response's status line and headers.
    func readHead() async -> String? {
        await self.read { buffer in
            let end: [UInt8] = [13, 10, 13, 10]
            let bytes = Array(buffer.readableBytesView)
            guard bytes.count >= 4 else { return nil }
            for index in 0...(bytes.count - 4) where Array(bytes[index..<index + 4]) == end {
                return buffer.readString(length: index + 4)
            }
            return nil
        }
    }
}

#endif
