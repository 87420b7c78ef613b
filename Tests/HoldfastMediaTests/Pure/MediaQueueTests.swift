import Dispatch
import Foundation
import HoldfastCore
import HoldfastWire
import Testing

@testable import HoldfastMedia

@Suite struct MediaEventBufferTests {
    private let peer = ParticipantID("p")

    private func statistics(_ number: UInt64) -> MediaEvent {
        .statistics(MediaStatistics(peer: self.peer, packetsReceived: number))
    }

    /// Everything that waits.
    private func drain(_ buffer: MediaEventBuffer) async -> [MediaEvent] {
        buffer.finish()
        var events: [MediaEvent] = []
        for await event in buffer.stream() { events.append(event) }
        return events
    }

    @Test func `events come in order, and the stream ends after them`() async {
        let buffer = MediaEventBuffer()
        let events: [MediaEvent] = [
            .peer(self.peer, .connecting), self.statistics(1), .peer(self.peer, .connected),
        ]
        for event in events { buffer.append(event) }
        #expect(await self.drain(buffer) == events)
    }

    @Test func `of unread statistics the oldest are forgotten first`() async {
        let buffer = MediaEventBuffer()
        buffer.append(.reception(self.peer, .flowing))
        for number in 0..<1_000 as Range<UInt64> { buffer.append(self.statistics(number)) }
        buffer.append(.reception(self.peer, .silent))
        let events = await self.drain(buffer)
        #expect(events.first == .reception(self.peer, .flowing))
        #expect(events.last == .reception(self.peer, .silent))
        #expect(events.count == MediaEventBuffer.statisticsCountMax + 2)
        #expect(events.dropLast().last == self.statistics(999))
    }

    @Test func `a full buffer says so instead of losing events in silence`() async {
        let buffer = MediaEventBuffer()
        for number in 0..<10 as Range<UInt64> { buffer.append(self.statistics(number)) }
        for _ in 0..<MediaEventBuffer.eventCountMax + 50 {
            buffer.append(.peer(self.peer, .connecting))
        }
        let events = await self.drain(buffer)
        #expect(events.count == MediaEventBuffer.eventCountMax + 1)
        #expect(
            events.allSatisfy { event in
                if case .statistics = event { false } else { true }
            }
        )
        guard case .failed(let failure) = events.last else {
            Issue.record("the loss must be told")
            return
        }
        #expect(failure.code == .engine)
    }

    @Test func `nothing comes after the end`() async {
        let buffer = MediaEventBuffer()
        buffer.finish()
        buffer.append(.peer(self.peer, .failed))
        #expect(await self.drain(buffer).isEmpty)
    }

    @Test func `a reader that is cancelled lets another read on`() async {
        let buffer = MediaEventBuffer()
        let reader = Task { for await _ in buffer.stream() {} }
        reader.cancel()
        await reader.value
        buffer.append(.peer(self.peer, .connected))
        #expect(await self.drain(buffer) == [.peer(self.peer, .connected)])
    }

    @Test func `a reader that waits gets what comes, and the end`() async {
        let buffer = MediaEventBuffer()
        let reader = Task {
            var events: [MediaEvent] = []
            for await event in buffer.stream() { events.append(event) }
            return events
        }
        for number in 0..<200 as Range<UInt64> {
            buffer.append(.peer(ParticipantID("\(number)"), .connected))
            if number.isMultiple(of: 7) { await Task.yield() }
        }
        buffer.finish()
        let events = await reader.value
        #expect(events == (0..<200).map { .peer(ParticipantID("\($0)"), .connected) })
    }
}

@Suite struct MediaInboxTests {
    private func inbox() -> MediaInbox {
        MediaInbox(queue: DispatchQueue(label: "test"))
    }

    @Test func `items keep their order and are taken once`() {
        let inbox = self.inbox()
        inbox.post(.command(.stop))
        inbox.post(.tick)
        inbox.post(.release)
        let items = inbox.take().items
        #expect(items.count == 3)
        guard case .command(.stop) = items[0], case .tick = items[1], case .release = items[2]
        else {
            Issue.record("order")
            return
        }
        #expect(inbox.take().items.isEmpty)
    }

    @Test func `a full inbox counts what it could not take`() {
        let inbox = self.inbox()
        let bound = MediaInbox.Bound.commandCountMax
        for _ in 0..<bound + 3 { inbox.post(.command(.stop)) }
        let reports = MediaInbox.Bound.reportCountMax
        for _ in 0..<reports + 5 {
            inbox.post(.report(.peer(MediaToken(rawValue: 1), .settled)))
        }
        let (items, overflow) = inbox.take()
        #expect(items.count == bound + reports)
        #expect(overflow == MediaInbox.Overflow(commandCount: 3, reportCount: 5))
        #expect(inbox.take().overflow == MediaInbox.Overflow())
    }

    @Test func `measurements never crowd out anything else`() {
        let inbox = self.inbox()
        let power = SoundPower(sumOfSquares: 0, sampleCount: 0)
        for _ in 0..<MediaInbox.Bound.measurementCountMax * 2 {
            inbox.post(.report(.peer(MediaToken(rawValue: 1), .sound(power))))
        }
        inbox.post(.command(.stop))
        let (items, overflow) = inbox.take()
        #expect(items.count == MediaInbox.Bound.measurementCountMax + 1)
        #expect(overflow == MediaInbox.Overflow())
    }
}
