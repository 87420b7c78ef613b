#if NIO
package import Holdfast
internal import HoldfastCore
package import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Opens WebSockets by SwiftNIO: the transport of Linux and Android.
///
/// Each connection lives on one event loop. The address that let a host's last connection in is tried
/// at once, beside the look-up of its name.
package final class NIOTransport: Transport {
    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let shared: NIOConnection.Shared

    /// How connections are made.
    package struct Configuration: Sendable {
        /// Whose certificates are trusted. Default: the system's.
        package var trustRoots: TrustRoots
        /// How long unacknowledged bytes may wait before the system breaks the connection (RFC 5482).
        /// Default 20 s: longer than a client's own liveness limit, so it decides nothing.
        package var userTimeout: Duration
        /// Turns a host name into addresses, on a thread that may block. Default: the system's.
        package var lookup: HostLookup

        package init(
            trustRoots: TrustRoots = .system,
            userTimeout: Duration = .seconds(20),
            lookup: @escaping HostLookup = systemHostLookup
        ) {
            self.trustRoots = trustRoots
            self.userTimeout = userTimeout
            self.lookup = lookup
        }
    }

    package init(
        configuration: Configuration = Configuration(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.configuration = configuration
        self.group = group
        self.shared = NIOConnection.Shared(
            addresses: AddressCache(lookup: configuration.lookup),
            security: SecurityContext(trustRoots: configuration.trustRoots),
            userTimeout: configuration.userTimeout
        )
    }

    package func connect(
        _ request: TransportRequest,
        events: @escaping @Sendable (TransportEvent) -> Void
    ) -> any TransportConnection {
        let connection = NIOConnection(
            request: request,
            loop: self.group.next(),
            shared: self.shared,
            events: events
        )
        connection.start()
        return connection
    }
}

/// Whose certificates are trusted.
public enum TrustRoots: Hashable, Sendable {
    /// The operating system's.
    case system
    /// The certificates in a PEM file alone: a company's own, or a self-signed one of a test server.
    /// Read once, at the first connection that needs it.
    case file(path: String)
    /// The certificates in a PEM text alone.
    case pem(String)
}

/// The TLS settings of a transport, made once: reading the system's certificates takes milliseconds
/// that no reconnect should pay.
final class SecurityContext: Sendable {
    private let trustRoots: TrustRoots
    private let made = Locked<NIOSSLContext?>(nil)

    init(trustRoots: TrustRoots) { self.trustRoots = trustRoots }

    /// TLS 1.3 alone (HF-1): 1.2 would cost every reconnect one more round trip.
    func context() throws -> NIOSSLContext {
        try self.made.withLock { made in
            if let made { return made }
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv13
            configuration.applicationProtocols = ["http/1.1"]
            switch self.trustRoots {
            case .system: configuration.trustRoots = .default
            case .file(let path):
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            case .pem(let text):
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(Array(text.utf8))
                )
            }
            let context = try NIOSSLContext(configuration: configuration)
            made = context
            return context
        }
    }
}
#endif
