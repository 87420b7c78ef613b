#if NIO
import Testing

@testable import HoldfastDrill

/// A packet with right checksums, made by hand.
func packet(
    _ transport: IPPacket.Transport,
    from source: IPPacket.End,
    to destination: IPPacket.End,
    flags: UInt8 = 0x10,
    payload: [UInt8] = [1, 2, 3]
) -> [UInt8] {
    func words(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }
    func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
    var segment = word(source.port) + word(destination.port)
    switch transport {
    case .tcp: segment += [0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 1, 0, 0, 0, 0, 0]
    case .udp: segment += word(UInt16(8 + payload.count)) + [0, 0]
    }
    segment += payload
    let length = UInt16(20 + segment.count)
    var header: [UInt8] = [0x45, 0] + word(length) + [0, 0, 0, 0, 64, transport.rawValue, 0, 0]
    header += words(source.address) + words(destination.address)
    let checksum = transport == .tcp ? 16 : 6
    let sum = word(~onesSum(pseudoHeader(header, segment) + segment))
    segment.replaceSubrange(checksum..<(checksum + 2), with: sum)
    header.replaceSubrange(10..<12, with: word(~onesSum(header)))
    return header + segment
}

/// RFC 1071.
private func onesSum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt32(bytes[index]) << 8
        if index + 1 < bytes.count { sum += UInt32(bytes[index + 1]) }
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
    return UInt16(sum)
}

private func pseudoHeader(_ header: [UInt8], _ segment: [UInt8]) -> [UInt8] {
    header[12..<20] + [0, header[9], UInt8(segment.count >> 8), UInt8(segment.count & 255)]
}

/// Whether a receiver takes both checksums.
func isSound(_ bytes: [UInt8]) -> Bool {
    let header = Array(bytes[..<20])
    let segment = Array(bytes[20...])
    return onesSum(header) == 0xFFFF
        && onesSum(pseudoHeader(header, segment) + segment) == 0xFFFF
}

@Suite struct IPPacketTests {
    static let phone = IPPacket.End(address: 0x0A4D_0302, port: 40000)
    static let server = IPPacket.End(address: 0x0A4D_0301, port: 8443)

    @Test(arguments: [IPPacket.Transport.tcp, .udp])
    func `both ends are read, and written with right checksums`(
        transport: IPPacket.Transport
    ) throws {
        let bytes = packet(transport, from: Self.phone, to: Self.server)
        #expect(isSound(bytes))
        var read = try #require(IPPacket(bytes))
        #expect(read.source == Self.phone)
        #expect(read.destination == Self.server)

        for number in 0..<2000 as Range<UInt16> {
            let end = IPPacket.End(
                address: 0x0A4D_0300 + UInt32(number & 255),
                port: 30000 &+ number &* 17
            )
            read.source = end
            read.destination = IPPacket.End(address: end.address ^ 1, port: ~end.port)
            #expect(read.source == end)
            #expect(isSound(read.bytes))
        }
    }

    @Test func `a datagram without a checksum stays without one`() throws {
        var bytes = packet(.udp, from: Self.phone, to: Self.server)
        bytes[26] = 0
        bytes[27] = 0
        var read = try #require(IPPacket(bytes))
        read.source = Self.server
        #expect(read.bytes[26...27] == [0, 0])
    }

    @Test(arguments: [(0x02, true), (0x12, false), (0x10, false), (0x04, false)])
    func `only the first packet of a connection opens it`(flags: UInt8, isOpening: Bool) {
        let bytes = packet(.tcp, from: Self.phone, to: Self.server, flags: flags)
        #expect(IPPacket(bytes)?.isOpening == isOpening)
    }

    @Test func `what is cut short, a later fragment or another protocol has no ports`() {
        let whole = packet(.tcp, from: Self.phone, to: Self.server, payload: [])
        for count in whole.indices { #expect(IPPacket(Array(whole[..<count])) == nil) }
        for (index, byte) in [(0, 0x65), (0, 0x41), (0, 0x4F), (7, 1), (6, 0x10), (9, 1)] {
            var other = whole
            other[index] = UInt8(byte)
            #expect(IPPacket(other) == nil)
        }
    }
}
#endif
