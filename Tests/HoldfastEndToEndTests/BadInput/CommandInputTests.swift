#if NIO && Server && os(Linux)
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// Acknowledgements and commands that lie, repeat themselves or come in the wrong order.
    @Suite struct CommandInputTests {
        @Test(.timeLimit(.minutes(1)), .spec("HF-34"))
        func `an acknowledgement may fall back, and may not run ahead`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                let carol = try await clients.join("carol")
                try await clients.ask("send", ["name": "bob", "count": 4])
                let seen = try await clients.ask("settle", ["name": "alice"])
                let cursor = try #require(seen["cursor"].int)
                for offset in [0, cursor - 2, cursor, cursor - 3, 1] {
                    let state = try await Self.acknowledge(offset, clients)
                    #expect(state["closed"] == .null, "\(offset)")
                }
                let back = try await clients.ask("resume", ["name": "alice"])
                #expect(back["texts"].items == (1...4).map { "message \($0)" })
                #expect(back["dropped"] == 0, "falling back changes nothing")

                // A message for carol alone is not alice's to acknowledge.
                try await clients.ask(
                    "send",
                    ["name": "bob", "to": [carol["participant"]], "text": "secret"]
                )
                let hidden = try await clients.ask("settle", ["name": "carol"])["cursor"].int
                #expect(hidden == cursor + 1)
                for offset in [cursor + 1, cursor + 2, (1 << 53) - 1] {
                    let state = try await Self.acknowledge(offset, clients)
                    #expect(state["closed"] == 4500, "\(offset)")
                    let back = try await clients.ask("resume", ["name": "alice"])
                    #expect(back["mode"] == "resumed")
                    #expect(back["gaps"] == 0)
                }
                try await clients.ask("send", ["name": "bob", "text": "public"])
                let after = try await clients.ask("settle", ["name": "alice"])
                #expect(after["texts"].items.count == 5)
                #expect(after["gaps"] == 0, "an event for others leaves no gap")
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-39"), .spec("HF-40"))
        func `a command has one effect, however often and in whatever order it comes`() async throws
        {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                let command: (Int) -> JSONValue = { number in
                    [
                        "command": [
                            "number": .number(Double(number)),
                            "sendMessage": ["text": "message \(number)"],
                        ]
                    ]
                }
                let frames = [1, 1, 2, 1, 2, 3].map(command)
                let state = try await clients.ask(
                    "together",
                    ["name": "alice", "frames": .list(frames)]
                )
                #expect(state["texts"].items == (1...3).map { "message \($0)" })
                // Answered once while it was under way, and again whenever it comes again.
                let again = try await clients.ask(
                    "together",
                    ["name": "alice", "frames": .list([1, 2, 3, 3].map(command))]
                )
                #expect(again["texts"] == state["texts"])
                for (number, count) in [("1", 1), ("2", 1), ("3", 2)] {
                    let before = state["results"][number].items
                    let after = again["results"][number].items
                    #expect(before.count >= 1)
                    #expect(after.count == before.count + count)
                    #expect(Set(after.compactMap { $0["doneAt"].int }).count == 1)
                }
                // A gap, and the right numbers the wrong way round.
                for numbers in [[5], [5, 4]] {
                    let state = try await clients.ask(
                        "together",
                        ["name": "alice", "frames": .list(numbers.map(command))]
                    )
                    #expect(state["closed"] == 4500, "\(numbers)")
                    let back = try await clients.ask("resume", ["name": "alice"])
                    #expect(back["lastCommand"] == 3, "\(numbers)")
                }
                // At most 32 without a result.
                let most = try await clients.ask(
                    "together",
                    ["name": "alice", "frames": .list((4...35).map(command)), "settle": 0.2]
                )
                #expect(most["closed"] == .null)
                #expect(most["results"].members.count == 35)
                try await clients.join("carol")
                let tooMany = try await clients.ask(
                    "together",
                    ["name": "carol", "frames": .list((1...33).map(command)), "settle": 1]
                )
                #expect(tooMany["closed"] == 4500)
                // The results are lost on the way; the client sends what it must again.
                try await clients.join("dave")
                try await clients.ask("send", ["name": "dave", "count": 5, "settle": .null])
                try await clients.ask("cut", ["name": "dave"])
                let back = try await clients.ask("resume", ["name": "dave"])
                #expect(back["results"].members.count == 5)
                #expect(back["texts"].items == (1...5).map { "message \($0)" })
            }
        }

        private static func acknowledge(
            _ offset: Int,
            _ clients: SecondClients
        ) async throws -> JSONValue {
            try await clients.ask(
                "transmit",
                [
                    "name": "alice", "frame": ["acknowledge": ["offset": "\(offset)"]],
                    "settle": 0.1,
                ]
            )
        }
    }
}
#endif
