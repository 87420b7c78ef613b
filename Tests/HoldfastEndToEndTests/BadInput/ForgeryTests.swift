#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// Resume requests that somebody else made, changed or caught.
    @Suite struct ForgeryTests {
        /// Or the tests' own address would soon be sent away (HF-61).
        private static let patient = ["--failure-rate", "1000000", "--failure-burst", "1000000"]

        @Test(.timeLimit(.minutes(1)), .spec("HF-11"), .spec("HF-17"))
        func `a resume with any bit changed or any byte missing is refused`() async throws {
            try await Arena.run(Self.patient) { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                let forged = try await clients.ask("forged", ["name": "alice"])
                // Every bit of payload and MAC, every shorter MAC, every shorter payload.
                let payloadBits = try #require(forged["payloadBits"].int)
                let macBits = 32 * 8
                let count = payloadBits + macBits + 43 + payloadBits / 8
                #expect(payloadBits > 300)
                #expect(try #require(forged["refused"]["401"].int) >= count)
                #expect(forged["refused"].members.count == 1, "\(forged["refused"])")
                #expect(forged["honest"] == 101, "the unchanged request is a good one")

                for arguments: [String: JSONValue] in [
                    ["ticket": ["key": "k2"]], ["ticket": ["key": ""]],
                    ["host": "other.example.org"], ["signer": "bob"],
                ] {
                    let text = try await clients.ask(
                        "authorization",
                        arguments.merging(["name": "alice"]) { old, _ in old }
                    )
                    let answer = try await clients.ask("present", ["authorization": text])
                    #expect(answer[0] == 401, "\(arguments)")
                }
                // The same session with its own secret, for a call that it is not in.
                let elsewhere = try await clients.ask(
                    "authorization",
                    ["name": "alice", "ticket": ["call": "elsewhere"]]
                )
                let answer = try await clients.ask("present", ["authorization": elsewhere])
                #expect(answer == [101, "", 4502])
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-17"), .spec("HF-27"))
        func `a key id that is another key's does not open a session`() async throws {
            try await Arena.run(Self.patient) { arena in
                try await arena.clients.join("alice")
                let rotation = try ChildProcess(
                    name: "rotation",
                    [
                        ToolPaths.holdfastd, "--rotate-resume-keys", "--data", arena.folder,
                    ]
                )
                #expect(await rotation.waitForEnd(.seconds(5)))
                #expect(rotation.status == 0)
                arena.server.process.signal(SIGHUP)
                let clock = ContinuousClock()
                let end = clock.now.advanced(by: .seconds(5))
                while !arena.log.contains("keys were read again"), clock.now < end {
                    try await clock.sleep(for: .milliseconds(10))
                }
                for (key, status) in [("k2", 401), ("k1", 101)] {
                    let text = try await arena.clients.ask(
                        "authorization",
                        ["name": "alice", "ticket": ["key": .text(key)]]
                    )
                    let answer = try await arena.clients.ask("present", ["authorization": text])
                    #expect(answer[0].int == status, "\(key)")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-19"))
        func `a captured resume request is worthless, whenever it is repeated`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice")
                let captured = try await clients.ask("authorization", ["name": "alice"])
                let held = try await clients.ask("authorization", ["name": "alice"])
                #expect(try await clients.ask("present", ["authorization": held]) == [101, "", 0])
                // The same counter, a lower one, and both after a newer one was accepted.
                for text in [held, captured] {
                    let answer = try await clients.ask("present", ["authorization": text])
                    #expect(answer == [101, "", 4009])
                }
                let back = try await clients.ask("resume", ["name": "alice"])
                #expect(back["mode"] == "resumed")
                #expect(back["generation"] == 3, "nothing refused counts as a resume")
                for text in [held, captured] {
                    let answer = try await clients.ask("present", ["authorization": text])
                    #expect(answer == [101, "", 4009])
                }
                let still = try await clients.ask("send", ["name": "alice"])
                #expect(still["results"]["1"].items.count == 1)
                #expect(still["closed"] == .null, "a repeated request takes nothing over")
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-18"))
        func `a forged MAC tells nothing about whether a session exists`() async throws {
            try await Arena.run(Self.patient) { arena in
                try await arena.clients.join("alice")
                let count = EndToEnd.BadInput.count(400, long: 4000)
                let timing = try await arena.clients.ask(
                    "timing",
                    ["name": "alice", "count": .number(Double(count))]
                )
                #expect(timing["status"] == 401)
                #expect(timing["answers"] == 1, "status, header and body are the same")
                let known = try #require(timing["known"].double)
                let unknown = try #require(timing["unknown"].double)
                print("timing: known \(known) ms, unknown \(unknown) ms, t \(timing["t"])")
                // A look into the session's record or the database costs more than this.
                #expect(abs(known - unknown) < 0.05, "ms; \(timing)")
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-18"))
        func `no log and no file of the server's holds a session's secret or a token`() async throws
        {
            try await Arena.run(["--log-level", "trace"]) { arena in
                let clients = arena.clients
                try await clients.join("alice-the-user", "bob")
                try await clients.ask("send", ["name": "bob", "text": "between-us", "count": 2])
                for name: JSONValue in ["alice-the-user", "bob"] {
                    try await clients.ask("resume", ["name": name])
                }
                let secrets = try await clients.ask("secrets").items.compactMap(\.string)
                #expect(secrets.count >= 13)
                // What is refused is what one is tempted to log.
                for text: JSONValue in [
                    "Resume \(secrets[1]).\(secrets[2])", "Bearer \(secrets[4])x",
                    "Resume \(secrets[6])",
                ] {
                    try await clients.ask("present", ["authorization": text])
                }
                try await clients.ask("frame", ["name": "bob", "data": .text(secrets[1])])
                arena.server.process.signal(SIGHUP)
                try await Task.sleep(for: .milliseconds(200))
                let keyFile = URL(filePath: arena.folder + "/resume-keys.json")
                let keys = try JSONDecoder().decode(
                    JSONValue.self,
                    from: Data(contentsOf: keyFile)
                )
                let masterKeys = keys["keys"].items.compactMap { $0["secret"].string }
                #expect(!masterKeys.isEmpty)

                // The log of writes is there as long as the server is.
                for file in ["calls.sqlite", "calls.sqlite-wal"] {
                    try Self.expectNone(of: secrets + masterKeys, in: arena.folder + "/" + file)
                }
                // What it prints may wait in its buffer until it ends, and it says more as it ends.
                #expect(try await arena.server.drain() == 0)
                let log = arena.log
                #expect(log.contains("keys were read again"), "there is a log")
                let printed = arena.server.process.output.takeAll().map(\.text)
                for name in ["alice-the-user", "between-us"] + secrets + masterKeys {
                    #expect(!log.contains(name), "logged")
                    #expect(!printed.contains { $0.contains(name) }, "printed")
                }
                try Self.expectNone(of: secrets + masterKeys, in: arena.folder + "/calls.sqlite")
            }
        }

        /// Checks that a file holds no secret, neither as text nor, for one in hexadecimal, as bytes.
        private static func expectNone(of secrets: [String], in path: String) throws {
            let stored = try Data(contentsOf: URL(filePath: path))
            for secret in secrets {
                #expect(stored.range(of: Data(secret.utf8)) == nil, "\(path)")
                if secret.count == 64 {
                    #expect(stored.range(of: Self.bytes(ofHex: secret)) == nil, "\(path)")
                }
            }
        }

        private static func bytes(ofHex text: String) -> Data {
            var rest = Substring(text)
            var bytes = Data()
            while let byte = UInt8(rest.prefix(2), radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            return bytes
        }
    }
}
#endif
