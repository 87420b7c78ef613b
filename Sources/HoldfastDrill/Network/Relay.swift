#if NIO
package import NIOCore
import NIOPosix

/// A TCP relay in user space: a phone's way to the server where no network can be made.
///
/// Cut, it takes connections and passes nothing, as a dead network does, and says nothing, unlike a
/// kernel. Media does not go through it.
package final class Relay: Sendable {
    /// The relay's port on the loopback interface.
    package let port: Int
    private let listener: any Channel
    private let gate: RelayGate

    /// Starts a relay to a server on this machine, on a port that the system chooses.
    package convenience init(to port: Int, group: any EventLoopGroup) async throws {
        try await self.init(on: 0, toHost: "127.0.0.1", port: port, group: group)
    }

    /// Starts a relay from a port of the loopback interface to a server.
    package init(
        on ownPort: Int,
        toHost host: String,
        port: Int,
        group: any EventLoopGroup
    ) async throws {
        let gate = RelayGate()
        self.gate = gate
        self.listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { phone in
                ClientBootstrap(group: phone.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port)
                    .flatMapThrowing { server in
                        try phone.pipeline.syncOperations.addHandler(PassOn(to: server))
                        try server.pipeline.syncOperations.addHandler(PassOn(to: phone))
                        gate.add(phone)
                        gate.add(server)
                    }
                    .flatMapErrorThrowing { error in
                        phone.close(promise: nil)
                        throw error
                    }
            }
            .bind(host: "127.0.0.1", port: ownPort).get()
        self.port = self.listener.localAddress?.port ?? 0
    }

    /// Nothing passes any more.
    package func cut() { self.gate.close() }

    /// Everything passes again. Connections from before the cut are gone for good.
    package func restore() { self.gate.open() }

    /// Ends the relay and its connections.
    package func stop() async {
        try? await self.listener.close()
        self.gate.closeConnections()
    }
}

/// Passes bytes from one connection to the other, no faster than that one takes them.
private final class PassOn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        self.other.writeAndFlush(self.unwrapInboundIn(data)).whenComplete { result in
            if case .failure = result { channel.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.other.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
#endif
