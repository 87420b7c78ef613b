#if Server

import CHoldfastServer
import HoldfastServerCore
import HoldfastWire
import Logging
import NIOCore
import NIOPosix

/// One call server: the store, the shards, the listening socket. Made ready by `open`, served by
/// `run`, ended by `drain` or by cancelling `run`.
package final class CallServer: Sendable {
    package let configuration: Configuration
    /// The port that is listened on.
    package let port: Int
    private let material: Material
    private let store: CallStore
    private let group: MultiThreadedEventLoopGroup
    private let shards: ShardRing
    private let push: PushGateway?
    private let logger: Logger
    private let socket: ListeningSocket
    private let routes: ServerRoutes
    private let pipeline: ServerPipeline
    private let httpConnections: AsyncStream<HTTPConnection>
    private let drainRequests: AsyncStream<Void>
    private let drainRequest: AsyncStream<Void>.Continuation

    /// What `open` has made ready.
    struct Parts {
        var configuration: Configuration
        var material: Material
        var socket: ListeningSocket
        var store: CallStore
        var group: MultiThreadedEventLoopGroup
        var shards: ShardRing
        var push: PushGateway?
        var routes: ServerRoutes
        var pipeline: ServerPipeline
        var httpConnections: AsyncStream<HTTPConnection>
        var logger: Logger
    }

    init(_ parts: Parts) {
        self.configuration = parts.configuration
        self.material = parts.material
        self.socket = parts.socket
        self.port = parts.socket.port ?? parts.configuration.port
        self.store = parts.store
        self.group = parts.group
        self.shards = parts.shards
        self.push = parts.push
        self.routes = parts.routes
        self.pipeline = parts.pipeline
        self.httpConnections = parts.httpConnections
        self.logger = parts.logger
        (self.drainRequests, self.drainRequest) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
    }

    /// Serves until a drain is over or the task is cancelled; then everything is closed and durable.
    package func run() async throws {
        let openCalls = try self.store.openCalls()
        for (index, shard) in self.shards.shards.enumerated() {
            let count = self.shards.shards.count
            shard.start(
                openCalls: openCalls.filter {
                    ShardRing.index(of: $0.call, count: count) == index
                }
            )
        }
        let listener = try await self.listen()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.serveHTTP() }
            group.addTask { await self.keepHouse() }
            group.addTask { await self.push?.run() }
            for await _ in self.drainRequests { break }
            if !Task.isCancelled { await self.performDrain(listener) }
            group.cancelAll()
        }
        try? await listener.close()
        await self.pipeline.closeConnections()
        // The store answers to the loops, so it ends first.
        try self.store.close()
        for shard in self.shards.shards { shard.stop() }
        try await self.group.shutdownGracefully()
    }

    /// WebSockets that are open now.
    package var openConnectionCount: Int { self.pipeline.openConnectionCount }

    /// Tells the clients to come back, then closes and lets `run` return.
    package func drain() {
        self.drainRequest.yield()
        self.drainRequest.finish()
    }

    private func listen() async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: self.group)
            .serverChannelOption(.backlog, value: ListeningSocket.backlog)
            .childChannelOption(.allowRemoteHalfClosure, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: 64 * 1024)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: 16 * 1024, high: 32 * 1024)
            )
            .childChannelInitializer { channel in self.pipeline.configure(channel) }
        #if os(Linux)
        // TCP_USER_TIMEOUT: a peer that vanished holds a socket for 20 s, not for 15 minutes.
        let userTimeout = ChannelOptions.Types.SocketOption(
            level: .tcp,
            name: NIOBSDSocket.Option(rawValue: 18)
        )
        return try await bootstrap.childChannelOption(userTimeout, value: 20_000)
            .withBoundSocket(self.socket.descriptor).get()
        #else
        return try await bootstrap.withBoundSocket(self.socket.descriptor).get()
        #endif
    }

    private func serveHTTP() async {
        let channel = HTTPChannel(responder: self.routes.responder(), logger: self.logger)
        await withDiscardingTaskGroup { group in
            for await connection in self.httpConnections {
                group.addTask { await channel.handle(value: connection, logger: self.logger) }
            }
            group.cancelAll()
        }
    }

    private func keepHouse() async {
        let retention = CallStore.Retention(
            tombstoneLife: self.configuration.engine.tombstoneLife
        )
        while !Task.isCancelled {
            self.store.clean(now: self.material.clock.now, retention: retention)
            // What left memory a minute after its last connection left it (HF-61) is a small hole between
            // others, which the allocator would keep.
            holdfast_release_memory()
            try? await Task.sleep(for: self.configuration.housekeepingInterval)
        }
    }

    /// Goaway, a moment, goodbye. New connections wait in the kernel for the next process when the
    /// socket is inherited, and are refused when it is ours.
    private func performDrain(_ listener: any Channel) async {
        self.logger.info("Draining.")
        let deadline = ContinuousClock.now + self.configuration.drainMax
        self.material.judge.drain()
        for shard in self.shards.shards { shard.submit([.drainStarted]) }
        try? await Task.sleep(
            for: min(self.configuration.drainDelay, self.configuration.drainMax)
        )
        try? await listener.close()
        for shard in self.shards.shards { shard.submit([.drainEnded]) }
        while self.pipeline.openConnectionCount > 0, ContinuousClock.now < deadline,
            !Task.isCancelled
        {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Reads certificates and keys again, for connections that come from now on, and the ICE servers,
    /// for everybody. What cannot be used is logged and the old stays.
    package func reload() async {
        await self.material.reload(self.configuration, logger: self.logger)
        self.reloadPushSecret()
        for shard in self.shards.shards { shard.submit([.iceServersChanged]) }
    }

    private func reloadPushSecret() {
        guard let push = self.push else { return }
        do throws(StartupError) {
            guard let read = try Material.push(self.configuration) else { return }
            push.replace(read.secret)
            self.logger.notice("The push secret was read again.")
        } catch {
            self.logger.error("\(error) The old push secret stays.")
        }
    }
}

#endif
