#if Server

import HoldfastServerCore
import HoldfastWire
package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

extension CallServer {
    /// HTTP connections that may wait to be served.
    private static let httpConnectionsWaitingMax = 1024

    /// Reads everything, begins an era and listens. Nothing is accepted before `run`. `inherited` is
    /// a socket that listens already.
    package static func open(
        _ configuration: Configuration,
        inherited: ListeningSocket? = nil,
        logger: Logger
    ) async throws(StartupError) -> CallServer {
        let material = try await Material(configuration)
        let socket: ListeningSocket
        if let inherited {
            socket = inherited
        } else {
            socket = try ListeningSocket.bind(host: configuration.host, port: configuration.port)
        }
        // The era comes last: a start that fails before uses none up.
        let store = try CallStore.open(
            path: material.data.database,
            durability: configuration.durability,
            observe: { count, duration in material.metrics.committed(count, within: duration) }
        )
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threadCount))
        let push = material.push.map { push in
            PushGateway(
                push.webhook,
                secret: push.secret,
                on: group,
                metrics: material.metrics,
                logger: logger
            )
        }
        let shards = Self.shards(configuration, material, store, push, on: group, logger: logger)
        let (httpConnections, continuation) = AsyncStream.makeStream(
            of: HTTPConnection.self,
            bufferingPolicy: .bufferingOldest(Self.httpConnectionsWaitingMax)
        )
        let pipeline = ServerPipeline(
            judge: material.judge,
            shards: shards,
            certificates: material.certificates,
            handshakeTimeout: TimeAmount(configuration.handshakeTimeout),
            logger: logger,
            httpConnections: continuation
        )
        let routes = ServerRoutes(
            judge: material.judge,
            shards: shards,
            administration: AdministrationGuard(
                judge: material.judge,
                clock: material.clock,
                key: material.administrationKey
            ),
            metrics: material.metrics,
            registry: material.registry,
            openConnections: { pipeline.openConnectionCount }
        )
        return CallServer(
            Parts(
                configuration: configuration,
                material: material,
                socket: socket,
                store: store,
                group: group,
                shards: shards,
                push: push,
                routes: routes,
                pipeline: pipeline,
                httpConnections: httpConnections,
                logger: logger
            )
        )
    }

    /// One shard on each loop.
    private static func shards(
        _ configuration: Configuration,
        _ material: Material,
        _ store: CallStore,
        _ push: PushGateway?,
        on group: MultiThreadedEventLoopGroup,
        logger: Logger
    ) -> ShardRing {
        let surroundings = Shard.Surroundings(
            clock: material.clock,
            store: store,
            judge: material.judge,
            metrics: material.metrics,
            logger: logger,
            iceServers: material.iceServers,
            recent: CallStore.RecentBounds(
                eventCountMax: max(
                    configuration.engine.ringEventCountMax,
                    configuration.engine.channelEventCountMax
                ),
                bytesMax: max(
                    configuration.engine.ringBytesMax,
                    configuration.engine.channelBytesMax
                )
            ),
            neighbours: NIOLockedValueBox(nil),
            push: push
        )
        var engineConfiguration = configuration.engine
        if configuration.turnSecretFile != nil {
            engineConfiguration.iceRenewalInterval = configuration.turnCredentialLife / 2
        }
        if push == nil { engineConfiguration.push.wakeCountMax = 0 }
        let configured = engineConfiguration
        var random = SystemRandomNumberGenerator()
        let shards = group.makeIterator().map { loop in
            let engine = ServerEngine(
                configuration: configured,
                era: store.era,
                startedAt: material.clock.now,
                seed: (random.next(), random.next(), random.next(), random.next())
            )
            return Shard(loop: loop, engine: engine, surroundings: surroundings)
        }
        let ring = ShardRing(shards: shards)
        surroundings.neighbours.withLockedValue { $0 = ring }
        return ring
    }
}

#endif
