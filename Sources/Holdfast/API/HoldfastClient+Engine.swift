internal import HoldfastCore

extension HoldfastClient {
    /// Creates a client. Nothing happens until ``run()``.
    ///
    /// - Parameter configuration: What the client works with.
    /// - Throws: `invalid_configuration` for a server address that cannot be used, `ws://` to another
    ///   machine without ``Configuration/plaintext``, a device id that is too long, or a
    ///   ``KeepAliveOptions/grace`` out of its bounds.
    public convenience init(_ configuration: Configuration) throws(HoldfastError) {
        try self.init(configuration) { seed, wallOriginMilliseconds in
            ClientEngine(
                configuration: ClientEngine.Configuration(
                    seed: seed,
                    wallOriginMilliseconds: wallOriginMilliseconds,
                    keepAlive: configuration.keepAlive,
                    profile: configuration.platform.profile
                )
            )
        }
    }
}

extension ClientEngine: DrivenEngine {}

/// Runs a client for as long as `body` runs.
///
/// When `body` returns or throws, the client stops as ``HoldfastClient/run()`` describes: calls that
/// were not left can be restored.
///
/// - Parameters:
///   - configuration: What the client works with.
///   - body: Joins calls. It is cancelled when the surrounding task is.
/// - Returns: What `body` returns.
/// - Throws: `HoldfastError` for a configuration that cannot be used, and what `body` throws.
public func withHoldfastClient<Result: Sendable>(
    _ configuration: HoldfastClient.Configuration,
    _ body: @Sendable @escaping (HoldfastClient) async throws -> Result
) async throws -> Result {
    try await withRunning(try HoldfastClient(configuration), body)
}
