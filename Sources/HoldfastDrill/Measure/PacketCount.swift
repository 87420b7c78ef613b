#if NIO && Server && os(Linux)
import Foundation

/// What one TCP connection cost, read from a capture that `tcpdump` wrote.
struct PacketCount: Hashable, Sendable {
    /// Packets closer to each other than this belong to one waking of the processor and the radio.
    static let wakePause: TimeInterval = 1

    /// Packets in both directions.
    private(set) var packetCount = 0
    /// Their bytes from the IP header on.
    private(set) var byteCount = 0
    /// Groups of packets with a pause of ``wakePause`` before each.
    private(set) var wakeCount = 0
    private var lastAt: TimeInterval?

    private mutating func add(bytes: Int, at time: TimeInterval) {
        self.packetCount += 1
        self.byteCount += bytes
        if time - (self.lastAt ?? -.infinity) >= Self.wakePause { self.wakeCount += 1 }
        self.lastAt = time
    }

    /// Reads the packets of a connection, by its client's port: a capture on the loopback interface,
    /// IPv4.
    ///
    /// - Parameters:
    ///   - file: In the format of libpcap, written on a machine of the same byte order.
    ///   - port: The client's.
    ///   - range: Seconds since the Unix epoch; what lies outside is left out.
    /// - Throws: ``DrillFailure`` when the file is no such capture.
    init(file: String, port: Int, within range: Range<TimeInterval>) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw DrillFailure("tcpdump wrote no capture")
        }
        let bytes = Array(data)
        // Magic number of libpcap with microseconds; link type Ethernet, which loopback claims to be.
        guard bytes.count >= 24, Self.word(bytes, 0) == 0xa1b2_c3d4, Self.word(bytes, 20) == 1
        else {
            throw DrillFailure("the capture is of a kind that is not known")
        }
        var place = 24
        while place + 16 <= bytes.count {
            let captured = Int(Self.word(bytes, place + 8))
            let length = Int(Self.word(bytes, place + 12))
            let time =
                TimeInterval(Self.word(bytes, place)) + TimeInterval(Self.word(bytes, place + 4))
                / 1e6
            let frame = place + 16
            place = frame + captured
            guard place <= bytes.count, captured >= 14 + 24, range.contains(time) else { continue }
            // Ethernet, then IPv4 with a header of so many words, then TCP with its two ports.
            let transport = frame + 14 + Int(bytes[frame + 14] & 0x0f) * 4
            guard bytes[frame + 14] >> 4 == 4, transport + 4 <= place else { continue }
            let ports = [0, 2].map {
                Int(bytes[transport + $0]) << 8 | Int(bytes[transport + $0 + 1])
            }
            if ports.contains(port) { self.add(bytes: length - 14, at: time) }
        }
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
}
#endif
