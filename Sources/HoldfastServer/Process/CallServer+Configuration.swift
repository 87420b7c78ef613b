#if Server

package import HoldfastServerCore

extension CallServer {
    /// Everything an operator can choose. `SettingCatalog` says how each value is written.
    package struct Configuration: Sendable {
        /// Where to listen. The default is for this machine alone.
        package var host = "127.0.0.1"
        /// 0 takes a free port.
        package var port = 7443
        /// Database and resume keys.
        package var dataDirectory = "holdfast-data"
        package var durability = CallStore.Durability.normal
        /// Event loops, each with its own shard of the calls. One serves tens of thousands.
        package var threadCount = 1
        /// Nil only with `isDevelopment`, which makes one.
        package var tokenKeyFile: String?
        package var administrationKeyFile: String?
        package var certificate: CertificateStore.Files?
        package var allowsInsecure = false
        package var isDevelopment = false
        /// STUN and TURN servers that every client is told of; nil for none.
        package var iceServerFile: String?
        /// The secret of TURN servers without a fixed credential.
        package var turnSecretFile: String?
        /// How long a TURN credential can be used; clients get another at half of it (HF-62).
        package var turnCredentialLife = ICEServerList.credentialLife
        /// Where pushes go that wake devices (HF-74); nil wakes none.
        package var pushWebhook: String?
        /// The secret of the gateway that is called there.
        package var pushSecretFile: String?
        /// Between telling clients to come back and closing (HF-58).
        package var drainDelay: Duration = .milliseconds(200)
        /// A drain that takes longer is cut short.
        package var drainMax: Duration = .seconds(10)
        /// From accepting a connection to its upgrade (HF-61).
        package var handshakeTimeout: Duration = .seconds(5)
        package var housekeepingInterval: Duration = .seconds(60)
        package var engine = ServerConfiguration()
        package var admission = AdmissionMachine.Configuration()

        package init() {}

        /// Whether only this machine can reach the server.
        var isLoopback: Bool {
            ["localhost", "::1"].contains(self.host) || self.host.hasPrefix("127.")
        }

        /// Refuses what would work but should not.
        func check() throws(StartupError) {
            if self.certificate == nil, !self.isLoopback, !self.allowsInsecure {
                throw StartupError(
                    "Without TLS, resume keys would travel in clear on \(self.host).",
                    remedy: "Give --tls-certificate and --tls-key, listen on 127.0.0.1 behind a "
                        + "proxy, or insist with --allow-insecure."
                )
            }
            if self.isDevelopment, !self.isLoopback {
                throw StartupError(
                    "--dev makes tokens from a key in a file; it is for loopback only.",
                    remedy: "Leave out --host, or give --token-keys instead of --dev."
                )
            }
            if self.tokenKeyFile == nil, !self.isDevelopment {
                throw StartupError(
                    "There are no keys to check access tokens with.",
                    remedy: "Name a file with --token-keys (docs/tokens.md), or try it out with "
                        + "--dev."
                )
            }
        }
    }
}

#endif
