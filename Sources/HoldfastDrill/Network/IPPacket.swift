#if NIO
/// An IPv4 packet as a switch sees it: who sends what to whom, and how to write that anew.
///
/// Whatever bytes come in, nothing traps; what is no TCP or UDP over IPv4 is none.
struct IPPacket: Hashable, Sendable {
    /// What travels in it.
    enum Transport: UInt8, Sendable {
        case tcp = 6
        case udp = 17
    }

    /// One end of a flow.
    struct End: Hashable, Sendable {
        /// As in 10.77.3.2, first byte first.
        var address: UInt32
        var port: UInt16
    }

    private(set) var bytes: [UInt8]
    let transport: Transport
    /// Where the transport's header begins.
    private let start: Int

    /// Nil for what has no ports: other protocols, later fragments, and what is cut short.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 20, bytes[0] >> 4 == 4,
            let transport = Transport(rawValue: bytes[9])
        else { return nil }
        let start = Int(bytes[0] & 15) * 4
        let isFirstFragment = bytes[6] & 0x1F == 0 && bytes[7] == 0
        let headerByteCount = transport == .tcp ? 20 : 8
        guard start >= 20, isFirstFragment, bytes.count >= start + headerByteCount else {
            return nil
        }
        self.bytes = bytes
        self.transport = transport
        self.start = start
    }

    /// Who sent it. Setting it keeps both checksums right.
    var source: End {
        get { End(address: self.address(at: 12), port: self.word(at: self.start)) }
        set { self.set(newValue, addressAt: 12, portAt: self.start) }
    }

    /// Whom it is for. Setting it keeps both checksums right.
    var destination: End {
        get { End(address: self.address(at: 16), port: self.word(at: self.start + 2)) }
        set { self.set(newValue, addressAt: 16, portAt: self.start + 2) }
    }

    /// Whether it is the first packet of a TCP connection.
    var isOpening: Bool { self.transport == .tcp && self.bytes[self.start + 13] & 0x12 == 0x02 }

    private func word(at index: Int) -> UInt16 {
        UInt16(self.bytes[index]) << 8 | UInt16(self.bytes[index + 1])
    }

    private func address(at index: Int) -> UInt32 {
        UInt32(self.word(at: index)) << 16 | UInt32(self.word(at: index + 2))
    }

    private mutating func set(_ end: End, addressAt address: Int, portAt port: Int) {
        self.replace(address, with: UInt16(end.address >> 16), inHeader: true)
        self.replace(address + 2, with: UInt16(end.address & 0xFFFF), inHeader: true)
        self.replace(port, with: end.port, inHeader: false)
    }

    /// Writes a word. The transport's checksum covers the addresses too.
    private mutating func replace(_ index: Int, with new: UInt16, inHeader: Bool) {
        let old = self.word(at: index)
        self.write(new, at: index)
        if inHeader { self.fixChecksum(at: 10, old, new) }
        let checksum = self.start + (self.transport == .tcp ? 16 : 6)
        // RFC 768: zero says that there is none.
        if self.transport == .udp, self.word(at: checksum) == 0 { return }
        self.fixChecksum(at: checksum, old, new)
        if self.transport == .udp, self.word(at: checksum) == 0 { self.write(0xFFFF, at: checksum) }
    }

    /// RFC 1624 §3.
    private mutating func fixChecksum(at index: Int, _ old: UInt16, _ new: UInt16) {
        var sum = UInt32(~self.word(at: index)) + UInt32(~old) + UInt32(new)
        sum = (sum & 0xFFFF) + sum >> 16
        sum = (sum & 0xFFFF) + sum >> 16
        self.write(~UInt16(truncatingIfNeeded: sum), at: index)
    }

    private mutating func write(_ word: UInt16, at index: Int) {
        self.bytes[index] = UInt8(word >> 8)
        self.bytes[index + 1] = UInt8(word & 0xFF)
    }
}
#endif
