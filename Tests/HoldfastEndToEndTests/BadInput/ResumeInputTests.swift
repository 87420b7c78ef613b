#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// Resumes that are cut, repeated, doubled, or ask for what never was.
    @Suite struct ResumeInputTests {
        @Test(.timeLimit(.minutes(1)), .spec("HF-21"), .spec("HF-33"), .spec("HF-36"))
        func `a resume cut anywhere behind the 101 loses and repeats nothing`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                try await clients.ask("cut", ["name": "alice"])
                try await clients.ask("send", ["name": "bob", "count": 30])
                // 0 and 1 cut before the welcome, the middle ones in it and in the page behind it.
                for byteCount in [0, 1, 40, 100, 160, 250, 700, 1500] {
                    let arguments: [String: JSONValue] = [
                        "name": "alice", "byte_count": .number(Double(byteCount)),
                    ]
                    #expect(try await clients.ask("resume_and_cut", arguments).int == byteCount)
                }
                // With cursor 0 a snapshot comes behind the messages: cut it, too.
                let cutBehind: (Int) async throws -> Int? = { byteCount in
                    try await clients.ask(
                        "resume_and_cut",
                        [
                            "name": "alice", "byte_count": .number(Double(byteCount)),
                            "ticket": ["cursor": 0],
                        ]
                    ).int
                }
                let whole = try #require(try await cutBehind(100_000))
                #expect(whole > 1500)
                for byteCount in [whole - 1, whole - 60, 200] {
                    #expect(try await cutBehind(byteCount) == byteCount)
                }
                let back = try await clients.ask("resume", ["name": "alice"])
                #expect(back["mode"] == "resumed")
                #expect(back["generation"] == 14)
                #expect(back["texts"].items == (1...30).map { "message \($0)" })
                #expect(back["gaps"] == 0)
                #expect(back["dropped"] == 0)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-4"), .spec("HF-11"), .spec("HF-22"))
        func `a cursor that nobody issued brings a snapshot, one that is none a 401`() async throws
        {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice")
                try await clients.join("bob", binary: false)
                try await clients.ask("send", ["name": "alice", "count": 2])
                let cursor = try #require(
                    try await clients.ask("settle", ["name": "alice"])["cursor"].int
                )
                let era = 1 << 32
                for invented in [0, cursor + 1000, cursor + era, 1, (1 << 53) - 1] {
                    let back = try await clients.ask(
                        "resume",
                        ["name": "alice", "ticket": ["cursor": .number(Double(invented))]]
                    )
                    #expect(back["mode"] == "resumed", "cursor \(invented)")
                    #expect(back["participants"].items.count == 2, "cursor \(invented)")
                    #expect(back["cursor"].int == cursor, "cursor \(invented)")
                }
                let snapshots = try await clients.ask("settle", ["name": "alice"])["snapshots"].int
                #expect(try #require(snapshots) >= 1 + 4)
                let honest = try await clients.ask("ticket_json", ["name": "bob"])
                let text = try #require(honest.string)
                #expect(text.contains(#""cursor": "CURSOR""#))
                for none in [
                    "\"9007199254740992\"", "-1", "\"-1\"", "\"one\"", "NaN", "1.5", "1e400", "[]",
                    "{}", "true",
                ] {
                    let forged = text.replacingOccurrences(of: "\"CURSOR\"", with: none)
                    let refused = try await clients.ask(
                        "resume",
                        ["name": "bob", "text": .text(forged), "keep": true]
                    )
                    #expect(refused["status"] == 401, "cursor \(none)")
                }
                let good = text.replacingOccurrences(of: "CURSOR", with: "0")
                let back = try await clients.ask("resume", ["name": "bob", "text": .text(good)])
                #expect(back["mode"] == "resumed")
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-19"), .spec("HF-21"))
        func `a hundred resumes in a row cost nothing and lose nothing`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.ask("join", ["name": "alice", "settle": false])
                // Before any event or snapshot was processed.
                let first = try await clients.ask("resume", ["name": "alice"])
                #expect(first["mode"] == "resumed")
                #expect(first["snapshots"].int == 1)
                try await clients.ask("resumes", ["name": "alice", "count": 20])
                let (memory, descriptors) = (arena.residentKibibytes, arena.descriptorCount)
                let quiet = try await clients.ask("resumes", ["name": "alice", "count": 100])
                #expect(quiet["generation"] == 122)
                #expect(quiet["delivered"] == 0)
                #expect(quiet["snapshots"] == 1, "a quiet session needs no snapshot")
                #expect(arena.descriptorCount <= descriptors + 1)
                #expect(arena.residentKibibytes < memory + 4096)
                // And with messages between them: each exactly once.
                try await clients.join("bob")
                let busy = try await clients.ask(
                    "resumes",
                    ["name": "alice", "count": 40, "sender": "bob"]
                )
                #expect(busy["texts"].items == (1...40).map { "message \($0)" })
                #expect(busy["dropped"] == 0)
                #expect(busy["gaps"] == 0)
            }
        }

        @Test(.timeLimit(.minutes(3)), .spec("HF-20"))
        func `of two resumes at the same moment exactly one survives`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                let count = EndToEnd.BadInput.count(60, long: 1000)
                let outcomes = try await clients.ask(
                    "race",
                    ["name": "alice", "count": .number(Double(count))],
                    within: .seconds(150)
                )
                print("race: \(outcomes.members.mapValues { $0.int ?? 0 })")
                // The loser was there first and is superseded, or came second with the lower counter.
                let expected: Set = ["1 alive, byes [4505]", "1 alive, byes [4009]"]
                #expect(Set(outcomes.members.keys).isSubset(of: expected), "\(outcomes)")
                #expect(outcomes.members.values.compactMap(\.int).reduce(0, +) == count)
                let seen = try await clients.ask("settle", ["name": "bob"])
                #expect(seen["participants"].items.count == 2)
                #expect(seen["delivered"] == 0, "the others see nothing of it")
            }
        }
    }
}
#endif
