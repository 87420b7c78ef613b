#if Server

import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct ICEServerListTests {
    private static let now = MonotonicInstant(offset: .seconds(1_763_690_000))
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func list(_ json: String, hasSecret: Bool = false) throws -> ICEServerList {
        let secret = try self.directory.write("north-south-east-west", to: "secret")
        return try ICEServerList(
            path: try self.directory.write(json, to: "ice.json"),
            secretPath: hasSecret ? secret : nil
        )
    }

    @Test func `without a file there are none`() throws {
        let list = try ICEServerList(path: nil, secretPath: nil)
        #expect(list.servers(for: SessionID("s"), at: Self.now).isEmpty)
    }

    @Test(.spec("HF-62"))
    func `a TURN server without a credential gets one that expires, the others stay as they are`()
        throws
    {
        let list = try self.list(
            """
            [{"urls": ["stun:s"]}, {"urls": ["turn:f"], "username": "u", "credential": "fixed"},
             {"urls": ["turn:t?transport=udp", "TURNS:t"]}]
            """,
            hasSecret: true
        )
        let servers = list.servers(for: SessionID("s"), at: Self.now)
        #expect(servers.map(\.urls.count) == [1, 1, 2])
        #expect(servers[0] == ICEServer(urls: ["stun:s"]))
        #expect(servers[1] == ICEServer(urls: ["turn:f"], username: "u", credential: "fixed"))
        #expect(servers[2].username.hasPrefix("1763693600:"), "an hour from now")
        let expected = TURNSecret("north-south-east-west").credential(
            for: SessionID("s"),
            until: Self.now.advanced(by: .seconds(3600))
        )
        #expect(servers[2].credential.value == expected.credential)
        #expect(servers[2].username == expected.username)
    }

    @Test(arguments: [
        (#"[{"urls": ["turn:t"]}]"#, false, "no credential"),
        (#"[{"urls": ["stun:s"]}]"#, true, "no TURN server that needs it"),
        (#"{"urls": ["stun:s"]}"#, false, "cannot be read"),
        (#"[{"urls": "s3cret"}]"#, false, "cannot be read"),
    ])
    func `what cannot be used is refused, without its content`(
        json: String,
        hasSecret: Bool,
        problem: String
    ) {
        let error = #expect(throws: StartupError.self) {
            try self.list(json, hasSecret: hasSecret)
        }
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.description.contains("s3cret") == false)
        #expect(error?.description.contains("north-south") == false)
    }

    @Test func `a list that others can read, or that is not there, is refused`() throws {
        let path = try self.directory.write("[]", to: "open.json", mode: 0o644)
        for path in [path, "/nowhere"] {
            #expect(throws: StartupError.self) {
                try ICEServerList(path: path, secretPath: nil)
            }
        }
    }

    @Test func `4 096 bytes of servers are taken, and not one more`() throws {
        // 128 of them stand for what a time-limited credential would add.
        for (count, isTaken) in [(4096 - 128, true), (4096 - 127, false)] {
            let url = "stun:" + String(repeating: "x", count: count - 5)
            let outcome = Result { try self.list(#"[{"urls": ["\#(url)"]}]"#) }
            #expect((try? outcome.get()) != nil ? isTaken : !isTaken, "\(count)")
        }
    }
}

#endif
