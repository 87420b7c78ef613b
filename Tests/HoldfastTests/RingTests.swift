@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Rings as an app has them, by a scripted engine.
@Suite(.timeLimit(.minutes(1))) struct RingTests {
    private let world = ChannelWorld()

    /// A client at which Bob rings.
    private func ringing(
        _ body: @escaping @Sendable (HoldfastClient, IncomingRing) async throws -> Void
    ) async throws {
        try await self.world.connected { client in
            await self.world.deliver(.channel(.ring(.incoming())), in: client)
            try await body(client, try #require(client.rings.first))
        }
    }

    private func fail(_ code: CommandFailure.Code) {
        self.world.script.withLock {
            $0.outcome = { _ in .failed(CommandFailure(code: code, message: "")) }
        }
    }

    // MARK: - Incoming

    @Test(.spec("HF-70")) func `a ring is told once, with its states, and its end once`()
        async throws
    {
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            await self.world.deliver(
                .channel(.ring(.incoming())),
                .channel(.ring(.incoming())),
                in: client
            )
            guard case .incomingRing(let ring) = await events.next() else {
                Issue.record("no ring")
                return
            }
            #expect(client.rings == [ring])
            #expect(ring.call == CallID("room"))
            #expect(ring.from == ChannelWorld.bob)
            #expect(ring.fromName == "Bob")
            #expect(ring.kind == .video)
            #expect(ring.payload == [1, 2])
            #expect(ring.expiresAtMilliseconds == 61_000)
            var states = ring.states.makeAsyncIterator()
            #expect(await states.next() == .ringing)
            await self.world.deliver(
                .channel(.ringEnded(.incoming("r1", .cancelled))),
                in: client
            )
            #expect(await events.next() == .incomingRingEnded(ring))
            #expect(await states.next() == .cancelled)
            #expect(await states.next() == nil)
            #expect(client.rings == [])
            // Who asks later sees the end alone.
            var late = ring.states.makeAsyncIterator()
            #expect(await late.next() == .cancelled)
            #expect(await late.next() == nil)
        }
    }

    @Test func `a call that was missed is told by its end, also to a reader that comes later`()
        async throws
    {
        try await self.world.connected { client in
            await self.world.deliver(.channel(.ringEnded(.incoming("r1", .timedOut))), in: client)
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            guard case .incomingRingEnded(let ring) = await events.next() else {
                Issue.record("no missed call")
                return
            }
            #expect(ring.state == .timedOut)
        }
    }

    @Test func `a reader that comes later sees what rings`() async throws {
        try await self.ringing { client, ring in
            var events = client.channelEvents.makeAsyncIterator()
            #expect(await events.take(2) == [.stateChanged(.connected), .incomingRing(ring)])
        }
    }

    @Test(
        .spec("HF-68"),
        arguments: [
            (Ring.incoming("r1", .accepted, device: "p_me"), IncomingRing.State.accepted),
            (
                .incoming("r1", .accepted, device: "p_pad"),
                .answeredElsewhere(ParticipantID("p_pad"))
            ),
            (.incoming("r1", .accepted), .answeredElsewhere(nil)),
            (.incoming("r1", .rejected, reason: .busy, device: "p_me"), .rejected(.busy)),
            (.incoming("r1", .rejected, reason: .busy), .rejected(.busy)),
            (
                .incoming("r1", .rejected, reason: .declined, device: "p_pad"),
                .rejectedElsewhere(.declined, ParticipantID("p_pad"))
            ),
            (.incoming("r1", .cancelled), .cancelled), (.incoming("r1", .timedOut), .timedOut),
            (
                .incoming("r1", RingState(rawValue: "forwarded")),
                .over(RingState(rawValue: "forwarded"))
            ),
        ]
    )
    func `every end of a ring says who ended it`(
        end: Ring,
        state: IncomingRing.State
    ) async throws {
        try await self.ringing { client, ring in
            await self.world.deliver(.channel(.ringEnded(end)), in: client)
            #expect(ring.state == state)
            #expect(client.rings == [])
        }
    }

    @Test(.spec("HF-68")) func `who accepts has the ring, a second time, too`() async throws {
        try await self.ringing { client, ring in
            try await ring.accept()
            #expect(ring.state == .accepted)
            #expect(client.rings == [])
            try await ring.accept()
            #expect(self.world.commands == [.acceptRing(RingID("r1"))])
            let error = await #expect(throws: HoldfastError.self) { try await ring.reject() }
            #expect(error?.code == .tooLate)
            // The log says the same; nothing is told twice.
            var states = ring.states.makeAsyncIterator()
            await self.world.deliver(
                .channel(.ringEnded(.incoming("r1", .accepted, device: "p_me"))),
                in: client
            )
            #expect(await states.next() == .accepted)
            #expect(await states.next() == nil)
        }
    }

    @Test(
        .spec("HF-68"),
        arguments: [
            (Ring.incoming("r1", .accepted, device: "p_pad"), "Another device"),
            (.incoming("r1", .cancelled), "caller"), (.incoming("r1", .timedOut), "timed out"),
        ]
    )
    func `who is too late is told who was first`(end: Ring, word: String) async throws {
        try await self.ringing { client, ring in
            self.fail(.tooLate)
            // The answer is on its way when the log brings the end.
            let accept = Task { try await ring.accept() }
            await self.world.until(client) { self.world.commands.count == 1 }
            await self.world.deliver(.channel(.ringEnded(end)), in: client)
            let error = await #expect(throws: HoldfastError.self) { try await accept.value }
            #expect(error?.code == .tooLate)
            #expect(error?.message.contains(word) == true)
            // From now on nobody needs to ask the server.
            _ = await #expect(throws: HoldfastError.self) { try await ring.accept() }
            #expect(self.world.commands.count == 1)
        }
    }

    @Test func `an answer that was too late because it was this device's own has won`() async throws
    {
        try await self.ringing { client, ring in
            self.fail(.tooLate)
            let accept = Task { try await ring.accept() }
            await self.world.until(client) { self.world.commands.count == 1 }
            await self.world.deliver(
                .channel(.ringEnded(.incoming("r1", .accepted, device: "p_me"))),
                in: client
            )
            try await accept.value
        }
    }

    @Test func `an answer that is too late does not wait for ever for the end`() async throws {
        try await self.ringing { client, ring in
            self.fail(.tooLate)
            let accept = Task { try await ring.accept() }
            await self.world.until(client) { self.world.commands.count == 1 }
            await self.world.world.pass(.seconds(7), client)
            let error = await #expect(throws: HoldfastError.self) { try await accept.value }
            #expect(error?.code == .tooLate)
        }
    }

    @Test func `cancelling an answer ends the waiting, and the log says what became of it`()
        async throws
    {
        try await self.ringing { client, ring in
            self.world.script.withLock { $0.outcome = { _ in nil } }
            let accept = Task { try await ring.accept() }
            await self.world.until(client) { self.world.commands.count == 1 }
            accept.cancel()
            let error = await #expect(throws: HoldfastError.self) { try await accept.value }
            #expect(error?.code == .cancelled)
            #expect(ring.state == .ringing)
            await self.world.deliver(
                .channel(.ringEnded(.incoming("r1", .accepted, device: "p_me"))),
                in: client
            )
            #expect(ring.state == .accepted)
        }
    }

    @Test func `a ring is rejected with a reason of 1 to 32 bytes`() async throws {
        try await self.ringing { _, ring in
            for reason in ["", String(repeating: "x", count: 33)] {
                let error = await #expect(throws: HoldfastError.self) {
                    try await ring.reject(RejectReason(rawValue: reason))
                }
                #expect(error?.code == .invalidArgument)
            }
            let reason = RejectReason(rawValue: String(repeating: "x", count: 32))
            try await ring.reject(reason)
            #expect(ring.state == .rejected(reason))
            #expect(self.world.commands == [.rejectRing(RingID("r1"), reason)])
        }
    }

    @Test func `an answer wakes a channel that sleeps`() async throws {
        try await self.ringing { client, ring in
            await self.world.deliver(.channel(.state(.suspended)), in: client)
            try await ring.accept()
            let told = self.world.told.suffix(2)
            guard case .pushArrived = told.first, case .submit = told.last else {
                Issue.record("not woken: \(told)")
                return
            }
        }
    }

    @Test func `accepting and joining gives the call`() async throws {
        self.world.script.withLock { $0.joins = .joined(.fake(CallID("room"), "p_1")) }
        try await self.ringing { client, ring in
            let call = try await ring.acceptAndJoin()
            #expect(call.id == CallID("room"))
            #expect(ring.state == .accepted)
            #expect(client.calls.map(\.id) == [CallID("room")])
            // Who is in the call already is not joined twice.
            await self.world.deliver(.channel(.ring(.incoming("r2"))), in: client)
            let again = try #require(client.rings.first)
            #expect(try await again.acceptAndJoin().id == CallID("room"))
        }
    }

    @Test func `a join that fails leaves nothing that rings`() async throws {
        self.world.script.withLock { $0.joins = .closed(.unauthorized(message: "no")) }
        try await self.ringing { client, ring in
            let error = await #expect(throws: HoldfastError.self) {
                try await ring.acceptAndJoin()
            }
            #expect(error?.code == .unauthorized)
            #expect(client.rings == [])
            #expect(ring.state == .accepted)
        }
    }

    @Test func `settings that cannot join answer nothing`() async throws {
        try await self.ringing { client, ring in
            let settings = CallSettings(title: String(repeating: "x", count: 257))
            _ = await #expect(throws: HoldfastError.self) {
                try await ring.acceptAndJoin(settings: settings)
            }
            #expect(self.world.commands == [])
            #expect(client.rings == [ring])
        }
    }

    @Test func `the end of the client or of the channel ends the states`() async throws {
        let states = Locked<AsyncStream<IncomingRing.State>?>(nil)
        try await self.ringing { _, ring in states.withLock { $0 = ring.states } }
        var seen: [IncomingRing.State] = []
        for await state in try #require(states.withLock { $0 }) { seen.append(state) }
        #expect(seen == [.ringing])
    }

    // MARK: - Outgoing

    @Test(.spec("HF-67")) func `a ring names what the protocol allows`() async throws {
        let others = (0..<17).map { UserID("u\($0)") }
        try await self.world.connected { client in
            let wrong: [(users: [UserID], call: String, payload: Int)] = [
                ([], "c", 0), (others, "c", 0), ([ChannelWorld.bob, ChannelWorld.bob], "c", 0),
                ([ChannelWorld.ada], "c", 0), ([UserID("a b")], "c", 0),
                ([ChannelWorld.bob], "~bob", 0), ([ChannelWorld.bob], "c", 1025),
            ]
            for (users, call, payload) in wrong {
                let settings = RingSettings(payload: Array(repeating: 1, count: payload))
                let error = await #expect(throws: HoldfastError.self) {
                    _ = try await client.ring(users, call: CallID(call), settings: settings)
                }
                #expect(error?.code == .invalidArgument)
            }
            #expect(self.world.commands == [])
            let settings = RingSettings(
                kind: .video,
                payload: Array(repeating: 1, count: 1024),
                timeout: .seconds(30)
            )
            let ring = try await client.ring(
                Array(others.prefix(16)),
                call: CallID("c"),
                settings: settings
            )
            guard case .ring(let request) = self.world.commands.first else {
                Issue.record("no ring")
                return
            }
            #expect(request.id == ring.id && ring.id.isValid && ring.id.rawValue.count == 32)
            #expect(request.to.count == 16)
            #expect(request.timeout == .seconds(30))
            #expect(request.kind == .video)
            #expect(ring.legs.map(\.state) == Array(repeating: .ringing, count: 16))
            #expect(client.outgoingRings == [ring])
        }
    }

    @Test(.spec("HF-69")) func `the caller sees each leg end, and the ring's end`() async throws {
        let eve = UserID("eve")
        try await self.world.connected { client in
            var events = client.channelEvents.makeAsyncIterator()
            _ = await events.next()
            let ring = try await client.ring([ChannelWorld.bob, eve], call: CallID("c"))
            var states = ring.states.makeAsyncIterator()
            #expect(await states.next()?.isRinging == true)
            var told = Ring(
                id: ring.id,
                call: CallID("c"),
                from: ChannelWorld.ada,
                startedAtMilliseconds: 5,
                legs: [Ring.Leg(user: ChannelWorld.bob), Ring.Leg(user: eve)]
            )
            told.legs[0].state = .rejected
            told.legs[0].reason = .busy
            await self.world.deliver(.channel(.ring(told)), in: client)
            #expect(await events.next() == .outgoingRing(ring))
            #expect(await states.next() == told)
            #expect(ring.isRinging)
            told.legs[1].state = .accepted
            await self.world.deliver(.channel(.ringEnded(told)), in: client)
            #expect(await events.next() == .outgoingRingEnded(ring))
            #expect(await states.next() == told)
            #expect(await states.next() == nil)
            #expect(client.outgoingRings == [])
            // What is over is not taken back.
            try await ring.cancel()
            #expect(self.world.commands.count == 1)
        }
    }

    @Test func `a ring of another device of the user is seen and can be taken back`() async throws {
        try await self.world.connected { client in
            let told = Ring(
                id: RingID("other"),
                call: CallID("c"),
                from: ChannelWorld.ada,
                legs: [Ring.Leg(user: ChannelWorld.bob)]
            )
            await self.world.deliver(.channel(.ring(told)), in: client)
            let ring = try #require(client.outgoingRings.first)
            try await ring.cancel()
            #expect(self.world.commands == [.cancelRing(RingID("other"))])
        }
    }

    @Test(arguments: [CommandFailure.Code.tooLate, .notFound])
    func `taking back what is over is no error`(code: CommandFailure.Code) async throws {
        try await self.world.connected { client in
            let ring = try await client.ring([ChannelWorld.bob], call: CallID("c"))
            self.fail(code)
            try await ring.cancel()
        }
    }

    @Test(arguments: [
        (CommandFailure.Code.forbidden, HoldfastError.Code.forbidden), (.limit, .busy),
        (.badRequest, .invalidArgument),
    ])
    func `a ring that the server refuses rings nobody`(
        code: CommandFailure.Code,
        expected: HoldfastError.Code
    ) async throws {
        try await self.world.connected { client in
            self.fail(code)
            let error = await #expect(throws: HoldfastError.self) {
                _ = try await client.ring([ChannelWorld.bob], call: CallID("c"))
            }
            #expect(error?.code == expected)
            #expect(client.outgoingRings == [])
        }
    }

    @Test func `cancelling the task takes the ring back`() async throws {
        try await self.world.connected { client in
            self.world.script.withLock { $0.outcome = { _ in nil } }
            let task = Task { try await client.ring([ChannelWorld.bob], call: CallID("c")) }
            await self.world.until(client) { self.world.commands.count == 1 }
            task.cancel()
            let error = await #expect(throws: HoldfastError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
            await self.world.until(client) { self.world.commands.count == 2 }
            guard case .ring(let request) = self.world.commands[0] else { return }
            #expect(self.world.commands[1] == .cancelRing(request.id))
            #expect(client.outgoingRings == [])
        }
    }
}
