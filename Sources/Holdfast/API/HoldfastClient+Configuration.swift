extension HoldfastClient {
    /// What a client works with.
    public struct Configuration: Sendable {
        /// Where the call server is: `wss://host`, with a port and a path if need be. Checked by
        /// ``HoldfastClient/init(_:)``.
        public var server: String
        /// The system's side. See ``HoldfastPlatform``.
        public var platform: HoldfastPlatform
        /// The network's side. See ``HoldfastNetwork``.
        public var network: HoldfastNetwork
        /// Tells apart the devices of one user, at most 128 bytes. A user who joins the same call
        /// with the same device id replaces the older session. Default: empty, one device.
        public var deviceID: String
        /// Whether `ws://` is taken. Default: for servers on this machine alone.
        public var plaintext: Plaintext
        /// Makes a media engine for a call that has ``CallSettings/media``. Default: none.
        public var mediaEngine: (@Sendable () -> any MediaEngine)?
        /// Gives access tokens.
        public var tokenProvider: TokenProvider

        /// Creates a configuration; what has a default is documented on its property.
        public init(
            server: String,
            platform: HoldfastPlatform,
            network: HoldfastNetwork,
            deviceID: String = "",
            plaintext: Plaintext = .loopbackOnly,
            mediaEngine: (@Sendable () -> any MediaEngine)? = nil,
            tokenProvider: @escaping TokenProvider
        ) {
            self.server = server
            self.platform = platform
            self.network = network
            self.deviceID = deviceID
            self.plaintext = plaintext
            self.mediaEngine = mediaEngine
            self.tokenProvider = tokenProvider
        }
    }

    /// Whether tokens, keys and messages may travel in the clear.
    @nonexhaustive
    public enum Plaintext: Hashable, Sendable {
        /// On this machine alone.
        case loopbackOnly
        /// Everywhere. Whoever sees the traffic can take over the calls.
        case allowed
    }
}
