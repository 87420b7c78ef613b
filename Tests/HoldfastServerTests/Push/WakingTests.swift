#if Server

import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import NIOConcurrencyHelpers
import Testing

@testable import HoldfastServer

/// A whole server, an operator, a device that is away, and the gateway that wakes it.
@Suite(.timeLimit(.minutes(1))) struct WakingTests {
    private static let secret = "north-south-east-west-and-up-and-down"

    private static func configure(
        _ fake: FakeGateway
    ) -> (inout CallServer.Configuration, TemporaryDirectory) throws -> Void {
        let address = fake.address
        return { configuration, directory in
            configuration.pushWebhook = address
            configuration.pushSecretFile = try directory.write(Self.secret, to: "push-secret")
        }
    }

    /// Bob's device signs in, says how it is woken, and is gone.
    private static func signIn(_ server: TestServer) async throws {
        let device = try await server.join("bob", call: CallID(channelOf: UserID("bob")))
        _ = try #require(await device.welcome())
        let registration = PushRegistration(kind: .fcm, token: "device-token")
        try device.send(.command(CommandNumber(1), .setPush([registration])))
        while let message = await device.nextMessage() {
            guard case .result(let result) = message else { continue }
            #expect(result.outcome == .done(.zero))
            break
        }
        device.sendFrame(opcode: 8, [0x0F, 0xA0])
        while case .message = await device.next() {}
    }

    private static func message(_ server: TestServer, _ body: String) async throws -> String {
        try await server.http(
            "POST",
            "/v1/users/bob/messages",
            token: server.token("operator", call: nil, grants: [], isAdministrator: true),
            body: body
        )
    }

    @Test(.spec("HF-71"), .spec("HF-74"))
    func `a message of the operator's wakes a device that is away`() async throws {
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(500), .status(202)]
        )
        try await TestServer.run(Self.configure(fake)) { server in
            try await Self.signIn(server)
            let answer = try await Self.message(server, #"{"text": "Come back"}"#)
            #expect(answer.hasPrefix("HTTP/1.1 202 "))
            var arrivals = fake.arrivals.makeAsyncIterator()
            let first = try #require(await arrivals.next())
            let second = try #require(await arrivals.next())
            #expect(first.isGenuine && second.isGenuine && first.body == second.body)
            #expect(first.fields["token"] == "device-token" && first.fields["user"] == "bob")
            #expect(first.fields["event"] == "message" && first.fields["kind"] == "fcm")
            #expect(!String(decoding: first.body, as: UTF8.self).contains("Come back"))
        }
        try await fake.close()
    }

    @Test(.spec("HF-74"))
    func `the next process goes on with what the last one could not hand over`() async throws {
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(503, headers: [("Retry-After", "300")]), .status(202)]
        )
        let directory = try TemporaryDirectory()
        let last = NIOLockedValueBox<FakeGateway.Arrival?>(nil)
        try await TestServer.run(in: directory, Self.configure(fake)) { server in
            try await Self.signIn(server)
            _ = try await Self.message(server, #"{"topic": "t", "data": "AAH/"}"#)
            let arrival = await fake.arrivals.first { _ in true }
            last.withLockedValue { $0 = arrival }
        }
        let first = try #require(last.withLockedValue { $0 })
        try await TestServer.run(in: directory, Self.configure(fake)) { _ in
            // It gives the device two seconds to come back.
            let arrival = await fake.arrivals.first { _ in true }
            last.withLockedValue { $0 = arrival }
        }
        let second = try #require(last.withLockedValue { $0 })
        #expect(first.body == second.body && second.isGenuine)
        try await fake.close()
    }

    @Test func `a secret that can no longer be read leaves the old one in use`() async throws {
        let fake = try await FakeGateway(secret: Self.secret)
        try await TestServer.run(Self.configure(fake)) { server in
            try await Self.signIn(server)
            var arrivals = fake.arrivals.makeAsyncIterator()
            try server.directory.write(
                "another secret, as long as it must be",
                to: "push-secret",
                mode: 0o644
            )
            await server.server.reload()
            _ = try await Self.message(server, #"{"text": "one"}"#)
            #expect(await arrivals.next()?.isGenuine == true)
            try server.directory.write("another secret, as long as it must be", to: "push-secret")
            await server.server.reload()
            fake.expect(secret: "another secret, as long as it must be")
            _ = try await Self.message(server, #"{"text": "two"}"#)
            #expect(await arrivals.next()?.isGenuine == true)
        }
        try await fake.close()
    }

    @Test func `an operator sees where a user is, and is told what is wrong with a message`()
        async throws
    {
        try await TestServer.run { server in
            let admin = try server.token("operator", call: nil, grants: [], isAdministrator: true)
            let nobody = try await server.http("GET", "/v1/users/nobody", token: admin)
            #expect(
                nobody.hasSuffix(#"{"devices":0,"presence":"away","rings":[],"user":"nobody"}"#)
            )
            let device = try await server.join("bob", call: CallID(channelOf: UserID("bob")))
            _ = try #require(await device.welcome())
            let bob = try await server.http("GET", "/v1/users/bob", token: admin)
            #expect(bob.hasSuffix(#"{"devices":1,"presence":"attached","rings":[],"user":"bob"}"#))
            #expect(try await server.http("GET", "/v1/users/bob").hasPrefix("HTTP/1.1 401 "))
            let wrong = try await server.http("GET", "/v1/users/a%20b", token: admin)
            #expect(wrong.hasPrefix("HTTP/1.1 404 "))
            let long = "{\"text\": \"\(String(repeating: "a", count: 7169))\"}"
            let answers = [
                try await Self.message(server, "{}"), try await Self.message(server, long),
                try await Self.message(server, #"{"text": "hello"}"#),
            ]
            #expect(answers[0].hasPrefix("HTTP/1.1 400 ") && answers[0].contains("\"remedy\""))
            #expect(answers[1].hasPrefix("HTTP/1.1 413 ") && answers[1].contains("\"remedy\""))
            #expect(answers[2].hasPrefix("HTTP/1.1 202 "))
            while let message = await device.nextMessage() {
                guard case .events(let events) = message,
                    let last = events.last, case .userMessage(let told) = last.event
                else { continue }
                #expect(told.from == nil && told.body == .text("hello"))
                break
            }
        }
    }
}

#endif
