#if NIO
import Testing

@testable import HoldfastDrill

@Suite struct PacketQueueTests {
    private func packet(_ name: UInt8, at time: Double) -> PacketQueue.Packet {
        PacketQueue.Packet(dueAt: time, node: 0, bytes: [name])
    }

    @Test func `a packet comes out when it is due and not before`() {
        var queue = PacketQueue()
        queue.push(self.packet(1, at: 2))

        let early = queue.popDue(at: 1.999)
        let due = queue.popDue(at: 2)
        #expect(early?.bytes == nil)
        #expect(due?.bytes == [1])
        #expect(queue.nextDue == nil)
    }

    @Test func `packets of one time keep their order, a shorter way overtakes`() {
        var queue = PacketQueue()
        queue.push(self.packet(1, at: 5))
        queue.push(self.packet(2, at: 5))
        queue.push(self.packet(3, at: 4))

        var order: [UInt8] = []
        while let next = queue.popDue(at: 9) { order += next.bytes }
        #expect(order == [3, 1, 2])
    }

    @Test func `what is more than the limit is lost`() {
        var queue = PacketQueue()
        for index in 0..<PacketQueue.packetCountMax {
            queue.push(self.packet(0, at: Double(index)))
        }
        let isTaken = queue.push(self.packet(0, at: 0))
        #expect(!isTaken)
        _ = queue.popDue(at: 1e9)
        let isTakenNow = queue.push(self.packet(0, at: 0))
        #expect(isTakenNow)
    }

    @Test func `the order survives the moments at which memory is given back`() {
        var queue = PacketQueue()
        var expected = 0
        for index in 0..<2000 {
            queue.push(
                PacketQueue.Packet(dueAt: Double(index), node: index, bytes: [])
            )
            if index % 3 == 2 {
                let next = queue.popDue(at: 1e9)
                #expect(next?.node == expected)
                expected += 1
            }
        }
        while let next = queue.popDue(at: 1e9) {
            #expect(next.node == expected)
            expected += 1
        }
        #expect(expected == 2000)
    }

    @Test func `a lossy way loses about its share, a clean one nothing`() {
        var dice = LossDice()
        let lost = (0..<10_000).count { _ in dice.loses(0.05) }
        #expect((400...600).contains(lost))
        let lostCleanly = (0..<1000).count { _ in dice.loses(0) }
        #expect(lostCleanly == 0)
    }
}

#endif
