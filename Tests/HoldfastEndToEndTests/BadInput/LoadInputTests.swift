#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// Peers that do not read, do not acknowledge, or knock without end.
    @Suite struct LoadInputTests {
        @Test(.timeLimit(.minutes(1)), .spec("HF-35"))
        func `a peer that never acknowledges gets a window and no more`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                try await clients.ask("acknowledging", ["name": "alice", "does": false])
                try await clients.ask(
                    "volley",
                    ["names": ["bob"], "count": 30, "size": 7000]
                )
                let stuck = try await clients.ask("settle", ["name": "alice", "seconds": 0.5])
                // 128 KiB hold 18 of them, and the last may stand across the edge.
                #expect((17...19).contains(stuck["texts"].items.count))
                #expect(stuck["closed"] == .null)
                try await clients.ask("acknowledging", ["name": "alice", "does": true])
                try await clients.ask("settle", ["name": "alice"])
                let free = try await clients.ask("settle", ["name": "alice", "seconds": 0.5])
                #expect(free["texts"].items.count == 30)
                #expect(free["gaps"] == 0)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-61"))
        func `a peer that asks and never reads is not answered into memory`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", "bob")
                let before = arena.residentKibibytes
                let pounded = try await clients.ask(
                    "pound",
                    ["name": "alice", "byte_count": 64_000_000]
                )
                let growth = arena.residentKibibytes - before
                print("pound: \(pounded["sent"].int ?? 0) bytes taken, grew by \(growth) KiB")
                #expect(pounded["why"] != "all sent")
                #expect(growth < 8 * 1024)
                let other = try await clients.ask("send", ["name": "bob"])
                #expect(other["results"]["1"].items.count == 1)
                let back = try await clients.ask("resume", ["name": "alice"])
                #expect(back["mode"] == "resumed")
            }
        }

        @Test(.timeLimit(.minutes(3)), .spec("HF-35"))
        func `three hundred peers that do not read cost less than 150 KiB each`() async throws {
            try await Arena.run(["--participants-max", "400"]) { arena in
                let clients = arena.clients
                let senders = (0..<8).map { "sender-\($0)" }
                for sender in senders { try await clients.join(sender) }
                let before = arena.residentKibibytes
                #expect(
                    try await clients.ask("crowd", ["call": "demo", "count": 300]) == 300
                )
                let joined = arena.residentKibibytes
                var count = 0
                for round in 0..<EndToEnd.BadInput.count(1, long: 4) {
                    if round > 0 { try await Task.sleep(for: .milliseconds(1500)) }
                    let states = try await clients.ask(
                        "volley",
                        [
                            "names": .list(senders.map { .text($0) }), "count": 28, "size": 7000,
                        ],
                        within: .seconds(60)
                    )
                    count = states[senders[0]]["texts"].items.count
                }
                let after = arena.residentKibibytes
                let closed = try await clients.ask("closed_in_crowd").int ?? 0
                print(
                    "crowd: \(count * 7) KB each; grew \(joined - before) KiB by joins, "
                        + "\(after - joined) KiB by traffic; \(closed) closed"
                )
                #expect(count >= 8 * 28)
                #expect(after - before < 300 * 150)
                // Not by throwing them out: they are slow, not gone.
                #expect(closed == 0 || EndToEnd.BadInput.isLong)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-61"))
        func `a flood of garbage from elsewhere keeps no good resume out`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice")
                let flood = try SecondClients(of: arena.server)
                let seconds = EndToEnd.BadInput.count(2, long: 20)
                async let refused = flood.ask(
                    "garbage",
                    ["seconds": .number(Double(seconds)), "source": "127.0.0.2"]
                )
                try await Task.sleep(for: .milliseconds(500))
                var times: [Double] = []
                for _ in 0..<40 {
                    let back = try await clients.ask("resume", ["name": "alice", "settle": false])
                    #expect(back["mode"] == "resumed")
                    if let time = back["seconds"].double { times.append(time) }
                    try await Task.sleep(for: .milliseconds(20))
                }
                let statuses = try await refused.members.mapValues { $0.int ?? 0 }
                await flood.process.stop(within: .seconds(1))
                times.sort()
                print("flood: \(statuses) in \(seconds) s; resumes \(times[20]), \(times[39]) s")
                #expect(times.count == 40)
                #expect(times[38] < 0.5)
                // Sent away before anybody looks at a MAC, all but the first few.
                #expect((statuses["429"] ?? 0) > 1000)
                #expect((statuses["401"] ?? 0) + (statuses["101"] ?? 0) < 16 + 4 * (seconds + 2))
                // What was good before stays so: the limit is the address's, not the server's.
                #expect(try await clients.ask("resume", ["name": "alice"])["mode"] == "resumed")
            }
        }
    }
}
#endif
