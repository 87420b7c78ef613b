#if Server

import Crypto
import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import Logging
import NIOSSL

@testable import HoldfastServer

/// A server in this process, on a free port, with a directory and a token key of its own.
final class TestServer: Sendable {
    let server: CallServer
    let directory: TemporaryDirectory
    private let issuer: TokenIssuer

    private init(server: CallServer, directory: TemporaryDirectory, issuer: TokenIssuer) {
        self.server = server
        self.directory = directory
        self.issuer = issuer
    }

    var port: Int { self.server.port }

    /// Runs a server for as long as `body` takes.
    static func run(
        in directory: TemporaryDirectory? = nil,
        _ change: (inout CallServer.Configuration, TemporaryDirectory) throws -> Void = { _, _ in },
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let directory = try directory ?? TemporaryDirectory()
        var configuration = CallServer.Configuration()
        configuration.port = 0
        configuration.isDevelopment = true
        configuration.dataDirectory = directory.file("data")
        // A busy machine is no fault of the server's.
        configuration.handshakeTimeout = .seconds(30)
        try change(&configuration, directory)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try await CallServer.open(configuration, logger: logger)
        let keys =
            configuration.tokenKeyFile
            ?? configuration.dataDirectory + "/" + DataDirectory.developmentKeysName
        let issuer = try await TokenIssuer(keyFile: keys)
        let test = TestServer(server: server, directory: directory, issuer: issuer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            do {
                try await body(test)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    func token(
        _ user: String = "alice",
        call: AccessClaims.Scope? = .everyCall,
        grants: Grants = [.join, .publish, .remove, .end],
        isAdministrator: Bool = false,
        lifetime: Duration = .seconds(3600)
    ) throws -> String {
        try self.issuer.issue(
            TokenIssuer.Request(
                user: UserID(user),
                scope: call,
                grants: grants,
                isAdministrator: isAdministrator,
                expiresAt: ServerClock().now.advanced(by: lifetime)
            )
        )
    }

    static func headers(
        token: String,
        options: JoinOptions,
        encoding: FrameEncoding = .binary
    ) throws -> [(String, String)] {
        [
            ("Authorization", "Bearer \(token)"),
            ("X-Holdfast-Options", try FrameCodec(encoding: encoding).encodeToken(options)),
        ]
    }

    func join(
        _ user: String = "alice",
        call: CallID = .demo,
        encoding: FrameEncoding = .binary,
        tls: NIOSSLContext? = nil,
        readsNothing: Bool = false
    ) async throws -> TestClient {
        try await TestClient.connect(
            port: self.port,
            encoding: encoding,
            headers: Self.headers(
                token: self.token(user),
                options: JoinOptions(call: call, displayName: user),
                encoding: encoding
            ),
            tls: tls,
            readsNothing: readsNothing
        )
    }

    /// The header of a resume request.
    static func resumeHeader(
        _ welcome: Welcome,
        cursor: LogOffset = .zero,
        counter: UInt64? = nil,
        key: ResumeKey? = nil,
        port: Int
    ) throws -> (String, String) {
        guard let key = key ?? welcome.resumeKey else { throw CancellationError() }
        let ticket = ResumeTicket(
            call: welcome.call,
            session: welcome.session,
            key: key.id,
            counter: ResumeCounter(counter ?? UInt64(Date().timeIntervalSince1970 * 1000)),
            cursor: cursor,
            appState: .foreground,
            lastResult: .none
        )
        return try Self.resumeHeader(ticket, secret: key.secret.value, port: port)
    }

    /// The header of a resume request with this very ticket.
    static func resumeHeader(
        _ ticket: ResumeTicket,
        secret: [UInt8],
        port: Int
    ) throws -> (String, String) {
        let payload = try FrameCodec(encoding: .binary).encodeToken(ticket)
        let host = "127.0.0.1:\(port)"
        let mac = HMAC<SHA256>.authenticationCode(
            for: resumeSigningInput(host: host, payload: payload),
            using: SymmetricKey(data: secret)
        )
        let authorization = ResumeAuthorization(payload: payload, mac: Array(mac))
        return ("Authorization", authorization.headerValue)
    }

    func resume(
        _ welcome: Welcome,
        cursor: LogOffset = .zero,
        counter: UInt64? = nil,
        key: ResumeKey? = nil
    ) async throws -> TestClient {
        let header = try Self.resumeHeader(
            welcome,
            cursor: cursor,
            counter: counter,
            key: key,
            port: self.port
        )
        return try await TestClient.connect(port: self.port, headers: [header])
    }

    /// Sends one HTTP request and returns the whole answer.
    func http(
        _ method: String,
        _ path: String,
        token: String? = nil,
        body: String? = nil
    ) async throws -> String {
        let raw = try await RawConnection.connect(port: self.port)
        var request = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let token { request += "Authorization: Bearer \(token)\r\n" }
        if let body { request += "Content-Length: \(body.utf8.count)\r\n" }
        raw.send(request + "\r\n" + (body ?? ""))
        return await raw.readToEnd()
    }
}

#endif
