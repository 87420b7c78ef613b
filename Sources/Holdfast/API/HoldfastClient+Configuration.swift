public import HoldfastCore
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
        /// What keeps calls alive when the app leaves the screen, and what happens to their media then.
        /// Checked by ``HoldfastClient/init(_:)``. Default: the defaults of
        /// ``KeepAliveOptions``.
        public var keepAlive: KeepAliveOptions
        /// Says what the ongoing notification of a call shows. Asked again whenever something about the
        /// call has changed, at most once a second; of several answers that of the newest question
        /// counts. It runs in a task of the client's and should not wait for anything: the notification
        /// waits with it. Until its first answer, and by default (nil), the notification says the call's
        /// title and where the call is, in the words of ``KeepAliveOptions/texts``.
        public var notification: (@Sendable (HoldfastCall) -> NotificationContent)?
        /// Runs first when the user taps a call's notification or a button of it, and says whether the
        /// default happens, too. After ``KeepAliveLimits/handlerPatience`` it is cancelled and the
        /// default happens. Several taps may be handled at once, at most 16; beyond that the default
        /// happens at once. Default: nil, the default happens.
        public var onAction: (@Sendable (HoldfastCall, NotificationAction) async -> ActionDecision)?
        /// Loads the picture of a notification from an address (`https` or `http`) with header fields.
        /// It is cancelled after ``KeepAliveLimits/avatarPatience``, when the content names another
        /// picture, and at the end of the call; what it throws is never logged. Default: nil, addresses
        /// are not loaded. Pictures given as bytes need no loader.
        public var avatarLoader: (@Sendable (String, [String: String]) async throws -> [UInt8])?
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
            keepAlive: KeepAliveOptions = KeepAliveOptions(),
            notification: (@Sendable (HoldfastCall) -> NotificationContent)? = nil,
            onAction: (
                @Sendable (HoldfastCall, NotificationAction) async -> ActionDecision
            )? = nil,
            avatarLoader: (
                @Sendable (String, [String: String]) async throws -> [UInt8]
            )? = nil,
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
            self.keepAlive = keepAlive
            self.notification = notification
            self.onAction = onAction
            self.avatarLoader = avatarLoader
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
