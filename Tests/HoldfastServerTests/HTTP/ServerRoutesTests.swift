#if Server

import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite(.timeLimit(.minutes(1))) struct ServerRoutesTests {
    @Test func `health and readiness are open to everybody`() async throws {
        try await TestServer.run { server in
            let health = try await server.http("GET", "/health")
            #expect(health.hasSuffix("ok\n"))
            let ready = try await server.http("GET", "/ready")
            #expect(ready.hasSuffix("ready\n"))
            let nothing = try await server.http("GET", "/nothing")
            #expect(nothing.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `metrics are what Prometheus reads`() async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            _ = await client.welcome()
            let text = try await server.http("GET", "/metrics")
            #expect(text.contains("text/plain; version=0.0.4"))
            #expect(text.contains("# TYPE holdfast_events_total counter\n"))
            #expect(text.contains("holdfast_events_total{event=\"joined\"} 1\n"))
            #expect(text.contains("holdfast_connections 1\n"))
            #expect(text.contains("holdfast_calls 1\n"))
            #expect(text.contains("holdfast_commit_seconds_bucket{le=\"+Inf\"} "))
            #expect(!text.contains("alice"))
        }
    }

    @Test(arguments: [
        ("GET", "/v1/calls"), ("DELETE", "/v1/calls/demo"),
        ("DELETE", "/v1/calls/demo/participants/p_1"),
    ])
    func `the operator's interface is closed to everybody else`(
        method: String,
        path: String
    ) async throws {
        try await TestServer.run { server in
            let without = try await server.http(method, path)
            #expect(without.hasPrefix("HTTP/1.1 401 "))
            #expect(without.contains("\"remedy\""))
            let forged = try await server.http(method, path, token: "forged")
            #expect(forged.hasPrefix("HTTP/1.1 401 "))
            let plain = try await server.http(method, path, token: server.token())
            #expect(plain.hasPrefix("HTTP/1.1 403 "))
            #expect(plain.contains("\"forbidden\""))
        }
    }

    @Test func `an operator lists calls, removes a participant and ends the call`() async throws {
        try await TestServer.run { server in
            let admin = try server.token("operator", call: nil, grants: [], isAdministrator: true)
            let alice = try await server.join("alice")
            let bob = try await server.join("bob")
            _ = await alice.welcome()
            let participant = try #require(await bob.welcome()?.participant)
            let list = try await server.http("GET", "/v1/calls", token: admin)
            #expect(list.contains("\"id\":\"demo\""))
            #expect(list.contains("\"attached\":2"))

            let path = "/v1/calls/demo/participants/\(participant)"
            let removed = try await server.http("DELETE", path, token: admin)
            #expect(removed.hasPrefix("HTTP/1.1 204 "))
            #expect(await bob.bye()?.code == .removed)
            let again = try await server.http("DELETE", path, token: admin)
            #expect(again.hasPrefix("HTTP/1.1 404 "))

            let ended = try await server.http("DELETE", "/v1/calls/demo", token: admin)
            #expect(ended.hasPrefix("HTTP/1.1 204 "))
            #expect(await alice.bye()?.code == .callEnded)
            for path in ["/v1/calls/never", "/v1/calls/a%20b"] {
                let answer = try await server.http("DELETE", path, token: admin)
                #expect(answer.hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test func `the static key opens it too`() async throws {
        let key = String(repeating: "k", count: 40)
        try await TestServer.run({ configuration, directory in
            configuration.administrationKeyFile = try directory.write(key, to: "admin-key")
        }) { server in
            let list = try await server.http("GET", "/v1/calls", token: key)
            #expect(list.hasSuffix("{\"calls\":[]}"))
        }
    }
}

#endif
