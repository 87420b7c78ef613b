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
#endif
