import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct DeliveryQueueTests {
    private static func offset(_ number: UInt32) -> LogOffset {
        LogOffset(era: Era(1), number: number)
    }

    private static func drain(_ queue: inout DeliveryQueue) -> [SessionEvent] {
        var events: [SessionEvent] = []
        while let (_, event) = queue.next() { events.append(event) }
        return events
    }

    @Test func `32 events are with the app at once`() {
        var queue = DeliveryQueue()
        for number in 1...40 { queue.append(.idleCleared, offset: Self.offset(UInt32(number))) }
        #expect(Self.drain(&queue).count == 32)
        #expect(queue.processed(DeliveryNumber(1)) == (1, 0))
        #expect(Self.drain(&queue).count == 1)
        #expect(queue.processed == Self.offset(1))
    }

    @Test func `what returned counts for everything before it, once`() {
        var queue = DeliveryQueue()
        queue.append(.idleCleared, offset: Self.offset(1), byteCount: 10)
        queue.append(.lost(.noAnswer))
        queue.append(.idleCleared, offset: Self.offset(2), byteCount: 5)
        _ = Self.drain(&queue)
        #expect(queue.processed(DeliveryNumber(0)) == (0, 0))
        #expect(queue.processed(DeliveryNumber(4)) == (0, 0))
        #expect(queue.processed(DeliveryNumber(3)) == (2, 15))
        #expect(queue.processed(DeliveryNumber(3)) == (0, 0))
        #expect(queue.processed(DeliveryNumber(.max)) == (0, 0))
        #expect(queue.processed == Self.offset(2))
        #expect(queue.isEmpty)
    }

    @Test func `1024 events or 512 KiB fill the queue`() {
        var queue = DeliveryQueue()
        for _ in 0..<1023 { queue.append(.idleCleared, offset: Self.offset(1)) }
        #expect(!queue.isFull)
        queue.append(.idleCleared, offset: Self.offset(1))
        #expect(queue.isFull)
        #expect(!queue.isHalfEmpty)
        var number: UInt64 = 0
        while queue.isHalfEmpty == false, queue.next() != nil {
            number += 1
            _ = queue.processed(DeliveryNumber(number))
        }
        #expect(number == 512)

        var large = DeliveryQueue()
        large.append(.idleCleared, offset: Self.offset(1), byteCount: 512 * 1024 - 1)
        #expect(!large.isFull)
        large.append(.idleCleared, offset: Self.offset(2), byteCount: 1)
        #expect(large.isFull)
    }

    @Test func `what is not shown is processed with what is before it`() {
        var queue = DeliveryQueue()
        queue.mark(Self.offset(1))
        #expect(queue.processed == Self.offset(1))
        queue.append(.idleCleared, offset: Self.offset(2))
        queue.mark(Self.offset(3))
        _ = Self.drain(&queue)
        queue.mark(Self.offset(4))
        #expect(queue.processed == Self.offset(1))
        _ = queue.processed(DeliveryNumber(1))
        #expect(queue.processed == Self.offset(4))
    }

    @Test func `a loss that was repaired before the app could know is not told`() {
        var queue = DeliveryQueue()
        queue.append(.idleCleared, offset: Self.offset(1))
        queue.append(.lost(.noAnswer))
        queue.mark(Self.offset(2))
        queue.append(.restored(.init(downtime: .seconds(1))))
        #expect(Self.drain(&queue) == [.idleCleared])
        _ = queue.processed(DeliveryNumber(1))
        #expect(queue.processed == Self.offset(2))
    }

    @Test func `a report of media replaces one of its kind that waits`() {
        var queue = DeliveryQueue()
        let peer = ParticipantID("p")
        let reports: [MediaReport] = [
            .peer(peer, .connecting), .reception(peer, .silent),
            .statistics(MediaStatistics(peer: peer)),
            .sourceReplaced(.init(wanted: .microphone, used: .microphone, reason: "")),
            .failed(MediaFailure(code: .engine, message: "")),
        ]
        for report in reports + reports { queue.append(.media(report)) }
        queue.append(.media(.peer(peer, .connected)))
        queue.append(.media(.peer(ParticipantID("q"), .connecting)))
        let events = Self.drain(&queue)
        #expect(events.count == 6)
        #expect(events.first == .media(.peer(peer, .connected)))
    }

    @Test func `positions of a log that is gone are forgotten`() {
        var queue = DeliveryQueue()
        queue.append(.idleCleared, offset: Self.offset(8))
        _ = queue.next()
        queue.append(.idleCleared, offset: Self.offset(9))
        queue.forgetOffsets(at: Self.offset(2))
        queue.mark(Self.offset(2))
        _ = Self.drain(&queue)
        #expect(queue.processed(DeliveryNumber(2)) == (1, 0))
        #expect(queue.processed == Self.offset(2))
    }
}
