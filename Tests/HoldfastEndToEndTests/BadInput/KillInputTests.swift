#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// The server dies while everybody talks.
    @Suite struct KillInputTests {
        @Test(.timeLimit(.minutes(3)), .spec("HF-29"), .spec("HF-40"), .spec("HF-41"))
        func `killed in the midst of commands it keeps every answer and every effect is one`()
            async throws
        {
            try await Arena.run { arena in
                let clients = arena.clients
                let names = (0..<20).map { "user-\($0)" }
                for name in names { try await clients.join(name) }
                let roundCount = EndToEnd.BadInput.count(3, long: 20)
                var unansweredCount = 0
                for round in 0..<roundCount {
                    if round > 2 { try await Task.sleep(for: .milliseconds(600)) }
                    let volley = try await Self.killDuringVolley(arena, names, round)
                    for name in names {
                        let answered = volley[name]["results"].members.count
                        let back = try await clients.ask(
                            "resume",
                            ["name": .text(name), "settle": false]
                        )
                        #expect(back["mode"] == "resumed")
                        let last = try #require(back["lastCommand"].int)
                        #expect(last >= answered, "an answer was given and then forgotten")
                        unansweredCount += last - answered
                    }
                }
                let commandCount = roundCount * 8
                var first: [JSONValue] = []
                for name in names {
                    let state = try await clients.ask("settle", ["name": .text(name)])
                    #expect(state["results"].members.count == commandCount, "\(name)")
                    #expect(state["gaps"] == 0)
                    let texts = state["texts"].items
                    #expect(texts.count == names.count * commandCount, "\(name)")
                    #expect(Set(texts.compactMap(\.string)).count == texts.count, "\(name)")
                    if first.isEmpty { first = texts }
                    #expect(texts == first, "\(name) sees another order")
                    for results in state["results"].members.values {
                        let offsets = Set(results.items.compactMap { $0["doneAt"].int })
                        #expect(offsets.count == 1)
                        #expect(offsets.isSubset(of: state["offsets"].items.compactMap(\.int)))
                    }
                }
                print("kill: \(unansweredCount) commands were durable and not answered")
                #expect(unansweredCount > 0, "no kill fell between commit and answer")
            }
        }

        /// Everybody sends, and the server is killed at a moment of chance; it is back when this
        /// returns.
        private static func killDuringVolley(
            _ arena: Arena,
            _ names: [String],
            _ round: Int
        ) async throws -> JSONValue {
            async let volley = arena.clients.ask(
                "volley",
                [
                    "names": .list(names.map { .text($0) }), "count": 8,
                    "text": "round \(round)",
                ]
            )
            try await Task.sleep(for: .milliseconds(Int.random(in: 15...60)))
            try await arena.server.kill()
            let state = try await volley
            try await arena.server.restart()
            return state
        }
    }
}
#endif
