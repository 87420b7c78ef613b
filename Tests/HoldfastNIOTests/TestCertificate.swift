#if NIO
import Foundation
import NIOSSL

/// A self-signed certificate for `localhost` and 127.0.0.1, made by `openssl` when a test asks.
struct TestCertificate {
    let pem: String
    let path: String
    let server: NIOSSLContext

    /// Nil when there is no `openssl` on this machine.
    init?(maximumVersion: TLSVersion? = nil) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "holdfast-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = folder.appending(path: "key.pem").path()
        let certificate = folder.appending(path: "certificate.pem").path()
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        do { try openssl.run() } catch { return nil }
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { return nil }

        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        )
        configuration.maximumTLSVersion = maximumVersion
        self.pem = try String(contentsOfFile: certificate, encoding: .utf8)
        self.path = certificate
        self.server = try NIOSSLContext(configuration: configuration)
    }
}
#endif
