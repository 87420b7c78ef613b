#if Server

import Foundation
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

/// Rings through a real server, over sockets, that is killed while it rings.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RingingTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func start(port: Int = 0) throws -> Daemon {
        // Two loops, so that letters go from one to the other.
        try Daemon(["--dev", "--port", "\(port)", "--threads", "2"], in: self.directory)
    }

    private func open(
        _ user: String,
        _ device: String,
        _ daemon: Daemon,
        port: Int
    ) async throws -> Caller {
        let options = JoinOptions(
            call: CallID(channelOf: UserID(user)),
            displayName: user,
            deviceID: device
        )
        return try await Caller(user, joining: daemon, port: port, options)
    }

    private static func ring(_ id: String, timeout: Duration? = nil) -> Command {
        .ring(
            RingRequest(id: RingID(id), call: .demo, to: [UserID("bob")], timeout: timeout)
        )
    }

    @Test(.spec("HF-63"), .spec("HF-68"))
    func `a ring is answered on one device, and all others are told so`() async throws {
        let daemon = try self.start()
        let port = try #require(await daemon.port())
        var alice = try await self.open("alice", "phone", daemon, port: port)
        var phone = try await self.open("bob", "phone", daemon, port: port)
        var tablet = try await self.open("bob", "tablet", daemon, port: port)
        #expect(try await alice.ask(Self.ring("r1")) != .done(.zero))
        #expect(await phone.read { $0.ringing == [RingID("r1")] })
        #expect(await tablet.read { $0.ringing == [RingID("r1")] })
        guard case .done = try await phone.ask(.acceptRing(RingID("r1"))) else {
            Issue.record("the ring was not accepted")
            return
        }
        guard case .failed(let failure) = try await tablet.ask(.acceptRing(RingID("r1"))) else {
            Issue.record("two devices have accepted")
            return
        }
        #expect(failure.code == .tooLate)
        #expect(await phone.read { $0.rings == ["r1: bob accepted"] })
        #expect(await tablet.read { $0.rings == ["r1: bob accepted"] })
        #expect(await alice.read { $0.rings == ["r1: bob accepted"] })
        // Nobody opens another's channel.
        let options = JoinOptions(call: CallID(channelOf: UserID("bob")))
        let thief = try await daemon.join(port: port, "alice", options)
        #expect(await thief.bye()?.code == .unauthorized)
    }

    @Test(.spec("HF-70"), .spec("HF-75"))
    func `a ring ends in its time though the server is killed while it rings`() async throws {
        let first = try self.start()
        let port = try #require(await first.port())
        var alice = try await self.open("alice", "phone", first, port: port)
        var bob = try await self.open("bob", "phone", first, port: port)
        let begun = Date()
        _ = try await alice.ask(Self.ring("r1", timeout: .seconds(5)))
        _ = try await alice.ask(Self.ring("r2"))
        // Whether the letters were taken before or not: they are, in the end.
        first.signal(SIGKILL)
        _ = await first.exitCode()
        let second = try self.start(port: port)
        #expect(await second.port() == port)
        #expect(try await bob.resume(port: port).mode == .resumed)
        #expect(try await alice.resume(port: port).mode == .resumed)
        #expect(await bob.read { $0.ringing.contains(RingID("r2")) })
        _ = try await bob.ask(.rejectRing(RingID("r2"), .declined))
        #expect(await bob.read { $0.rings.count == 2 })
        #expect(await alice.read { $0.rings.count == 2 })
        #expect(Set(alice.rings) == ["r1: bob timed_out", "r2: bob rejected"])
        #expect(Set(bob.rings) == Set(alice.rings))
        #expect(alice.ringing.isEmpty && bob.ringing.isEmpty)
        // Not moved by the restart, which moves other deadlines by at least 60 s.
        let duration = Date().timeIntervalSince(begun)
        #expect((4.9..<30).contains(duration), "\(duration) s")
    }
}

#endif
