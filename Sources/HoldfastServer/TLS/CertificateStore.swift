#if Server

import NIOConcurrencyHelpers
import NIOSSL

/// The certificate and key that new connections get. A reload replaces both or neither.
package final class CertificateStore: Sendable {
    package struct Files: Hashable, Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    private let files: Files
    private let context: NIOLockedValueBox<NIOSSLContext>

    package init(_ files: Files) throws(StartupError) {
        self.files = files
        self.context = NIOLockedValueBox(try Self.load(files))
    }

    /// What the next connection uses.
    var current: NIOSSLContext { self.context.withLockedValue { $0 } }

    /// Reads both files again; when they cannot be used, the old ones stay.
    package func reload() throws(StartupError) {
        let fresh = try Self.load(self.files)
        self.context.withLockedValue { $0 = fresh }
    }

    private static func load(_ files: Files) throws(StartupError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
        } catch {
            throw StartupError(
                "The certificate \(files.certificate) cannot be read as PEM.",
                remedy: "Give --tls-certificate the whole chain, the server's own first."
            )
        }
        do {
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv13
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw StartupError(
                "The key \(files.key) cannot be read, or is not the certificate's.",
                remedy: "Give --tls-key the private key, in PEM, of the first certificate."
            )
        }
    }
}

#endif
