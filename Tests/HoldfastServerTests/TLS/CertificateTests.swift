#if Server

import HoldfastSpec
import HoldfastWire
import NIOSSL
import Testing

@testable import HoldfastServer

@Suite(.timeLimit(.minutes(1))) struct CertificateTests {
    /// Shows every certificate to the test and insists on nothing.
    private static func client(isOld: Bool = false) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        if isOld { configuration.maximumTLSVersion = .tlsv12 }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func der(_ pem: String) throws -> [UInt8]? {
        try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem).toDERBytes()
    }

    private static func run(
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    )
        async throws
    {
        try await TestServer.run(
            { configuration, directory in
                configuration.certificate = CertificateStore.Files(
                    certificate: try directory.write(TestKeys.firstCertificate, to: "c.pem"),
                    key: try directory.write(TestKeys.firstKey, to: "k.pem")
                )
            },
            body
        )
    }

    @Test(.spec("HF-1")) func `TLS 1.3 is spoken, and nothing older`() async throws {
        try await Self.run { server in
            let client = try await server.join(tls: Self.client())
            #expect(await client.welcome()?.mode == .joined)
            let shown = try await client.raw.peerCertificate()
            let expected = try Self.der(TestKeys.firstCertificate)
            #expect(shown == expected)
            let old = try await server.join(tls: Self.client(isOld: true))
            #expect(old.head == "")
            let plain = try await server.join()
            #expect(plain.head == "")
        }
    }

    @Test func `a reload shows the new certificate to new connections alone`() async throws {
        try await Self.run { server in
            let before = try await server.join("alice", tls: Self.client())
            _ = await before.welcome()
            try server.directory.write(TestKeys.secondCertificate, to: "c.pem")
            try server.directory.write(TestKeys.secondKey, to: "k.pem")
            await server.server.reload()
            let after = try await server.join("bob", tls: Self.client())
            _ = await after.welcome()
            let shown = try await after.raw.peerCertificate()
            let expected = try Self.der(TestKeys.secondCertificate)
            #expect(shown == expected)
            // The old connection goes on.
            try before.send(.ping(id: 5, acknowledged: .zero))
            #expect(await before.firstPong() == 5)
        }
    }

    @Test(arguments: ["no certificate", "no key", "another's key"])
    func `a certificate that cannot be used is refused, and the old one stays`(
        fault: String
    ) async throws {
        try await Self.run { server in
            switch fault {
            case "no certificate": try server.directory.write("nonsense", to: "c.pem")
            case "no key": try server.directory.write("nonsense", to: "k.pem")
            default: try server.directory.write(TestKeys.secondKey, to: "k.pem")
            }
            await server.server.reload()
            let client = try await server.join(tls: Self.client())
            #expect(await client.welcome()?.mode == .joined)
            let shown = try await client.raw.peerCertificate()
            let expected = try Self.der(TestKeys.firstCertificate)
            #expect(shown == expected)
        }
    }

    @Test func `a server does not start without a usable certificate`() throws {
        let directory = try TemporaryDirectory()
        let files = CertificateStore.Files(
            certificate: try directory.write("nonsense", to: "c.pem"),
            key: try directory.write(TestKeys.firstKey, to: "k.pem")
        )
        let error = #expect(throws: StartupError.self) { try CertificateStore(files) }
        #expect(error?.problem.contains("c.pem") == true)
    }
}

#endif
