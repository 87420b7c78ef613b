@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Readers of one call: who gets what, and when it counts as processed.
@Suite(.timeLimit(.minutes(1))) struct ReadersTests {
    private let clock = ManualClock()
    private let inbox = Inbox()
    private let record: CallRecord
    private let joined = SessionEvent.joined(
        SessionEvent.SelfDescription(
            call: CallID("c"),
            participant: ParticipantID("p_me"),
            title: "",
            kind: .audio,
            idleTimeout: .seconds(300)
        )
    )

    init() {
        self.record = CallRecord(
            handle: CallHandle(1),
            call: CallID("c"),
            microphone: .live,
            clock: self.clock,
            inbox: self.inbox
        )
    }

    private func deliver(_ numbers: ClosedRange<UInt64>, _ event: SessionEvent = .idleCleared) {
        for number in numbers {
            self.record.deliver(DeliveryNumber(number), event, at: self.clock.now())
        }
    }

    /// What the engine would be told now.
    private func processed() -> UInt64? {
        for entry in self.inbox.take() {
            if case .engine(.processed(_, let number)) = entry.input { return number.rawValue }
        }
        return nil
    }

    private var events: HoldfastCall.Events { HoldfastCall.Events(record: self.record) }

    @Test func `without a reader everything is processed at once`() {
        self.deliver(1...1, self.joined)
        self.deliver(2...40)
        #expect(self.processed() == 40)
    }

    @Test func `the slowest reader decides`() async {
        self.deliver(1...1, self.joined)
        #expect(self.processed() == 1)
        var fast = self.events.makeAsyncIterator()
        var slow = self.events.makeAsyncIterator()
        self.deliver(2...4)
        // One element is the prelude's.
        for _ in 1...4 { _ = await fast.next() }
        #expect(self.processed() == nil)
        for _ in 1...3 { _ = await slow.next() }
        // The slow one is at work on 3.
        #expect(self.processed() == 2)
        _ = await slow.next()
        #expect(self.processed() == 3)
    }

    @Test func `a sequence that is released holds up nobody`() async {
        self.deliver(1...1, self.joined)
        var events: HoldfastCall.Events? = self.events
        self.deliver(2...3)
        #expect(self.processed() == 1)
        withExtendedLifetime(events) {}
        events = nil
        #expect(self.processed() == 3)
    }

    @Test func `a cancelled reader holds up nobody`() async {
        self.deliver(1...1, self.joined)
        let events = self.events
        let hasBegun = Locked(false)
        let task = Task {
            for await event in events where event == .idleCleared {
                hasBegun.withLock { $0 = true }
                while !Task.isCancelled { await Task.yield() }
            }
        }
        self.deliver(2...5)
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        #expect(self.processed() == 1)
        task.cancel()
        await task.value
        #expect(self.processed() == 5)
    }

    @Test func `a second iterator of a sequence is another reader`() async {
        self.deliver(1...1, self.joined)
        let events = self.events
        var first = events.makeAsyncIterator()
        var second = events.makeAsyncIterator()
        self.deliver(2...2)
        for _ in 1...2 {
            let (one, two) = (await first.next(), await second.next())
            #expect(one != nil)
            #expect(one == two)
        }
    }

    @Test func `of two tasks at one place the second is told to stop`() async {
        let record = self.record
        let id = record.addReader()
        let results = await withTaskGroup(of: HoldfastCall.Event?.self) { group in
            group.addTask { await record.next(id) }
            group.addTask { await record.next(id) }
            // Whichever came second gets nil at once; the other gets the event.
            var results = [await group.next() ?? nil]
            self.deliver(1...1)
            results.append(await group.next() ?? nil)
            return results
        }
        #expect(results == [nil, .idleCleared])
    }

    @Test func `a later reader learns that the connection is lost`() async {
        self.deliver(1...1, self.joined)
        let bob = Participant(id: ParticipantID("p_bob"), userID: UserID("bob"))
        self.deliver(2...2, .participantJoined(bob))
        self.deliver(3...3, .lost(.pathLost))
        var events = self.events.makeAsyncIterator()
        guard case .joined = await events.next() else {
            Issue.record("not joined")
            return
        }
        #expect(await events.next() == .lost(.pathLost))
        #expect(await events.next() == .participantJoined(bob))
        self.deliver(4...4, .participantLeft(bob, .left))
        #expect(self.record.participants == [])
        #expect(await events.next() == .participantLeft(bob, .left))
    }

    @Test func `more messages than are kept for the first reader are counted`() async {
        self.deliver(1...1, self.joined)
        let count = CallRecord.backlogCountMax + 3
        for number in 1...count {
            let message = CallMessage(from: ParticipantID("p"), body: .text("\(number)"))
            self.deliver(
                UInt64(number + 1)...UInt64(number + 1),
                .message(
                    id: LogOffset(UInt64(number)),
                    message,
                    timestampMilliseconds: 0
                )
            )
        }
        var events = self.events.makeAsyncIterator()
        _ = await events.next()
        #expect(await events.next() == .missedMessages(count: 3))
        guard case .message(let first) = await events.next() else {
            Issue.record("no message")
            return
        }
        #expect(first.content == .text("4"))
    }

    @Test func `a reader that hangs is named after 5 s`() async {
        self.deliver(1...1, self.joined)
        var events = self.events.makeAsyncIterator()
        _ = await events.next()
        self.deliver(2...2)
        _ = await events.next()
        self.clock.advance(by: .milliseconds(4999))
        #expect(self.record.tick(at: self.clock.now(), gap: false) == [])
        self.clock.advance(by: .milliseconds(1))
        #expect(self.record.tick(at: self.clock.now(), gap: false).count == 1)
        // Once, not once a second.
        #expect(self.record.tick(at: self.clock.now(), gap: false) == [])
    }

    @Test func `a reader that holds up the call is cut off, and told so`() async {
        self.deliver(1...1, self.joined)
        var hung = self.events.makeAsyncIterator()
        var other = self.events.makeAsyncIterator()
        _ = await hung.next()
        self.deliver(2...UInt64(CallRecord.heldCountMin))
        for _ in 1...CallRecord.heldCountMin { _ = await other.next() }
        _ = self.processed()
        self.clock.advance(by: .seconds(60))
        // Fifteen are not enough: nobody else is kept waiting.
        let early = self.record.tick(at: self.clock.now(), gap: false)
        #expect(!early.contains { $0.contains("cut off") })
        self.deliver(17...17)
        _ = await other.next()
        let notes = self.record.tick(at: self.clock.now(), gap: false)
        #expect(notes.contains { $0.contains("cut off") })
        #expect(self.processed() == 16)
        #expect(await hung.next() == .fellBehind)
        #expect(await hung.next() == nil)
        self.deliver(18...18)
        #expect(await other.next() == .idleCleared)
    }

    @Test func `a process that did not run is no reader that hangs`() async {
        self.deliver(1...1, self.joined)
        let events = self.events
        self.deliver(2...40)
        self.clock.advance(by: .seconds(600))
        #expect(self.record.tick(at: self.clock.now(), gap: true) == [])
        self.clock.advance(by: .seconds(4))
        #expect(self.record.tick(at: self.clock.now(), gap: false) == [])
        withExtendedLifetime(events) {}
    }

    @Test func `a restored call may end before it was joined again`() async {
        let events = self.events
        self.deliver(1...1, .closed(.expired))
        var seen: [HoldfastCall.Event] = []
        for await event in events { seen.append(event) }
        #expect(seen == [.closed(.expired)])
        #expect(self.record.connection == .ended)
    }
}
