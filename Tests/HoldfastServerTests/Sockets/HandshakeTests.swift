#if Server

import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import NIOCore
import Testing

@testable import HoldfastServer

@Suite(.serialized, .timeLimit(.minutes(1))) struct HandshakeTests {
    private static let options = JoinOptions(call: .demo, displayName: "Alice")

    @Test(
        .spec("HF-1"),
        arguments: [
            ("no key", 426), ("short key", 426), ("version 8", 426), ("h2c", 426),
            ("no upgrade", 426),
            ("POST", 404), ("other path", 404), ("prefix of the path", 404),
        ]
    )
    func `what is no handshake is answered as HTTP and never lost`(
        fault: String,
        status: Int
    ) async throws {
        try await TestServer.run { server in
            let raw = try await RawConnection.connect(port: server.port)
            let port = server.port
            let request =
                switch fault {
                case "no key": TestClient.request(port: port, key: nil)
                case "short key": TestClient.request(port: port, key: "c2hvcnQ=")
                case "version 8": TestClient.request(port: port, version: "8")
                case "h2c": TestClient.request(port: port, upgrade: "h2c")
                case "no upgrade": TestClient.request(port: port, upgrade: nil)
                case "POST":
                    TestClient.request(
                        port: port,
                        method: "POST",
                        headers: [("Content-Length", "0")]
                    )
                case "other path": TestClient.request(port: port, path: "/v1/other")
                default: TestClient.request(port: port, path: "/v1/connect/x")
                }
            raw.send(request)
            let head = await raw.readHead()
            #expect(head?.hasPrefix("HTTP/1.1 \(status) ") == true, "\(head ?? "nothing")")
        }
    }

    @Test(.spec("HF-1")) func `an upgrade after another request is refused`() async throws {
        try await TestServer.run { server in
            let raw = try await RawConnection.connect(port: server.port)
            raw.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await raw.readHead()?.contains("200") == true)
            let headers = try TestServer.headers(token: server.token(), options: Self.options)
            raw.send(TestClient.request(port: server.port, headers: headers))
            let answer = await raw.read { buffer -> String? in
                let text = String(buffer: buffer)
                return text.contains("426") ? text : nil
            }
            #expect(answer != nil)
        }
    }

    @Test(.spec("HF-2"), arguments: FrameEncoding.allCases)
    func `the first subprotocol that is known is echoed`(encoding: FrameEncoding) async throws {
        try await TestServer.run { server in
            let headers = try TestServer.headers(
                token: server.token(),
                options: Self.options,
                encoding: encoding
            )
            let offer = ("Sec-WebSocket-Protocol", "chat, \(encoding.subprotocol), holdfast.v1")
            let client = try await TestClient.connect(
                port: server.port,
                encoding: encoding,
                headers: [offer] + headers,
                offersSubprotocol: false
            )
            #expect(client.status == 101)
            #expect(client.header("Sec-WebSocket-Protocol") == encoding.subprotocol)
            #expect(await client.welcome()?.mode == .joined)
        }
    }

    @Test(.spec("HF-2")) func `without a common subprotocol a client is told so in JSON`()
        async throws
    {
        try await TestServer.run { server in
            let client = try await TestClient.connect(
                port: server.port,
                encoding: .json,
                headers: [("Sec-WebSocket-Protocol", "holdfast.v9")],
                offersSubprotocol: false
            )
            #expect(client.status == 101)
            #expect(client.header("Sec-WebSocket-Protocol") == nil)
            #expect(await client.bye()?.code == .version)
        }
    }

    @Test(.spec("HF-8")) func `a browser's subprotocols mean what the headers mean`() async throws {
        try await TestServer.run { server in
            let authorization = Base64URL.encode(Array("Bearer \(try server.token())".utf8))
            let options = try FrameCodec(encoding: .json).encodeToken(Self.options)
            let client = try await TestClient.connect(
                port: server.port,
                encoding: .json,
                headers: [
                    (
                        "Sec-WebSocket-Protocol",
                        "holdfast.v1.json, holdfast.auth.\(authorization), "
                            + "holdfast.options.\(options)"
                    )
                ],
                offersSubprotocol: false
            )
            #expect(client.header("Sec-WebSocket-Protocol") == "holdfast.v1.json")
            #expect(await client.welcome()?.mode == .joined)
        }
    }

    @Test(.spec("HF-11"), arguments: ["none", "forged", "expired", "other call", "no bearer"])
    func `a token that does not hold ends behind the 101`(fault: String) async throws {
        try await TestServer.run { server in
            let token =
                switch fault {
                case "forged": String(try server.token().dropLast(8)) + "AAAAAAAA"
                case "expired": try server.token(lifetime: .seconds(-1))
                case "other call": try server.token(call: .call(CallID("other")))
                default: try server.token()
                }
            var headers = try TestServer.headers(token: token, options: Self.options)
            if fault == "none" { headers.removeFirst() }
            if fault == "no bearer" { headers[0].1 = "Basic YTpi" }
            let client = try await TestClient.connect(port: server.port, headers: headers)
            #expect(client.status == 101)
            #expect(await client.bye()?.code == .unauthorized)
            #expect(await client.next() == .end)
        }
    }

    @Test(.spec("HF-10"), arguments: ["none", "garbage", "call id", "name", "title", "device"])
    func `options that cannot be taken are a bad request`(fault: String) async throws {
        try await TestServer.run { server in
            var options = Self.options
            switch fault {
            case "call id": options.call = CallID("a b")
            case "name": options.displayName = String(repeating: "ä", count: 129)
            case "title": options.title = String(repeating: "x", count: 257)
            case "device": options.deviceID = String(repeating: "x", count: 129)
            default: break
            }
            var headers = try TestServer.headers(token: server.token(), options: options)
            if fault == "none" { headers.removeLast() }
            if fault == "garbage" { headers[1].1 = "!!!" }
            let client = try await TestClient.connect(port: server.port, headers: headers)
            #expect(await client.bye()?.code == .badRequest)
        }
    }

    @Test(.spec("HF-11"), arguments: ["wrong key", "no ticket", "unknown key id", "other host"])
    func `a resume that cannot be proven is a 401`(fault: String) async throws {
        try await TestServer.run { server in
            let welcome = try #require(await server.join().welcome())
            var key = try #require(welcome.resumeKey)
            var port = server.port
            if fault == "wrong key" { key.secret.value[0] ^= 1 }
            if fault == "unknown key id" { key.id = KeyID("k9") }
            if fault == "other host" { port += 1 }
            var header = try TestServer.resumeHeader(welcome, key: key, port: port)
            if fault == "no ticket" { header.1 = "Resume AAAA.AAAA" }
            let client = try await TestClient.connect(port: server.port, headers: [header])
            #expect(client.status == 401)
            #expect(client.header("Connection") == "close")
            #expect(await client.next() == .end)
        }
    }

    @Test(.spec("HF-11"), .spec("HF-61"))
    func `an address with too many failures is sent away for a while`() async throws {
        try await TestServer.run({ configuration, _ in
            configuration.admission.failureRate = 1
            configuration.admission.failureBurst = 3
        }) { server in
            let welcome = try #require(await server.join().welcome())
            var key = try #require(welcome.resumeKey)
            key.secret.value[0] ^= 1
            var statuses: [Int] = []
            while statuses.last != 429, statuses.count < 100 {
                statuses.append(try await server.resume(welcome, key: key).status)
            }
            #expect(statuses.count > 3)
            #expect(statuses.dropLast().allSatisfy { $0 == 401 })
            // The right key does not help while the address is blocked.
            let client = try await server.resume(welcome)
            #expect(client.status == 429)
            #expect(client.header("Retry-After") == "1")
            let wait = Int(client.header("X-Retry-Ms") ?? "") ?? 0
            #expect((1...1000).contains(wait))
        }
    }

    @Test(.spec("HF-11"), .spec("HF-61")) func `too many at once are told when to come back`()
        async throws
    {
        try await TestServer.run({ configuration, _ in
            configuration.admission.joinRate = 1
            configuration.admission.joinBurst = 1
        }) { server in
            #expect(try await server.join("a").status == 101)
            let refused = try await server.join("b")
            #expect(refused.status == 503)
            #expect(refused.header("Retry-After") == "1")
            #expect(refused.header("X-Retry-Ms") != nil)
        }
    }

    @Test(.spec("HF-61")) func `a connection that asks nothing is closed`() async throws {
        try await TestServer.run({ configuration, _ in
            configuration.handshakeTimeout = .milliseconds(200)
        }) { server in
            let silent = try await RawConnection.connect(port: server.port)
            #expect(await silent.readToEnd() == "")
            let slow = try await RawConnection.connect(port: server.port)
            slow.send("GET /v1/connect HTTP/1.1\r\nHost: x\r\n")
            #expect(await slow.readToEnd() == "")
        }
    }

    @Test func `garbage is answered and closed`() async throws {
        try await TestServer.run({ configuration, _ in
            configuration.handshakeTimeout = .seconds(1)
        }) { server in
            for bytes in [[UInt8](repeating: 0, count: 100), Array(0...255), [22, 3, 1, 0, 5]] {
                let raw = try await RawConnection.connect(port: server.port)
                raw.send(bytes)
                let answer = await raw.readToEnd()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
            }
            #expect(try await server.http("GET", "/health").contains("200 OK"))
        }
    }
}

#endif
