import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

/// What the session of a user's channel tells, and what it takes.
@Suite struct ChannelSessionTests {
    private static let call = EngineHarness.call

    private static func ended(_ id: String, _ state: RingState = .cancelled) -> Ring {
        var ring = EngineHarness.ring(id)
        ring.legs[0].state = state
        return ring
    }

    /// Away, and back with what came since up to `top`.
    private static func back(_ phone: inout EngineHarness, top: UInt32, snapshot: Bool = false) {
        phone.send(.disconnect(self.call))
        phone.send(.connect(self.call))
        phone.advance(by: .seconds(10))
        phone.welcomeChannel(.resumed, generation: 2, top: top, snapshotFollows: snapshot)
    }

    // MARK: Rings

    @Test(.spec("HF-68")) func `a ring is told at once, and its end`() {
        var phone = EngineHarness.channel()
        let ring = EngineHarness.ring("r")
        phone.receive(EngineHarness.logged(2, .ring(ring)))
        #expect(phone.channelEvents.last == .ring(ring))
        phone.receive(EngineHarness.logged(3, .ringEnded(Self.ended("r", .accepted))))
        #expect(phone.channelEvents.last == .ringEnded(Self.ended("r", .accepted)))
    }

    @Test(.spec("HF-70")) func `a ring that began and ended while away does not ring`() {
        var phone = EngineHarness.channel()
        let count = phone.channelEvents.count
        Self.back(&phone, top: 3)
        phone.receive(EngineHarness.logged(2, .ring(EngineHarness.ring("r"))))
        phone.receive(EngineHarness.logged(3, .ringEnded(Self.ended("r"))))
        #expect(
            phone.channelEvents.dropFirst(count + 3) == [.ringEnded(Self.ended("r")), .caughtUp]
        )
    }

    @Test(.spec("HF-70")) func `a ring that still rings is told when everything else came`() {
        var phone = EngineHarness.channel()
        Self.back(&phone, top: 3)
        phone.receive(EngineHarness.logged(2, .ring(EngineHarness.ring("r"))))
        #expect(phone.channelEvents.last == .state(.connected))
        phone.receive(EngineHarness.hello(3))
        #expect(phone.channelEvents.suffix(2) == [.ring(EngineHarness.ring("r")), .caughtUp])
    }

    @Test(.spec("HF-70")) func `a ring of the past waits for its end`() {
        var phone = EngineHarness.channel()
        Self.back(&phone, top: 2, snapshot: true)
        // Its time was over 5.001 s before the server's clock.
        let ring = EngineHarness.ring("r", expiresAt: 994_999)
        phone.channelSnapshot(at: 2, rings: [ring])
        #expect(phone.channelEvents.last == .caughtUp)
        phone.receive(EngineHarness.logged(3, .ringEnded(Self.ended("r", .timedOut))))
        #expect(phone.channelEvents.last == .ringEnded(Self.ended("r", .timedOut)))
    }

    @Test(.spec("HF-70")) func `a ring whose end was lost ends when the app is up to date`() {
        let ring = EngineHarness.ring("r")
        var phone = EngineHarness.channel(rings: [ring])
        Self.back(&phone, top: 9, snapshot: true)
        #expect(phone.channelEvents.last == .state(.connected))
        phone.channelSnapshot(at: 9)
        #expect(
            phone.channelEvents.suffix(2) == [.ringEnded(Self.ended("r", .timedOut)), .caughtUp]
        )
        let count = phone.told.count
        phone.receive(EngineHarness.logged(10, .ringEnded(Self.ended("r", .timedOut))))
        #expect(phone.told.count == count)
    }

    @Test func `rings in all chunks of a snapshot count`() {
        var phone = EngineHarness.channel()
        Self.back(&phone, top: 2, snapshot: true)
        for index in UInt32(0)...1 {
            let chunk = SnapshotChunk(
                offset: EngineHarness.at(2),
                index: index,
                count: 2,
                participants: [],
                rings: [EngineHarness.ring("r\(index)")]
            )
            phone.send(.received(phone.last, .snapshot(chunk)))
        }
        #expect(phone.told.compactMap(\.ring) == [RingID("r0"), RingID("r1")])
    }

    @Test(.spec("HF-70")) func `a process that was restored is told what rings, once`() {
        let stored = StoredSession(
            call: CallID(channelOf: EngineHarness.owner),
            session: SessionID("s1"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            counter: ResumeCounter(1),
            cursor: EngineHarness.at(5),
            lastCommand: .none
        )
        var phone = EngineHarness()
        phone.send(.restore(Self.call, stored, EngineHarness.channelRequest()))
        #expect(phone.connections.isEmpty)
        phone.send(.connect(Self.call))
        let sent = phone.welcomeChannel(.resumed, generation: 2, top: 7).sent
        #expect(sent.contains(.synchronize(from: .zero)))
        phone.receive(
            EngineHarness.hello(6),
            EngineHarness.logged(7, .ring(EngineHarness.ring("r")))
        )
        #expect(phone.told.isEmpty)
        phone.channelSnapshot(at: 7, rings: [EngineHarness.ring("r")], isReset: true)
        #expect(
            phone.channelEvents.map(\.isMessage) == [false, true, false, false]
        )
        #expect(phone.channelEvents.suffix(2) == [.ring(EngineHarness.ring("r")), .caughtUp])
    }

    @Test func `what does not reach the end of the log is all there is when a pong says so`() {
        var phone = EngineHarness.channel()
        Self.back(&phone, top: 3)
        #expect(phone.channelEvents.last == .state(.connected))
        phone.send(
            .received(
                phone.last,
                .pong(id: 9, top: EngineHarness.at(1), nowMilliseconds: 1_000_000)
            )
        )
        #expect(phone.channelEvents.last == .caughtUp)
    }

    @Test(.spec("HF-65")) func `a call shows nothing of a channel`() {
        var phone = EngineHarness.joined()
        let count = phone.told.count
        phone.receive(
            EngineHarness.hello(2),
            EngineHarness.logged(3, .ring(EngineHarness.ring("r")))
        )
        phone.receive(EngineHarness.logged(4, .ringEnded(Self.ended("r"))))
        #expect(phone.told.count == count)
        phone.receive(EngineHarness.message(5))
        #expect(phone.told.count == count + 1)
    }

    // MARK: Commands

    @Test(.spec("HF-68"))
    func `an answer given while away is sent once, and what became of it told`() {
        var phone = EngineHarness.channel(rings: [EngineHarness.ring("r")])
        phone.send(.disconnect(Self.call))
        #expect(phone.send(.submit(Self.call, RequestID(1), .acceptRing(RingID("r")))) == [])
        phone.send(.connect(Self.call))
        let accept = ClientMessage.command(CommandNumber(1), .acceptRing(RingID("r")))
        #expect(phone.welcomeChannel(.resumed, generation: 2, top: 1).sent.contains(accept))
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        #expect(phone.welcomeChannel(.resumed, generation: 3, top: 1).sent.contains(accept))
        let failure = CommandFailure(code: .tooLate, message: "bob was faster")
        let result = CommandResult(number: CommandNumber(1), outcome: .failed(failure))
        #expect(
            phone.send(.received(phone.last, .result(result))).outcomes == [.failed(failure)]
        )
    }

    private static func failure(
        _ command: Command,
        in log: CallID = CallID("~me")
    ) -> CommandFailure.Code? {
        command.localFailure(in: log)?.code
    }

    private static func users(_ count: Int) -> [UserID] {
        (0..<count).map { UserID("u\($0)") }
    }

    private static func ring(
        _ id: String = "r",
        to: [UserID] = users(1),
        payload: Int = 0
    ) -> Command {
        .ring(
            RingRequest(
                id: RingID(id),
                call: CallID("standup"),
                to: to,
                payload: Array(repeating: 7, count: payload)
            )
        )
    }

    @Test(.spec("HF-67")) func `a ring keeps its limits, or is not sent`() {
        let long = String(repeating: "r", count: 64)
        #expect(Self.failure(Self.ring(long, to: Self.users(16), payload: 1024)) == nil)
        #expect(Self.failure(Self.ring(long + "r")) == .badRequest)
        #expect(Self.failure(Self.ring("")) == .badRequest)
        #expect(Self.failure(Self.ring(to: [])) == .badRequest)
        #expect(Self.failure(Self.ring(to: Self.users(17))) == .badRequest)
        #expect(Self.failure(Self.ring(to: Self.users(1) + Self.users(1))) == .badRequest)
        #expect(Self.failure(Self.ring(to: [EngineHarness.owner])) == .badRequest)
        #expect(Self.failure(Self.ring(to: [UserID("not a user")])) == .badRequest)
        #expect(Self.failure(Self.ring(payload: 1025)) == .tooLarge)
        let nowhere = RingRequest(id: RingID("r"), call: CallID("~bob"), to: Self.users(1))
        #expect(Self.failure(.ring(nowhere)) == .badRequest)
    }

    @Test(.spec("HF-68")) func `an answer keeps its limits, or is not sent`() {
        let word = RejectReason(rawValue: String(repeating: "x", count: 32))
        let long = RejectReason(rawValue: String(repeating: "x", count: 33))
        #expect(Self.failure(.rejectRing(RingID("r"), word)) == nil)
        #expect(Self.failure(.rejectRing(RingID("r"), long)) == .badRequest)
        #expect(Self.failure(.acceptRing(RingID("?"))) == .badRequest)
        #expect(Self.failure(.cancelRing(RingID(""))) == .badRequest)
    }

    @Test(.spec("HF-71")) func `a message for a user keeps its limits, or is not sent`() {
        let fits = CallMessage.Body.text(String(repeating: "x", count: 7168))
        let long = CallMessage.Body.text(String(repeating: "x", count: 7169))
        #expect(Self.failure(.messageUser(UserID("bob"), body: fits)) == nil)
        #expect(Self.failure(.messageUser(UserID("bob"), body: long)) == .tooLarge)
        #expect(Self.failure(.messageUser(UserID(""), body: fits)) == .badRequest)
    }

    @Test(.spec("HF-74")) func `push registrations keep their limits, or are not sent`() {
        let token = String(repeating: "t", count: 2048)
        let good = PushRegistration(kind: .fcm, token: token)
        #expect(Self.failure(.setPush([])) == nil)
        #expect(Self.failure(.setPush(Array(repeating: good, count: 4))) == nil)
        #expect(Self.failure(.setPush(Array(repeating: good, count: 5))) == .badRequest)
        let long = PushRegistration(kind: .fcm, token: token + "t")
        #expect(Self.failure(.setPush([good, long])) == .badRequest)
        let unknown = PushKind(rawValue: String(repeating: "k", count: 33))
        #expect(Self.failure(.setPush([.init(kind: unknown, token: "t")])) == .badRequest)
    }

    @Test(.spec("HF-65")) func `what belongs in a call fails in a channel, and the reverse`() {
        let message = Command.sendMessage(to: [], body: .text("hello"))
        #expect(Self.failure(message) == .badRequest)
        #expect(Self.failure(.endCall) == .badRequest)
        let standup = CallID("standup")
        #expect(Self.failure(message, in: standup) == nil)
        #expect(Self.failure(Self.ring(), in: standup) == .badRequest)
        #expect(Self.failure(.setPush([]), in: standup) == .badRequest)
        var phone = EngineHarness.channel()
        let effects = phone.send(.submit(Self.call, RequestID(1), message))
        #expect(effects.sent == [])
        #expect(effects.outcomes.count == 1)
    }
}

extension ChannelEvent {
    fileprivate var isMessage: Bool { if case .message = self { true } else { false } }
}
