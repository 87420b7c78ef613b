#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// A client that shares nothing with Holdfast but the documents understands it.
    @Suite struct SecondClientTests {
        @Test(.timeLimit(.minutes(1)))
        func `a second client passes the golden vectors by itself`() async throws {
            guard
                requireReal(
                    "second client",
                    available: SecondClients.isInstalled,
                    reason: "run scripts/setup.sh test"
                )
            else { return }
            let check = try ChildProcess(
                name: "vectors",
                [SecondClients.python, SecondClients.script("check_vectors.py")]
            )
            #expect(await check.waitForEnd(.seconds(20)))
            let said = check.output.takeAll().map(\.text)
            #expect(check.status == 0, "\(said)")
            #expect(said.count == 3)
        }

        @Test(
            .timeLimit(.minutes(1)),
            .spec("HF-2"),
            .spec("HF-13"),
            .spec("HF-17"),
            .spec("HF-41"),
            arguments: [true, false]
        )
        func `a client written from the documents joins, sends and resumes`(
            isBinary: Bool
        ) async throws {
            try await Arena.run(script: SecondClients.honest) { arena in
                let joined = try await arena.clients.join("alice", binary: isBinary)
                #expect(joined["mode"] == "joined")
                #expect(joined["snapshots"] == 1)
                try await arena.clients.join("bob", binary: !isBinary)
                try await arena.clients.ask("send", ["name": "bob", "count": 3])
                try await arena.clients.ask("cut", ["name": "alice"])
                try await arena.clients.ask("send", ["name": "bob", "count": 3])
                let back = try await arena.clients.ask("resume", ["name": "alice"])
                #expect(back["mode"] == "resumed")
                #expect(back["generation"] == 2)
                #expect(back["texts"].items == (1...6).map { "message \($0)" })
                #expect(back["participants"].items.count == 2)
                #expect(back["gaps"] == 0)
                let sent = try await arena.clients.ask("send", ["name": "alice"])
                #expect(sent["results"]["1"].items.count == 1)
            }
        }
    }
}
#endif
