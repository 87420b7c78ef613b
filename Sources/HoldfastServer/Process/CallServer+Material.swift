#if Server

import HoldfastServerCore
import Logging
import NIOConcurrencyHelpers

extension CallServer {
    /// What a server has read from its files before it touches the network.
    struct Material: Sendable {
        let data: DataDirectory
        let certificates: CertificateStore?
        let administrationKey: AdministrationKey?
        let clock: ServerClock
        let registry: PrometheusRegistry
        let metrics: ServerMetrics
        let judge: UpgradeJudge
        let iceServers: NIOLockedValueBox<ICEServerList>
        let push: Push?

        /// Where pushes go, and what they are signed with.
        struct Push: Sendable {
            let webhook: PushWebhook
            let secret: PushSecret
        }

        init(_ configuration: Configuration) async throws(StartupError) {
            try configuration.check()
            self.data = try DataDirectory(path: configuration.dataDirectory)
            if let files = configuration.certificate {
                self.certificates = try CertificateStore(files)
            } else {
                self.certificates = nil
            }
            if let path = configuration.administrationKeyFile {
                self.administrationKey = try AdministrationKey(path: path)
            } else {
                self.administrationKey = nil
            }
            self.iceServers = NIOLockedValueBox(try Self.iceServers(configuration))
            self.push = try Self.push(configuration)
            self.clock = ServerClock()
            self.registry = PrometheusRegistry()
            self.metrics = ServerMetrics(factory: self.registry)
            self.judge = UpgradeJudge(
                clock: self.clock,
                credentials: try await Self.credentials(configuration, self.data),
                admission: configuration.admission,
                metrics: self.metrics
            )
        }

        func reload(_ configuration: Configuration, logger: Logger) async {
            if let certificates = self.certificates {
                do throws(StartupError) {
                    try certificates.reload()
                    logger.notice("The certificate was read again.")
                } catch {
                    logger.error("\(error) The old certificate stays.")
                }
            }
            do throws(StartupError) {
                self.judge.replace(try await Self.credentials(configuration, self.data))
                logger.notice("The keys were read again.")
            } catch {
                logger.error("\(error) The old keys stay.")
            }
            do throws(StartupError) {
                let list = try Self.iceServers(configuration)
                self.iceServers.withLockedValue { $0 = list }
                logger.notice("The ICE servers were read again.")
            } catch {
                logger.error("\(error) The old ICE servers stay.")
            }
        }

        static func push(_ configuration: Configuration) throws(StartupError) -> Push? {
            switch (configuration.pushWebhook, configuration.pushSecretFile) {
            case (.some(let webhook), .some(let path)):
                return Push(webhook: try PushWebhook(webhook), secret: try PushSecret(path: path))
            case (nil, nil): return nil
            case (.some, nil), (nil, .some):
                throw StartupError(
                    "Pushes need both the address of a gateway and the secret shared with it.",
                    remedy: "Give --push-webhook and --push-secret-file together."
                )
            }
        }

        private static func iceServers(
            _ configuration: Configuration
        ) throws(StartupError) -> ICEServerList {
            try ICEServerList(
                path: configuration.iceServerFile,
                secretPath: configuration.turnSecretFile,
                credentialLife: configuration.turnCredentialLife
            )
        }

        private static func credentials(
            _ configuration: Configuration,
            _ data: DataDirectory
        ) async throws(StartupError) -> UpgradeJudge.Credentials {
            let path: String
            if let named = configuration.tokenKeyFile {
                path = named
            } else {
                path = data.developmentTokenKeys
                try DevelopmentTokenKey.makeIfMissing(path: path)
            }
            return UpgradeJudge.Credentials(
                tokens: try await TokenKeys.load(path: path),
                resumeKeys: try ResumeKeyRing.open(path: data.resumeKeys)
            )
        }
    }
}

#endif
