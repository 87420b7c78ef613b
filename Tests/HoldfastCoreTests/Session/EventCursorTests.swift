import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct EventCursorTests {
    private static func offset(_ number: UInt32, era: UInt32 = 1) -> LogOffset {
        LogOffset(era: Era(era), number: number)
    }

    private static func state(_ number: UInt32, after previous: UInt32) -> LoggedEvent {
        LoggedEvent(
            offset: self.offset(number),
            previous: self.offset(previous),
            timestampMilliseconds: 0,
            event: .idleCleared
        )
    }

    private static func message(_ number: UInt32, after previous: UInt32) -> LoggedEvent {
        var event = self.state(number, after: previous)
        event.event = .message(CallMessage(from: ParticipantID("p"), body: .text("")))
        return event
    }

    private static func cursor(at number: UInt32) -> EventCursor {
        EventCursor(position: self.offset(number))
    }

    @Test(.spec("HF-33")) func `an event is applied when its previous is the cursor`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(6, after: 5), at: .zero) == .apply)
        #expect(cursor.position == Self.offset(6))
    }

    @Test(.spec("HF-32")) func `an event for others leaves no gap`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(9, after: 5), at: .zero) == .apply)
        #expect(cursor.position == Self.offset(9))
    }

    @Test(.spec("HF-33")) func `an event at or below the cursor is dropped`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(5, after: 4), at: .zero) == .ignore)
        #expect(cursor.receive(Self.state(3, after: 2), at: .zero) == .ignore)
        #expect(cursor.position == Self.offset(5))
    }

    @Test(.spec("HF-31")) func `the numbers of another era are greater`() {
        var cursor = Self.cursor(at: 5)
        let next = LoggedEvent(
            offset: Self.offset(1, era: 2),
            previous: Self.offset(5),
            timestampMilliseconds: 0,
            event: .idleCleared
        )
        #expect(cursor.receive(next, at: .zero) == .apply)
    }

    @Test(.spec("HF-33")) func `gaps in a row are answered harder and harder`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(8, after: 7), at: .zero) == .gap(.synchronize))
        #expect(cursor.receive(Self.state(12, after: 11), at: .zero) == .gap(.reconnect))
        #expect(cursor.resumePosition == Self.offset(5))
        cursor.reconnected(from: Self.offset(5), snapshotFollows: false)
        #expect(cursor.receive(Self.state(12, after: 11), at: .zero) == .gap(.startOver))
        #expect(cursor.resumePosition == .zero)
        #expect(cursor.receive(Self.state(20, after: 19), at: .zero) == .gap(.startOver))
    }

    @Test func `what follows the skipped event was under way and is no second gap`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(8, after: 7), at: .zero) == .gap(.synchronize))
        #expect(cursor.receive(Self.state(9, after: 8), at: .zero) == .ignore)
        #expect(cursor.receive(Self.state(10, after: 9), at: .zero) == .ignore)
        #expect(cursor.receive(Self.state(6, after: 5), at: .zero) == .apply)
        #expect(cursor.receive(Self.state(8, after: 7), at: .zero) == .gap(.synchronize))
    }

    @Test(.spec("HF-53")) func `a pong whose top is ahead shows a gap`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(top: Self.offset(5), at: .zero) == .ignore)
        #expect(cursor.receive(top: Self.offset(4), at: .zero) == .ignore)
        #expect(cursor.receive(top: Self.offset(6), at: .zero) == .gap(.synchronize))
        #expect(cursor.receive(top: Self.offset(6), at: .seconds(2.999)) == .ignore)
        #expect(cursor.receive(top: Self.offset(6), at: .seconds(3)) == .gap(.reconnect))
    }

    @Test(.spec("HF-23")) func `messages ahead of a snapshot do not move the place to begin again`()
    {
        var cursor = Self.cursor(at: 5)
        cursor.reconnected(from: Self.offset(5), snapshotFollows: true)
        #expect(cursor.receive(Self.message(9, after: 5), at: .zero) == .apply)
        #expect(cursor.position == Self.offset(9))
        #expect(cursor.isExpectingSnapshot)
        // Events of state between 5 and 9 were left out: the snapshot would have told of them.
        #expect(cursor.resumePosition == Self.offset(5))

        cursor.reconnected(from: Self.offset(5), snapshotFollows: false)
        #expect(cursor.receive(Self.state(7, after: 5), at: .zero) == .apply)
        #expect(cursor.receive(Self.message(9, after: 7), at: .zero) == .ignore)
        #expect(cursor.receive(Self.message(10, after: 9), at: .zero) == .apply)
    }

    @Test func `a snapshot that is not announced is believed in until an event of state comes`() {
        var cursor = Self.cursor(at: 5)
        cursor.synchronizes()
        #expect(cursor.receive(Self.message(9, after: 5), at: .zero) == .apply)
        #expect(cursor.resumePosition == Self.offset(5))
        #expect(cursor.receive(Self.state(10, after: 9), at: .zero) == .apply)
        #expect(cursor.resumePosition == Self.offset(10))
    }

    @Test func `what came while another connection was opened is told apart`() {
        var cursor = Self.cursor(at: 5)
        #expect(cursor.receive(Self.state(6, after: 5), at: .zero) == .apply)
        #expect(cursor.receive(Self.state(8, after: 6), at: .zero) == .apply)
        // The ticket of the new connection was made at 5.
        cursor.reconnected(from: Self.offset(5), snapshotFollows: false)
        #expect(cursor.reached == Self.offset(5))
        #expect(cursor.receive(Self.state(6, after: 5), at: .zero) == .ignore)
        #expect(cursor.reached == Self.offset(6))
        #expect(cursor.receive(Self.state(8, after: 6), at: .zero) == .ignore)
        #expect(cursor.receive(Self.state(9, after: 8), at: .zero) == .apply)
        #expect(cursor.reached == Self.offset(9))
    }

    @Test
    func `messages behind a repeated snapshot chain are found although their previous is old`() {
        var cursor = Self.cursor(at: 8)
        cursor.repeats(from: .zero)
        let first = LoggedEvent(
            offset: Self.offset(3),
            previous: .zero,
            timestampMilliseconds: 0,
            event: Self.message(3, after: 0).event
        )
        #expect(cursor.receive(first, at: .zero) == .ignore)
        #expect(cursor.receive(Self.message(9, after: 3), at: .zero) == .apply)
    }

    @Test func `a pong at the position ends what is repeated`() {
        var cursor = Self.cursor(at: 8)
        cursor.repeats(from: .zero)
        #expect(cursor.reached == .zero)
        #expect(cursor.receive(top: Self.offset(8), at: .zero) == .ignore)
        #expect(cursor.reached == Self.offset(8))
    }

    @Test(.spec("HF-37")) func `a reset may lead back, and then old numbers are new messages`() {
        var cursor = Self.cursor(at: 8)
        cursor.jump(to: Self.offset(4), isReset: true)
        #expect(cursor.resumePosition == Self.offset(4))
        #expect(cursor.receive(Self.message(6, after: 4), at: .zero) == .apply)
    }
}
