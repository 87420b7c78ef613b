#if NIO
public import Holdfast

extension HoldfastNetwork {
    /// WebSockets by SwiftNIO, TLS 1.3 by BoringSSL, HMAC by swift-crypto: Linux and Android.
    ///
    /// - Parameter trustRoots: Whose certificates are trusted. Default: the operating system's.
    /// - Returns: The network side of a client's configuration.
    public static func nio(trustRoots: TrustRoots = .system) -> HoldfastNetwork {
        HoldfastNetwork(
            transport: NIOTransport(configuration: .init(trustRoots: trustRoots)),
            crypto: SwiftCrypto()
        )
    }
}
#endif
