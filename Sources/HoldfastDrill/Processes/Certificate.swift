#if NIO && os(Linux)
import Foundation

/// A self-signed certificate for one server of a drill or a test.
package struct Certificate: Sendable {
    /// PEM files: the certificate, which phones are told to trust, and its key.
    package let chain: String
    package let key: String

    /// The system's own.
    static let tool = "/usr/bin/openssl"

    /// Makes one for an address with `openssl`, valid for two days.
    ///
    /// - Throws: ``DrillFailure`` when there is no `openssl` on this machine or it fails.
    package static func make(for address: String, in folder: String) async throws -> Certificate {
        guard FileManager.default.isExecutableFile(atPath: self.tool) else {
            throw DrillFailure(
                "wss needs a certificate, and there is no \(self.tool): install openssl"
            )
        }
        let files = Certificate(chain: folder + "/chain.pem", key: folder + "/key.pem")
        let openssl = try ChildProcess(
            name: "openssl",
            [
                self.tool, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:\(address)", "-keyout", files.key, "-out",
                files.chain,
            ]
        )
        guard await openssl.waitForEnd(.seconds(10)), openssl.status == 0 else {
            throw DrillFailure("openssl made no certificate for \(address)")
        }
        return files
    }
}
#endif
