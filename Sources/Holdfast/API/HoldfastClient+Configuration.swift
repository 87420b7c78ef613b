public import HoldfastWire

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
        /// Who uses this device: the user of the tokens. With a user the client has a *channel* (HF-63),
        /// by which it is rung and gets messages without being in a call. Default: nil, no channel.
        public var user: UserID?
        /// The name that others see when this device rings, at most 256 bytes of UTF-8. Default: empty.
        public var displayName: String
        /// When the user's channel is connected. Default: ``ChannelEstablishment/automatic``.
        public var channel: ChannelEstablishment
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
            user: UserID? = nil,
            displayName: String = "",
            channel: ChannelEstablishment = .automatic,
            plaintext: Plaintext = .loopbackOnly,
            mediaEngine: (@Sendable () -> any MediaEngine)? = nil,
            tokenProvider: @escaping TokenProvider
        ) {
            self.server = server
            self.platform = platform
            self.network = network
            self.deviceID = deviceID
            self.user = user
            self.displayName = displayName
            self.channel = channel
            self.plaintext = plaintext
            self.mediaEngine = mediaEngine
            self.tokenProvider = tokenProvider
        }
    }

    /// When a client connects its user's channel.
    @nonexhaustive
    public enum ChannelEstablishment: Hashable, Sendable {
        /// As soon as ``HoldfastClient/run()`` runs.
        case automatic
        /// With ``HoldfastClient/connect()``.
        case manual
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
