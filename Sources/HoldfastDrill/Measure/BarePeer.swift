#if NIO && Server && os(Linux)
import CHoldfastDrill
import Foundation
import Glibc
import NIOCore
import NIOPosix

/// Plain TCP between two hosts of a drill's network: what the SDK's figures are compared with.
///
/// A client sends a count of eight bytes. The server answers with so many bytes; for zero it sends
/// one byte every ``tickInterval`` until the end.
struct BarePeer: Sendable {
    static let port = 9000
    static let tickInterval: TimeAmount = .milliseconds(50)

    /// One thread inside a host's namespace.
    private let group: MultiThreadedEventLoopGroup

    init(network: String) async throws {
        self.group = try await withCheckedThrowingContinuation { continuation in
            // A thread inherits the namespace of the one that starts it, and this one ends.
            Thread.detachNewThread {
                let descriptor = unsafe open(network, O_RDONLY | O_CLOEXEC)
                defer { close(descriptor) }
                guard descriptor >= 0, hf_enter_network(descriptor) == 0 else {
                    return continuation.resume(throwing: DrillFailure("no way into \(network)"))
                }
                continuation.resume(returning: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            }
        }
    }

    /// Serves on every address of the host until ``stop()``.
    func serve() async throws {
        // A socket belongs to the namespace of the thread that makes it.
        let bound = self.group.next().flatSubmit {
            ServerBootstrap(group: self.group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(BareAnswer())
                    }
                }
                .bind(host: "0.0.0.0", port: Self.port)
        }
        _ = try await bound.get()
    }

    /// Connects and asks for so many bytes; zero for ticks.
    func request(_ byteCount: Int, from host: String) async throws -> BareArrival {
        let arrival = BareArrival()
        let channel = try await ClientBootstrap(group: self.group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BareReader(arrival: arrival))
                }
            }
            .connect(host: host, port: Self.port).get()
        arrival.connected()
        try await channel.writeAndFlush(ByteBuffer(integer: UInt64(byteCount)))
        return arrival
    }

    func stop() async { try? await self.group.shutdownGracefully() }
}

/// When what arrived, in seconds of CLOCK_MONOTONIC.
// SAFETY: `lock` guards every `var`.
final class BareArrival: @unchecked Sendable {
    private let lock = NSLock()
    private let startedAt = monotonicSeconds()
    private var connectedAt = 0.0
    private var steps: [(at: Double, byteCount: Int)] = []

    /// Milliseconds that the connection took.
    var connectMilliseconds: Double {
        self.lock.withLock { (self.connectedAt - self.startedAt) * 1000 }
    }

    /// Milliseconds from the start until so many bytes were there; nil when they are not.
    func milliseconds(untilBytes count: Int) -> Double? {
        self.lock.withLock {
            self.steps.first { $0.byteCount >= count }.map { ($0.at - self.startedAt) * 1000 }
        }
    }

    /// When something arrived at or after a time.
    func first(after time: Double) -> Double? {
        self.lock.withLock { self.steps.first { $0.at >= time }?.at }
    }

    fileprivate func connected() { self.lock.withLock { self.connectedAt = monotonicSeconds() } }

    fileprivate func received(_ byteCount: Int) {
        let now = monotonicSeconds()
        self.lock.withLock {
            self.steps.append((now, (self.steps.last?.byteCount ?? 0) + byteCount))
        }
    }
}

private final class BareReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let arrival: BareArrival

    init(arrival: BareArrival) { self.arrival = arrival }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.arrival.received(Self.unwrapInboundIn(data).readableBytes)
    }
}

private final class BareAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The largest answer, in bytes.
    private static let byteCountMax: UInt64 = 16 * 1024 * 1024
    private var ticks: RepeatedTask?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let count = Self.unwrapInboundIn(data).getInteger(at: 0, as: UInt64.self) else {
            return context.close(promise: nil)
        }
        let channel = context.channel
        if count > 0 {
            let bytes = ByteBuffer(repeating: 0, count: Int(min(count, Self.byteCountMax)))
            return channel.writeAndFlush(bytes, promise: nil)
        }
        self.ticks = context.eventLoop.scheduleRepeatedTask(
            initialDelay: .zero,
            delay: BarePeer.tickInterval
        ) { _ in
            channel.writeAndFlush(ByteBuffer(integer: UInt8.zero), promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { self.ticks?.cancel() }
}
#endif
