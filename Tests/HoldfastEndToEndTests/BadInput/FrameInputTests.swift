#if NIO && Server && os(Linux)
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd.BadInput {
    /// Frames in pieces, frames that are none, and frames that ask for too much.
    @Suite struct FrameInputTests {
        @Test(.timeLimit(.minutes(1)), .spec("HF-3"), arguments: [true, false])
        func `bytes one at a time and frames in pieces are what they are together`(
            isBinary: Bool
        ) async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                let joined = try await clients.ask(
                    "slow_join",
                    ["name": "alice", "binary": .flag(isBinary)]
                )
                #expect(joined["mode"] == "joined")
                let ping: JSONValue = isBinary ? ["hex": "1a020805"] : #"{"ping":{"id":5}}"#
                let slow = try await clients.ask(
                    "frame",
                    ["name": "alice", "data": ping, "pace": 1]
                )
                #expect(slow["others"].items.count == 1)
                // In four fragments, an empty one and a WebSocket ping among them.
                let (head, tail): (JSONValue, JSONValue) =
                    isBinary
                    ? (["hex": "1a"], ["hex": "020806"]) : (#"{"pi"#, #"ng":{"id":6}}"#)
                for (data, opcode, isLast) in [
                    (head, isBinary ? 2 : 1, false), ("", 0, false), ("here?", 9, true),
                    ("", 0, false), (tail, 0, true),
                ] as [(JSONValue, Int, Bool)] {
                    try await clients.ask(
                        "frame",
                        [
                            "name": "alice", "data": data, "opcode": .number(Double(opcode)),
                            "fin": .flag(isLast), "settle": .null,
                        ]
                    )
                }
                let whole = try await clients.ask("settle", ["name": "alice"])
                #expect(whole["others"].items.map { $0["pong"]["id"] } == [5, 6])
                #expect(whole["closed"] == .null)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-3"))
        func `a message at the limit is read, one byte more is closed with 1009`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                for (byteCount, isFragmented) in [
                    (12_288, false), (12_288, true), (12_289, false), (12_289, true),
                    (1_000_000, false),
                ] {
                    let name: JSONValue = "user-\(byteCount)-\(isFragmented)"
                    try await clients.ask("join", ["name": name, "binary": false])
                    let text = #"{"ping":{"id":7}}"#
                    let padding = byteCount - text.utf8.count
                    let split = isFragmented ? padding / 2 : padding
                    try await clients.ask(
                        "frame",
                        [
                            "name": name, "fin": .flag(!isFragmented), "settle": .null,
                            "data": Self.repeated(" ", split, before: text),
                        ]
                    )
                    if isFragmented {
                        try await clients.ask(
                            "frame",
                            [
                                "name": name, "opcode": 0, "settle": .null,
                                "data": Self.repeated(" ", padding - split),
                            ]
                        )
                    }
                    let state = try await clients.ask("settle", ["name": name, "seconds": 0.2])
                    if byteCount > 12_288 {
                        #expect(state["closed"] == 1009, "\(byteCount) \(isFragmented)")
                        #expect(state["others"] == [])
                    } else {
                        #expect(state["closed"] == .null, "\(byteCount) \(isFragmented)")
                        #expect(state["others"][0]["pong"]["id"] == 7)
                    }
                    let back = try await clients.ask("resume", ["name": name])
                    #expect(back["mode"] == "resumed")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-6"))
        func `what is no frame closes its connection, and its session survives`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("bystander")
                let before = arena.residentKibibytes
                for (index, bad) in Self.badFrames.enumerated() {
                    let name: JSONValue = "user-\(index)"
                    try await clients.ask(
                        "join",
                        ["name": name, "binary": .flag(bad.isBinary)]
                    )
                    let arguments = bad.frame.merging(["name": name, "settle": 1]) { old, _ in old }
                    let state = try await clients.ask("frame", arguments)
                    #expect(state["closed"].int == bad.code, "\(bad.what)")
                    let back = try await clients.ask("resume", ["name": name])
                    #expect(back["mode"] == "resumed", "\(bad.what)")
                }
                #expect(arena.residentKibibytes < before + 16 * 1024)
                let still = try await clients.ask("send", ["name": "bystander"])
                #expect(still["results"]["1"].items.count == 1)
                #expect(still["participants"].items.count == 1 + Self.badFrames.count)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-5"), .spec("HF-6"))
        func `nesting without end costs its sender the connection at most`() async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("bystander")
                for (index, nested) in [
                    (false, Self.repeated("[", 12_000)),
                    (false, Self.repeated("[", 6_000, before: #"{"x":"#)),
                    (false, Self.repeated(#"{"a":"#, 2_400)),
                    (true, ["hex": .text(String(repeating: "9b06", count: 6_000))]),
                    (true, ["hex": .text(String(repeating: "0a8060", count: 4_000))]),
                    (false, Self.repeated("[", 1_000_000)),
                ].enumerated() {
                    let name: JSONValue = "user-\(index)"
                    try await clients.ask("join", ["name": name, "binary": .flag(nested.0)])
                    let state = try await clients.ask(
                        "frame",
                        ["name": name, "data": nested.1, "settle": 1]
                    )
                    #expect(state["closed"].int == (index == 5 ? 1009 : 4500), "\(index)")
                    let back = try await clients.ask("resume", ["name": name])
                    #expect(back["mode"] == "resumed")
                }
                let still = try await clients.ask("send", ["name": "bystander"])
                #expect(still["results"]["1"].items.count == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)), .spec("HF-2"), .spec("HF-5"), arguments: [true, false])
        func `what a newer version says is ignored, and a newer version alone is told`(
            isBinary: Bool
        ) async throws {
            try await Arena.run { arena in
                let clients = arena.clients
                try await clients.join("alice", binary: isBinary)
                // An unknown frame, an unknown field beside a ping, an unknown command.
                let frames: [JSONValue] =
                    isBinary
                    ? [
                        ["hex": "9a06060a046d6f6f6e"], ["hex": "e003011a0208059a030178"],
                        ["hex": "0a070801ea04020801"],
                    ]
                    : [
                        #"{"teleport":{"to":"moon"}}"#,
                        #"{"ping":{"id":5,"mood":[1,{}]},"later":null}"#,
                        #"{"command":{"number":1,"raiseHand":{"high":true}}}"#,
                    ]
                for frame in frames {
                    try await clients.ask("frame", ["name": "alice", "data": frame])
                }
                let state = try await clients.ask("settle", ["name": "alice"])
                #expect(state["closed"] == .null)
                #expect(state["others"].items.map { $0["pong"]["id"] } == [5])
                #expect(state["results"]["1"][0]["failed"]["code"] == "bad_request")
                let version = try await clients.ask("version", ["subprotocol": "holdfast.v9"])
                #expect(version["chosen"] == .null)
                #expect(version["closed"] == 4507)
                #expect(version["byes"][0]["code"] == 4507)
            }
        }

        private static func repeated(_ text: String, _ count: Int, before: String = "") -> JSONValue
        {
            ["repeat": .text(text), "times": .number(Double(count)), "before": .text(before)]
        }

        private struct BadFrame {
            var what: String
            var isBinary = true
            var frame: [String: JSONValue]
            var code: Int
        }

        /// What RFC 6455 forbids is closed with 1002, the rest with 4500.
        private static let badFrames: [BadFrame] = [
            BadFrame(
                what: "invalid UTF-8",
                isBinary: false,
                frame: ["data": ["hex": "7b2278223a22c328227d"]],
                code: 4500
            ),
            BadFrame(
                what: "binary in JSON",
                isBinary: false,
                frame: ["data": "{}", "opcode": 2],
                code: 4500
            ),
            BadFrame(what: "text in binary", frame: ["data": "{}", "opcode": 1], code: 4500),
            BadFrame(what: "a broken varint", frame: ["data": ["hex": "80"]], code: 4500),
            BadFrame(
                what: "an offset of 2^53",
                frame: ["data": ["hex": "1209088080808080808010"]],
                code: 4500
            ),
            BadFrame(
                what: "an unmasked frame",
                frame: ["data": ["hex": "1a020801"], "mask": false],
                code: 1002
            ),
            BadFrame(
                what: "10 MB of zeros, compressed",
                frame: ["data": ["deflated": 10_000_000], "rsv1": true],
                code: 1002
            ),
            BadFrame(
                what: "a continuation of nothing",
                frame: ["data": ["hex": "1a020801"], "opcode": 0],
                code: 1002
            ),
            BadFrame(
                what: "a ping in two",
                frame: ["data": "x", "opcode": 9, "fin": false],
                code: 1002
            ),
            BadFrame(
                what: "a ping of 126 bytes",
                frame: ["data": ["repeat": "x", "times": 126], "opcode": 9],
                code: 1002
            ),
            BadFrame(
                what: "a close of one byte",
                frame: ["data": "x", "opcode": 8],
                code: 1002
            ),
        ]
    }
}
#endif
