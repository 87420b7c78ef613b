#if Server

import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite(.serialized, .timeLimit(.minutes(1))) struct ConnectionTests {
    @Test(.spec("HF-13"), arguments: FrameEncoding.allCases)
    func `a join is answered with key and snapshot`(encoding: FrameEncoding) async throws {
        try await TestServer.run { server in
            let client = try await server.join(encoding: encoding)
            let welcome = try #require(await client.welcome())
            #expect(welcome.mode == .joined)
            #expect(welcome.resumeKey?.secret.value.count == 32)
            guard case .snapshot(let chunk) = await client.nextMessage() else {
                Issue.record("no snapshot")
                return
            }
            #expect(chunk.participants.map(\.id) == [welcome.participant])
        }
    }

    @Test(.spec("HF-29"), .spec("HF-43"), arguments: [1, 3])
    func `a message reaches everybody, whatever the loop`(threadCount: Int) async throws {
        try await TestServer.run({ configuration, _ in configuration.threadCount = threadCount }) {
            server in
            let alice = try await server.join("alice")
            let bob = try await server.join("bob", encoding: .json)
            let carol = try await server.join("carol")
            for client in [alice, bob, carol] { _ = await client.welcome() }
            let command = Command.sendMessage(to: [], body: .text("hello"))
            try alice.send(.command(CommandNumber(1), command))
            for client in [alice, bob, carol] {
                #expect(await client.firstText() == "hello")
            }
        }
    }

    @Test(.spec("HF-20"), .spec("HF-21")) func `a resume takes over from the connection before`()
        async throws
    {
        try await TestServer.run { server in
            let first = try await server.join()
            let welcome = try #require(await first.welcome())
            let second = try await server.resume(welcome, cursor: welcome.top)
            let resumed = try #require(await second.welcome())
            #expect(resumed.mode == .resumed)
            #expect(resumed.generation == ConnectionGeneration(2))
            #expect(resumed.resumeKey == nil)
            #expect(await first.bye()?.code == .superseded)
        }
    }

    @Test(.spec("HF-19")) func `a captured resume request is worthless`() async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            let again = try await server.resume(welcome, counter: 1000)
            #expect(await again.welcome()?.mode == .resumed)
            let replayed = try await server.resume(welcome, counter: 1000)
            let bye = await replayed.bye()
            #expect(bye?.code == .staleCounter)
            #expect(bye?.lastCounter == ResumeCounter(1000))
        }
    }

    @Test(.spec("HF-6"), arguments: ["unmasked", "reserved opcode", "lone continuation"])
    func `what RFC 6455 forbids is closed with 1002`(fault: String) async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            switch fault {
            case "unmasked": client.sendFrame(opcode: 2, [], isMasked: false)
            case "reserved opcode": client.sendFrame(opcode: 3, [])
            default: client.sendFrame(opcode: 0, [])
            }
            #expect(await client.close() == 1002)
            // The session survives: it detached.
            #expect(try await server.resume(welcome).welcome()?.mode == .resumed)
        }
    }

    @Test(.spec("HF-3"), arguments: [false, true])
    func `a message that is too long is closed with 1009`(isFragmented: Bool) async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            if isFragmented {
                client.sendFrame(opcode: 2, [UInt8](repeating: 0, count: 12_000), fin: false)
                client.sendFrame(opcode: 0, [UInt8](repeating: 0, count: 289))
            } else {
                client.sendFrame(opcode: 2, [UInt8](repeating: 0, count: 12_289))
            }
            #expect(await client.close() == 1009)
            #expect(try await server.resume(welcome).welcome()?.mode == .resumed)
        }
    }

    @Test(.spec("HF-6"), arguments: ["garbage", "text", "not UTF-8"])
    func `a frame that cannot be read is closed with 4500`(fault: String) async throws {
        try await TestServer.run { server in
            let encoding: FrameEncoding = fault == "not UTF-8" ? .json : .binary
            let client = try await server.join(encoding: encoding)
            _ = try #require(await client.welcome())
            switch fault {
            case "garbage": client.sendFrame(opcode: 2, [0xFF, 0xFF, 0xFF])
            case "text": client.sendFrame(opcode: 1, Array("{}".utf8))
            default: client.sendFrame(opcode: 1, [0x7B, 0xFF, 0x7D])
            }
            #expect(await client.bye()?.code == .badFrame)
        }
    }

    @Test(.spec("HF-3")) func `fragments make one message`() async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            _ = try #require(await client.welcome())
            let ping = ClientMessage.ping(id: 77, acknowledged: .zero)
            let bytes = try FrameCodec(encoding: .binary).encode(ping)
            client.sendFrame(opcode: 2, Array(bytes.prefix(1)), fin: false)
            client.sendFrame(opcode: 9, [1, 2, 3])
            client.sendFrame(opcode: 0, Array(bytes.dropFirst()))
            var wasPonged = false
            while true {
                let arrival = await client.next()
                if arrival == .pong([1, 2, 3]) { wasPonged = true }
                if case .message(.pong(let id, _, _)) = arrival {
                    #expect(id == 77)
                    break
                }
                try #require(arrival != .end)
            }
            #expect(wasPonged)
        }
    }

    @Test(.spec("HF-44"), arguments: [nil, 1000, 4000])
    func `a client's close is answered, and its session survives`(code: UInt16?) async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            let welcome = try #require(await client.welcome())
            client.sendFrame(opcode: 8, code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? [])
            #expect(await client.close() == code ?? 1000)
            #expect(try await server.resume(welcome).welcome()?.mode == .resumed)
        }
    }

    @Test(.spec("HF-26")) func `a new token is taken on the open connection`() async throws {
        try await TestServer.run { server in
            let client = try await server.join()
            _ = try #require(await client.welcome())
            try client.send(.authenticate(token: try server.token()))
            try client.send(.ping(id: 1, acknowledged: .zero))
            #expect(await client.firstPong() == 1)
            try client.send(.authenticate(token: "forged"))
            let bye = await client.bye()
            #expect(bye?.code == .unauthorized || bye?.code == .authExpired)
        }
    }

    @Test(.spec("HF-35")) func `a peer that does not read costs a bounded amount`() async throws {
        try await TestServer.run { server in
            let deaf = try await server.join("deaf", encoding: .json, readsNothing: true)
            // Pings that are answered, and never read: the answers must not pile up.
            let ping = ClientMessage.ping(id: 1, acknowledged: .zero)
            var rounds = 0
            while server.server.openConnectionCount > 0 || rounds == 0, rounds < 500 {
                rounds += 1
                for _ in 0..<500 { try deaf.send(ping) }
                // Others are served meanwhile.
                let health = try await server.http("GET", "/health")
                #expect(health.contains("200 OK"))
            }
            #expect(server.server.openConnectionCount == 0)
        }
    }
}

extension TestClient {
    /// The code of the next close frame, whatever comes before.
    func close() async -> UInt16? {
        while true {
            switch await self.next() {
            case .close(let code): return code
            case .end: return nil
            case .message, .pong: continue
            }
        }
    }

    func firstText() async -> String? {
        while let message = await self.nextMessage() {
            guard case .events(let events) = message else { continue }
            for event in events {
                if case .message(let message) = event.event, case .text(let text) = message.body {
                    return text
                }
            }
        }
        return nil
    }

    func firstPong() async -> UInt32? {
        while let message = await self.nextMessage() {
            if case .pong(let id, _, _) = message { return id }
        }
        return nil
    }
}

#endif
