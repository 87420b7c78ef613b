#if NIO && Server && os(Linux)
import Foundation
import Testing

@testable import HoldfastDrill

@Suite struct PacketCountTests {
    /// A capture of IPv4 packets on loopback: seconds, client's port, bytes on the wire.
    private static func capture(_ packets: [(at: Double, port: Int, byteCount: Int)]) -> [UInt8] {
        var bytes = Self.words([0xa1b2_c3d4, 0x0004_0002, 0, 0, 96, 1])
        for packet in packets {
            let seconds = UInt32(packet.at)
            let fraction = UInt32((packet.at - Double(seconds)) * 1e6)
            bytes += Self.words([seconds, fraction, 14 + 24, UInt32(packet.byteCount)])
            bytes += [UInt8](repeating: 0, count: 12) + [8, 0, 0x45]
            bytes += [UInt8](repeating: 0, count: 19)
            bytes += [UInt8(packet.port >> 8), UInt8(packet.port & 255), 31, 144]
        }
        return bytes
    }

    private static func words(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(word >> (8 * UInt32($0)) & 255) } }
    }

    private func count(_ bytes: [UInt8], port: Int) throws -> PacketCount {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).pcap"
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        return try PacketCount(file: path, port: port, within: 100..<200)
    }

    @Test func `packets of one connection are counted from the IP header on, and no others`() throws
    {
        let bytes = Self.capture([(100, 5000, 74), (101, 6000, 1000), (120.5, 5000, 66)])
        let count = try self.count(bytes, port: 5000)
        #expect(count.packetCount == 2)
        #expect(count.byteCount == 60 + 52)
    }

    @Test func `packets with less than a second between them are one waking`() throws {
        let bytes = Self.capture([
            (100, 5000, 74), (100.999, 5000, 74), (101.998, 5000, 74), (103, 5000, 74),
        ])
        #expect(try self.count(bytes, port: 5000).wakeCount == 2)
    }

    @Test func `what lies before and behind the time that is measured does not count`() throws {
        let bytes = Self.capture([(99.9, 5000, 74), (100, 5000, 74), (200, 5000, 74)])
        #expect(try self.count(bytes, port: 5000).packetCount == 1)
    }

    @Test func `a capture that is cut off anywhere counts what is whole`() throws {
        let bytes = Self.capture([(100, 5000, 74), (110, 5000, 74)])
        for length in 24..<bytes.count {
            #expect(try self.count(Array(bytes.prefix(length)), port: 5000).packetCount <= 1)
        }
    }

    @Test func `what is no capture is refused`() {
        #expect(throws: DrillFailure.self) { try self.count([1, 2, 3], port: 5000) }
    }
}
#endif
