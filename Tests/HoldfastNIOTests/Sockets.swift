#if NIO
import Holdfast
import NIOCore
import NIOPosix
import Testing

/// Addresses for tests that resolve names themselves.
enum SocketAddresses {
    static func loopback(port: Int) throws -> SocketAddress {
        try SocketAddress(ipAddress: "127.0.0.1", port: port)
    }
}

/// A port of 127.0.0.1 on which nobody listens: one that was just let go.
func closedPort() async throws -> ServerAddress {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(channel.localAddress?.port)
    try await channel.close()
    return try ServerAddress(parsing: "ws://127.0.0.1:\(port)")
}

/// An address at which the kernel drops every attempt without a word, as a broken IPv6 path does: a
/// listener that accepts nobody, with a queue that is full.
final class BlackHole: Sendable {
    let address: SocketAddress
    private let listener: any Channel
    private let waiting: [any Channel]

    init() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
        // As with two families: the first address is another than the one that works.
        let hosts = ["::1", "127.0.0.2"]
        var bound: (any Channel)?
        for host in hosts where bound == nil {
            bound = try? await bootstrap.bind(host: host, port: 0).get()
        }
        self.listener = try #require(bound)
        self.address = try #require(self.listener.localAddress)
        var waiting: [any Channel] = []
        // Until one is not let in any more.
        while waiting.count < 16,
            let channel = try? await ClientBootstrap(group: group)
                .connectTimeout(.milliseconds(300)).connect(to: self.address).get()
        {
            waiting.append(channel)
        }
        try #require(waiting.count < 16)
        self.waiting = waiting
    }

    deinit {
        for channel in self.waiting + [self.listener] { channel.close(promise: nil) }
    }
}
#endif
