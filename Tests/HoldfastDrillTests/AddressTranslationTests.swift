#if NIO
import Testing

@testable import HoldfastDrill

@Suite struct AddressTranslationTests {
    private static let phone = IPPacketTests.phone
    private static let server = IPPacketTests.server

    private static func translation(
        _ old: AddressTranslation.OldConnections,
        outer: UInt32 = IPPacketTests.phone.address
    ) -> AddressTranslation {
        AddressTranslation(
            inner: self.phone.address,
            outer: outer,
            number: 7,
            oldConnections: old
        )
    }

    @Test(arguments: [IPPacketTests.phone.address, 0x0A4D_0382])
    func `a host is seen under another port, and answers find it`(outer: UInt32) throws {
        var router = Self.translation(.refused, outer: outer)
        let passed = router.outgoing(packet(.udp, from: Self.phone, to: Self.server))
        let sent = try #require(passed)
        let seen = try #require(IPPacket(sent))
        #expect(seen.source.address == outer)
        #expect(seen.source.port != Self.phone.port)
        #expect(seen.source.port >= 32768)
        #expect(isSound(sent))

        let answered = router.incoming(packet(.udp, from: Self.server, to: seen.source))
        let answer = try #require(answered)
        #expect(IPPacket(answer)?.destination == Self.phone)
        #expect(isSound(answer))
    }

    @Test func `what comes for an old port is for nobody`() {
        var router = Self.translation(.refused)
        _ = router.outgoing(packet(.udp, from: Self.phone, to: Self.server))
        let old = packet(.udp, from: Self.server, to: Self.phone)
        #expect(router.incoming(old) == nil)
        var end = Self.phone
        end.address += 1
        #expect(router.incoming(packet(.udp, from: Self.server, to: end)) == nil)
    }

    @Test func `a connection from before passes or not, one that begins passes`() {
        let data = packet(.tcp, from: Self.phone, to: Self.server)
        let opening = packet(.tcp, from: Self.phone, to: Self.server, flags: 0x02)

        var refusing = Self.translation(.refused)
        #expect(refusing.outgoing(data) != nil)

        var dropping = Self.translation(.dropped)
        #expect(dropping.outgoing(data) == nil)
        #expect(dropping.outgoing(opening) != nil)
        #expect(dropping.outgoing(data) != nil)
    }

    @Test func `the table has a limit, and what is in it keeps passing`() {
        var router = Self.translation(.dropped)
        var end = Self.phone
        for index in 0..<AddressTranslation.portCountMax {
            end.port = 32768 + UInt16(index)
            #expect(router.outgoing(packet(.udp, from: end, to: Self.server)) != nil)
        }
        #expect(router.outgoing(packet(.udp, from: end, to: Self.server)) != nil)
        end.port += 1
        #expect(router.outgoing(packet(.udp, from: end, to: Self.server)) == nil)
    }
}

@Suite struct FlowHoldTests {
    private static func underWay(
        _ name: UInt8,
        isOpening: Bool = false,
        port: UInt16 = 40000
    )
        -> PacketQueue.Packet
    {
        let phone = IPPacket.End(address: IPPacketTests.phone.address, port: port)
        let flags: UInt8 = isOpening ? 0x02 : 0x10
        let bytes = packet(
            .tcp,
            from: phone,
            to: IPPacketTests.server,
            flags: flags,
            payload: [name]
        )
        return PacketQueue.Packet(dueAt: 0, node: 0, bytes: bytes)
    }

    @Test func `a connection that is known is held, one that begins passes`() {
        var flows = FlowHold()
        let before = flows.keeps(Self.underWay(1), isFromHost: true)
        flows.hold()
        let held = flows.keeps(Self.underWay(2), isFromHost: true)
        let new = flows.keeps(Self.underWay(3, isOpening: true, port: 40001), isFromHost: true)
        let heldAgain = flows.keeps(Self.underWay(4), isFromHost: true)
        #expect(!before)
        #expect(held)
        #expect(!new)
        #expect(heldAgain)

        let released = flows.release()
        #expect(released.compactMap(\.bytes.last) == [2, 4])
        let after = flows.keeps(Self.underWay(5), isFromHost: true)
        #expect(!after)
        let rest = flows.release()
        #expect(rest.isEmpty)
    }

    @Test func `both directions of a connection are held`() {
        var flows = FlowHold()
        _ = flows.keeps(Self.underWay(1), isFromHost: true)
        flows.hold()
        let answer = packet(.tcp, from: IPPacketTests.server, to: IPPacketTests.phone)
        let isHeld = flows.keeps(
            PacketQueue.Packet(dueAt: 0, node: 1, bytes: answer),
            isFromHost: false
        )
        #expect(isHeld)
    }

    @Test func `media is never held`() {
        var flows = FlowHold()
        let media = PacketQueue.Packet(
            dueAt: 0,
            node: 0,
            bytes: packet(.udp, from: IPPacketTests.phone, to: IPPacketTests.server)
        )
        _ = flows.keeps(media, isFromHost: true)
        flows.hold()
        let isHeld = flows.keeps(media, isFromHost: true)
        #expect(!isHeld)
    }

    @Test func `what is more than the limit is lost, not passed`() {
        var flows = FlowHold()
        _ = flows.keeps(Self.underWay(1), isFromHost: true)
        flows.hold()
        let one = Self.underWay(2)
        for _ in 0..<FlowHold.packetCountMax { _ = flows.keeps(one, isFromHost: true) }
        let isKept = flows.keeps(one, isFromHost: true)
        let released = flows.release()
        #expect(isKept)
        #expect(released.count == FlowHold.packetCountMax)
    }
}

@Suite struct OutageScheduleTests {
    @Test func `a lane has its pause, and lanes are staggered`() {
        let schedule = OutageSchedule(
            count: 5,
            laneCount: 2,
            outage: .seconds(2),
            pause: .seconds(2)
        )
        let begins = schedule.steps.filter(\.isBegin)
        #expect(begins.map(\.lane) == [0, 1, 0, 1, 0])
        #expect(begins.map(\.at) == [0, 2, 4, 6, 8].map { .seconds($0) })
        let ends = schedule.steps.filter { !$0.isBegin }
        #expect(ends.map(\.at) == [2, 4, 6, 8, 10].map { .seconds($0) })
        #expect(schedule.length == .seconds(12))
    }

    @Test(arguments: [1, 3, 7]) func `of one lane no two outages overlap`(laneCount: Int) {
        let schedule = OutageSchedule(
            count: 40,
            laneCount: laneCount,
            outage: .seconds(2),
            pause: .milliseconds(1700)
        )
        #expect(schedule.steps.map(\.at) == schedule.steps.map(\.at).sorted())
        #expect(Set(schedule.steps.filter(\.isBegin).map(\.number)) == Set(1...40))
        for lane in 0..<laneCount {
            let steps = schedule.steps.filter { $0.lane == lane }
            for (step, next) in zip(steps, steps.dropFirst()) {
                #expect(step.isBegin != next.isBegin)
            }
        }
    }

    @Test func `nothing to do takes no time`() {
        let schedule = OutageSchedule(
            count: 0,
            laneCount: 3,
            outage: .seconds(2),
            pause: .seconds(2)
        )
        #expect(schedule.steps.isEmpty)
        #expect(schedule.length == .zero)
    }
}
#endif
