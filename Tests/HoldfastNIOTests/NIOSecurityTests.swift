#if NIO
import Holdfast
import HoldfastCore
@testable import HoldfastNIO
import HoldfastSpec
import HoldfastWire
import NIOSSL
import Testing

/// wss, against a self-signed certificate made by openssl.
@Suite(.timeLimit(.minutes(1))) struct NIOSecurityTests {
    private let probe = TransportProbe()

    private func certificate(maximumVersion: TLSVersion? = nil) throws -> TestCertificate? {
        let made = try TestCertificate(maximumVersion: maximumVersion)
        _ = requireReal("TLS", available: made != nil, reason: "install openssl")
        return made
    }

    /// The first event of a connection to `server`.
    private func first(
        _ transport: NIOTransport,
        _ server: WebSocketTestServer,
        host: String = "localhost"
    ) async throws -> TransportEvent? {
        let request = self.probe.request(to: try server.address(host: host))
        let connection = transport.connect(request, events: self.probe.sink)
        defer { connection.close(.normal) }
        return await self.probe.next()
    }

    @Test func `keeps the contract of transports over wss`() async throws {
        guard let certificate = try self.certificate() else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        await checkTransportContract(
            NIOTransport(configuration: .init(trustRoots: .pem(certificate.pem))),
            peers: TransportContractPeers(
                echo: try server.address(host: "localhost"),
                nobody: try await closedPort()
            )
        )
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a certificate from a file is trusted for its names`(host: String) async throws {
        guard let certificate = try self.certificate() else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        let transport = NIOTransport(
            configuration: .init(trustRoots: .file(path: certificate.path))
        )
        let event = try await self.first(transport, server, host: host)
        #expect(event == .opened(subprotocol: Limits.subprotocolBinary))
    }

    @Test func `a certificate that nobody vouches for is not trusted`() async throws {
        guard let certificate = try self.certificate() else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        let event = try await self.first(NIOTransport(), server)
        #expect(event == .closed(.untrusted))
    }

    @Test(arguments: [
        ("calls.example.com", "calls.example.com", true),
        ("Calls.Example.COM.", "calls.example.com", true),
        ("*.example.com", "calls.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "a.calls.example.com", false),
        ("*.com", "example.com", false),
        ("*", "localhost", false),
        ("c*.example.com", "calls.example.com", false),
        ("calls.example.com.evil.test", "calls.example.com", false),
        ("", "localhost", false),
        (".", "localhost", false),
    ])
    func `a name stands for its host alone`(name: String, host: String, holds: Bool) {
        #expect(isName(name, of: host) == holds)
    }

    /// The certificate names 127.0.0.1, which is where the false answer of the DNS leads.
    @Test func `a certificate with another name is not trusted`() async throws {
        guard let certificate = try self.certificate() else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        var configuration = NIOTransport.Configuration(trustRoots: .pem(certificate.pem))
        configuration.lookup = { _, port in [try SocketAddresses.loopback(port: port)] }
        let transport = NIOTransport(configuration: configuration)
        let event = try await self.first(transport, server, host: "calls.invalid")
        #expect(event == .closed(.untrusted))
    }

    @Test func `a trust file that is not there trusts nobody`() async throws {
        guard let certificate = try self.certificate() else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        let roots = TrustRoots.file(path: "/nonexistent/roots.pem")
        let event = try await self.first(
            NIOTransport(configuration: .init(trustRoots: roots)),
            server
        )
        #expect(event == .closed(.untrusted))
    }

    @Test(.spec("HF-1"))
    func `nothing older than TLS 1.3 is spoken`() async throws {
        guard let certificate = try self.certificate(maximumVersion: .tlsv12) else { return }
        let server = try await WebSocketTestServer(security: certificate.server)
        let transport = NIOTransport(configuration: .init(trustRoots: .pem(certificate.pem)))
        #expect(try await self.first(transport, server) == .closed(.reset))
    }

    @Test func `a server that speaks no TLS is a broken connection, not a reason to stop`()
        async throws
    {
        let server = try await WebSocketTestServer()
        let address = try ServerAddress(parsing: "wss://localhost:\(server.port)")
        let request = self.probe.request(to: address, timeout: .seconds(1))
        let connection = NIOTransport().connect(request, events: self.probe.sink)
        // The server takes the handshake for the beginning of a request and waits.
        #expect(await self.probe.next() == .closed(.timedOut))
        withExtendedLifetime(connection) {}
    }

    @Test func `the primitives keep their contract`() {
        checkCryptographyContract(SwiftCrypto())
    }
}
#endif
