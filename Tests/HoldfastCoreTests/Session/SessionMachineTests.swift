import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct SessionMachineTests {
    private static func offset(_ number: UInt32, era: UInt32 = 1) -> LogOffset {
        LogOffset(era: Era(era), number: number)
    }

    private static func event(
        _ number: UInt32,
        _ event: CallEvent,
        after previous: UInt32? = nil
    ) -> LoggedEvent {
        LoggedEvent(
            offset: self.offset(number),
            previous: self.offset(previous ?? number - 1),
            timestampMilliseconds: 0,
            event: event
        )
    }

    private static func chunk(
        _ ids: [String],
        at number: UInt32,
        era: UInt32 = 1,
        isReset: Bool = false,
        missed: UInt32 = 0,
        idleEnds: Int64 = 0
    ) -> SnapshotChunk {
        SnapshotChunk(
            offset: self.offset(number, era: era),
            index: 0,
            count: 1,
            isReset: isReset,
            missedMessageCount: missed,
            participants: ids.map { EngineHarness.participant($0) },
            idleEndsAtMilliseconds: idleEnds
        )
    }

    /// A machine under test; the app processes everything at once.
    private struct Fixture {
        var session = SessionMachine(call: CallID("standup"))
        var now: MonotonicInstant = .zero
        var told: [SessionEvent] = []
        var isAppBusy = false

        @discardableResult
        mutating func handle(_ event: SessionMachine.Event) -> [SessionMachine.Effect] {
            var effects: [SessionMachine.Effect] = []
            self.session.handle(event, at: self.now, effects: &effects)
            for effect in effects {
                guard case .deliver(let number, let event) = effect else { continue }
                self.told.append(event)
                if !self.isAppBusy { effects += self.handle(.processed(number)) }
            }
            return effects
        }

        @discardableResult
        mutating func receive(_ events: LoggedEvent...) -> [SessionMachine.Effect] {
            self.handle(.received(.events(events)))
        }

        /// Joined, with p_a and p_c, at offset 10; nothing is told of it.
        static func joined() -> Fixture {
            var fixture = Fixture()
            var welcome = EngineHarness.welcome(.joined, generation: 1)
            welcome.nowMilliseconds = 1_000_000
            fixture.handle(.welcomed(welcome, from: .zero))
            let chunk = SessionMachineTests.chunk(["p_a", "p_b", "p_c"], at: 10)
            fixture.handle(.received(.snapshot(chunk)))
            fixture.told = []
            return fixture
        }

        mutating func resume(
            from number: UInt32,
            snapshotFollows: Bool = false
        ) -> [SessionMachine.Effect] {
            var welcome = EngineHarness.welcome(.resumed, generation: 2)
            welcome.snapshotFollows = snapshotFollows
            welcome.nowMilliseconds = 1_000_000
            self.handle(.detached)
            return self.handle(
                .welcomed(welcome, from: SessionMachineTests.offset(number))
            )
        }
    }

    @Test(.spec("HF-13")) func `a join is told with the first snapshot, everybody else after it`() {
        var fixture = Fixture()
        fixture.handle(.welcomed(EngineHarness.welcome(.joined, generation: 1), from: .zero))
        #expect(fixture.told.isEmpty)
        let chunk = Self.chunk(["p_b", "p_c", "p_a"], at: 10)
        #expect(fixture.handle(.received(.snapshot(chunk))).contains(.begin))
        guard case .joined(let me) = fixture.told.first else {
            Issue.record("not joined")
            return
        }
        #expect(me.participant == EngineHarness.me)
        #expect(
            fixture.told.dropFirst() == [
                .participantJoined(EngineHarness.participant("p_a")),
                .participantJoined(EngineHarness.participant("p_c")),
            ]
        )
        #expect(fixture.session.cursor.position == Self.offset(10))
    }

    @Test(.spec("HF-30")) func `events are told in their order, a page at once`() {
        var fixture = Fixture.joined()
        let d = EngineHarness.participant("p_d")
        var renamed = d
        renamed.displayName = "Dora"
        let message = CallMessage(from: d.id, body: .text("hello"))
        fixture.receive(
            Self.event(11, .participantJoined(d)),
            Self.event(12, .participantUpdated(renamed)),
            Self.event(13, .message(message)),
            Self.event(14, .participantLeft(d.id, .left)),
            Self.event(15, .idleWarning(endsAtMilliseconds: 1_030_000)),
            Self.event(16, .idleCleared)
        )
        #expect(
            fixture.told == [
                .participantJoined(d), .participantUpdated(renamed),
                .message(id: Self.offset(13), message, timestampMilliseconds: 0),
                .participantLeft(renamed, .left), .idleWarning(endsIn: .seconds(30)), .idleCleared,
            ]
        )
    }

    @Test(.spec("HF-5")) func `what a newer version says moves the cursor and is not shown`() {
        var fixture = Fixture.joined()
        fixture.receive(Self.event(11, .unknown))
        #expect(fixture.handle(.received(.unknown)) == [])
        #expect(fixture.told.isEmpty)
        #expect(fixture.session.cursor.position == Self.offset(11))
        fixture.now = .seconds(0.5)
        #expect(
            fixture.handle(.deadlineReached) == [.send(.acknowledge(Self.offset(11)))]
        )
    }

    @Test func `what changes nothing is not told`() {
        var fixture = Fixture.joined()
        fixture.receive(
            Self.event(11, .participantJoined(EngineHarness.participant("p_a"))),
            Self.event(12, .participantLeft(ParticipantID("nobody"), .left)),
            Self.event(13, .participantUpdated(EngineHarness.participant("p_b"))),
            Self.event(14, .idleCleared)
        )
        #expect(fixture.told.isEmpty)
        #expect(fixture.session.deliveries.processed == Self.offset(14))
    }

    @Test(.spec("HF-36")) func `a snapshot becomes ordinary events, departures first`() {
        var fixture = Fixture.joined()
        _ = fixture.resume(from: 10, snapshotFollows: true)
        var chunk = Self.chunk(["p_b", "p_c", "p_d"], at: 90, missed: 3)
        chunk.participants[1].displayName = "Carl"
        let changed = chunk.participants[1]
        fixture.handle(.received(.snapshot(chunk)))
        #expect(
            fixture.told == [
                .participantLeft(EngineHarness.participant("p_a"), Roster.reasonUnknown),
                .participantJoined(EngineHarness.participant("p_d")),
                .participantUpdated(changed), .missedMessages(count: 3),
            ]
        )
        #expect(fixture.session.deliveries.processed == Self.offset(90))
    }

    @Test(.spec("HF-36")) func `an incomplete snapshot changes nothing`() {
        var fixture = Fixture.joined()
        var chunk = Self.chunk(["p_b"], at: 90)
        chunk.count = 2
        fixture.handle(.received(.snapshot(chunk)))
        #expect(fixture.session.cursor.position == Self.offset(10))
        fixture.handle(.detached)
        #expect(fixture.resume(from: 10).isEmpty)
        fixture.receive(Self.event(11, .unknown))
        #expect(fixture.told.isEmpty)
        #expect(fixture.session.cursor.position == Self.offset(11))
    }

    @Test(.spec("HF-36")) func `an event between chunks breaks the snapshot`() {
        var fixture = Fixture.joined()
        var chunk = Self.chunk(["p_b"], at: 90)
        chunk.count = 2
        fixture.handle(.received(.snapshot(chunk)))
        #expect(
            fixture.receive(Self.event(11, .unknown))
                == [.send(.synchronize(from: Self.offset(10)))]
        )
        chunk.index = 1
        #expect(fixture.handle(.received(.snapshot(chunk))) == [.reconnect])
    }

    @Test(.spec("HF-37")) func `a snapshot at or behind the cursor is ignored`() {
        var fixture = Fixture.joined()
        for number: UInt32 in [9, 10] {
            #expect(fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: number)))) == [])
        }
        #expect(fixture.told.isEmpty)
        #expect(fixture.session.cursor.position == Self.offset(10))
    }

    @Test(.spec("HF-37")) func `a reset becomes the cursor although it lies behind`() {
        var fixture = Fixture.joined()
        fixture.isAppBusy = true
        fixture.receive(Self.event(11, .participantJoined(EngineHarness.participant("p_x"))))
        _ = fixture.resume(from: 11, snapshotFollows: true)
        fixture.handle(.received(.snapshot(Self.chunk(["p_a", "p_b"], at: 4, isReset: true))))
        #expect(fixture.session.cursor.position == Self.offset(4))
        #expect(fixture.told.count == 3)
        // The app's answers for the lost log acknowledge nothing beyond the new one.
        for number in 4...6 {
            fixture.handle(.processed(DeliveryNumber(UInt64(number))))
        }
        fixture.now = .seconds(1)
        let effects = fixture.handle(.deadlineReached)
        #expect(effects == [.send(.acknowledge(Self.offset(4)))])
        let message = CallMessage(from: ParticipantID("p_a"), body: .text("new"))
        fixture.receive(Self.event(5, .message(message)))
        #expect(fixture.session.acknowledgeable == Self.offset(4))
    }

    @Test(.spec("HF-23")) func `a message ahead of a snapshot does not hide the snapshot`() {
        var fixture = Fixture.joined()
        _ = fixture.resume(from: 10, snapshotFollows: true)
        let message = CallMessage(from: ParticipantID("p_a"), body: .text("last"))
        fixture.receive(Self.event(90, .message(message), after: 10))
        // Its offset is the snapshot's: nothing came behind it.
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 90))))
        #expect(fixture.told.count == 3)
        #expect(fixture.session.roster.others.isEmpty)
    }

    @Test(.spec("HF-23")) func `messages ahead of a snapshot that never came are not told twice`() {
        var fixture = Fixture.joined()
        _ = fixture.resume(from: 10, snapshotFollows: true)
        let message = CallMessage(from: ParticipantID("p_a"), body: .text("once"))
        fixture.receive(Self.event(90, .message(message), after: 10))
        #expect(fixture.session.resumePosition == Self.offset(10))
        _ = fixture.resume(from: 10, snapshotFollows: true)
        // Nothing beyond what this connection brought may be acknowledged (HF-34).
        #expect(fixture.session.acknowledgeable == Self.offset(10))
        fixture.receive(Self.event(90, .message(message), after: 10))
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 91))))
        #expect(fixture.told.count == 3)
    }

    @Test(.spec("HF-33"))
    func `a hole is asked for, then the connection, then the position is left`() {
        var fixture = Fixture.joined()
        let effects = fixture.receive(Self.event(13, .unknown))
        #expect(effects == [.send(.synchronize(from: Self.offset(10)))])
        #expect(fixture.receive(Self.event(14, .unknown)) == [])
        #expect(fixture.receive(Self.event(20, .unknown)) == [.reconnect])
        _ = fixture.resume(from: 10)
        #expect(fixture.receive(Self.event(20, .unknown)) == [.reconnect])
        #expect(fixture.session.resumePosition == .zero)
        _ = fixture.resume(from: 0, snapshotFollows: true)
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 10))))
        #expect(fixture.session.resumePosition == Self.offset(10))
        #expect(fixture.told.count == 2)
    }

    @Test(.spec("HF-38")) func `a pong that names more than was received makes the client ask`() {
        var fixture = Fixture.joined()
        let top = Self.offset(12)
        let pong = ServerMessage.pong(id: 1, top: top, nowMilliseconds: 0)
        #expect(fixture.handle(.received(pong)) == [.send(.synchronize(from: Self.offset(10)))])
        #expect(fixture.handle(.received(pong)) == [])
        fixture.now = .seconds(3)
        #expect(fixture.handle(.received(pong)).first == .reconnect)
    }

    @Test(.spec("HF-34")) func `only what the app has processed is acknowledged`() {
        var fixture = Fixture.joined()
        fixture.handle(.acknowledging)
        fixture.isAppBusy = true
        let message = CallEvent.message(CallMessage(from: ParticipantID("p"), body: .text("x")))
        for number: UInt32 in 11...43 { fixture.receive(Self.event(number, message)) }
        fixture.now = .seconds(60)
        #expect(fixture.handle(.deadlineReached) == [])
        #expect(fixture.session.isOwing)
        // The first three deliveries were the join itself.
        #expect(
            !fixture.handle(.processed(DeliveryNumber(3 + 31)))
                .contains { if case .send = $0 { true } else { false } }
        )
        #expect(
            fixture.handle(.processed(DeliveryNumber(3 + 32)))
                .contains(.send(.acknowledge(Self.offset(42))))
        )
        fixture.handle(.processed(DeliveryNumber(3 + 33)))
        fixture.now = .seconds(60.499)
        #expect(fixture.handle(.deadlineReached) == [])
        fixture.now = .seconds(60.5)
        #expect(fixture.handle(.deadlineReached) == [.send(.acknowledge(Self.offset(43)))])
        #expect(!fixture.session.isOwing)
    }

    @Test func `a ping carries the acknowledgement, and then none is due`() {
        var fixture = Fixture.joined()
        #expect(fixture.session.nextDeadline == .seconds(0.5))
        fixture.handle(.acknowledging)
        #expect(fixture.session.nextDeadline == nil)
    }

    @Test func `an app that hangs bounds what is kept, and what was left out is asked for`() {
        var fixture = Fixture.joined()
        fixture.isAppBusy = true
        let message = CallEvent.message(CallMessage(from: ParticipantID("p"), body: .text("x")))
        for number: UInt32 in 11..<3000 { fixture.receive(Self.event(number, message)) }
        // 32 with the app, 1024 waiting.
        #expect(fixture.session.cursor.position == Self.offset(10 + 32 + 1024))
        #expect(fixture.told.count == 32)
        let top = Self.offset(2999)
        let pong = ServerMessage.pong(id: 1, top: top, nowMilliseconds: 0)
        #expect(fixture.handle(.received(pong)) == [])
        fixture.isAppBusy = false
        let effects = fixture.handle(.processed(DeliveryNumber(3 + 32)))
        #expect(effects.contains(.send(.synchronize(from: Self.offset(1066)))))
        fixture.receive(Self.event(1067, message))
        #expect(fixture.session.cursor.position == Self.offset(1067))
    }

    @Test(.spec("HF-51")) func `a snapshot tells of the end that is near, and that it is not`() {
        var fixture = Fixture.joined()
        _ = fixture.resume(from: 10, snapshotFollows: true)
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 20, idleEnds: 1_030_001))))
        #expect(fixture.told.count == 2)
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 21, idleEnds: 1_030_000))))
        #expect(fixture.told.last == .idleWarning(endsIn: .seconds(30)))
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 22, idleEnds: 1_029_000))))
        #expect(fixture.told.count == 3)
        fixture.handle(.received(.snapshot(Self.chunk(["p_b"], at: 23))))
        #expect(fixture.told.last == .idleCleared)
    }

    @Test func `a server's absurd clock is no danger`() {
        var clock = ServerClock()
        clock.set(milliseconds: .min, at: .zero)
        #expect(clock.remaining(until: .max, at: .zero) == .zero)
        clock.set(milliseconds: 0, at: .zero)
        #expect(clock.remaining(until: -5, at: .zero) == .zero)
        #expect(clock.remaining(until: 5000, at: .seconds(2)) == .seconds(3))
    }

    @Test func `a restored process asks for everybody and repeats no message`() {
        let stored = StoredSession(
            call: CallID("standup"),
            session: SessionID("s1"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            counter: ResumeCounter(1),
            cursor: Self.offset(10),
            lastCommand: CommandNumber(4)
        )
        var fixture = Fixture(session: SessionMachine(restoring: stored))
        let welcome = EngineHarness.welcome(.resumed, generation: 2)
        let asked = fixture.handle(.welcomed(welcome, from: Self.offset(10)))
        #expect(asked == [.send(.synchronize(from: .zero))])
        let message = CallMessage(from: ParticipantID("p_a"), body: .text("missed"))
        fixture.receive(
            Self.event(11, .participantJoined(EngineHarness.participant("p_a"))),
            Self.event(12, .message(message))
        )
        #expect(fixture.told.isEmpty)
        let first = LoggedEvent(
            offset: Self.offset(3),
            previous: .zero,
            timestampMilliseconds: 0,
            event: .message(message)
        )
        fixture.receive(first, Self.event(12, .message(message), after: 3))
        fixture.handle(.received(.snapshot(Self.chunk(["p_a", "p_b"], at: 12))))
        guard case .joined = fixture.told.first else {
            Issue.record("not joined first")
            return
        }
        #expect(
            fixture.told.dropFirst() == [
                .message(id: Self.offset(12), message, timestampMilliseconds: 0),
                .participantJoined(EngineHarness.participant("p_a")),
            ]
        )
    }

    @Test func `a restored process asks again when nobody answered`() {
        var fixture = Fixture()
        let welcome = EngineHarness.welcome(.resumed, generation: 2)
        fixture.handle(.welcomed(welcome, from: .zero))
        let pong = ServerMessage.pong(id: 1, top: .zero, nowMilliseconds: 0)
        #expect(fixture.handle(.received(pong)) == [.send(.synchronize(from: .zero))])
    }

    @Test func `nothing is sent and nothing is due without a connection`() {
        var fixture = Fixture.joined()
        fixture.handle(.detached)
        #expect(fixture.session.nextDeadline == nil)
        #expect(fixture.handle(.submitted(RequestID(1), .endCall)) == [])
        #expect(fixture.resume(from: 10) == [.send(.command(CommandNumber(1), .endCall))])
    }

    @Test func `a full queue and a command that is too large are answered at once`() {
        var fixture = Fixture.joined()
        for number in 1...256 {
            fixture.handle(.submitted(RequestID(UInt64(number)), .endCall))
        }
        #expect(
            fixture.handle(.submitted(RequestID(300), .endCall))
                == [.finish(RequestID(300), .backpressure)]
        )
        let large = Command.sendMessage(
            to: [],
            body: .data(topic: "", bytes: Array(repeating: 0, count: 7169))
        )
        guard
            case .finish(_, .failed(let failure))? =
                fixture.handle(.submitted(RequestID(301), large)).first
        else {
            Issue.record("not refused")
            return
        }
        #expect(failure.code == .tooLarge)
    }

    @Test func `a roster has room for 4096 others`() {
        var roster = Roster()
        for index in 0..<4096 {
            #expect(roster.put(EngineHarness.participant("p\(index)")) != nil)
        }
        #expect(roster.put(EngineHarness.participant("one more")) == nil)
        #expect(roster.others.count == 4096)
        var known = EngineHarness.participant("p7")
        known.displayName = "still updated"
        #expect(roster.put(known) == .updated(known))
    }
}
