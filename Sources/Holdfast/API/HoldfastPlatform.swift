/// What the SDK needs from the system it runs on: network path, app life cycle, a place for secrets,
/// a clock. Made by the module of each platform, such as `HoldfastPlatform.linux()`.
public struct HoldfastPlatform: Sendable {
    package var path: any NetworkPath
    package var lifecycle: any Lifecycle
    package var store: any SessionStore
    package var clock: any ClockSource

    package init(
        path: any NetworkPath,
        lifecycle: any Lifecycle,
        store: any SessionStore,
        clock: any ClockSource
    ) {
        self.path = path
        self.lifecycle = lifecycle
        self.store = store
        self.clock = clock
    }
}

/// How the SDK reaches a server: WebSockets, TLS and two primitives of cryptography. Made by the
/// module of each network stack, such as `HoldfastNetwork.nio()`.
public struct HoldfastNetwork: Sendable {
    package var transport: any Transport
    package var crypto: any Cryptography

    package init(transport: any Transport, crypto: any Cryptography) {
        self.transport = transport
        self.crypto = crypto
    }
}
