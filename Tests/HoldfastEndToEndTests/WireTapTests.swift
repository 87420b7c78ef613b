#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd {
    /// What `tcpdump` sees of a call between two phones.
    @Suite struct WireTapTests {
        @Test(.timeLimit(.minutes(2)))
        func `the link carries DTLS-SRTP and no clear payload`() async throws {
            let tcpdump = "/usr/bin/tcpdump"
            let hasTool = FileManager.default.isExecutableFile(atPath: tcpdump)
            let obstacle = DrillNetwork.obstacle ?? (hasTool ? nil : "tcpdump is not installed")
            guard requireReal("a tapped link", available: obstacle == nil, reason: obstacle ?? "")
            else { return }
            var settings = Stage.Settings(phoneCount: 2)
            settings.roundTrip = .milliseconds(20)
            let stage = try await Stage(settings)
            let capture = stage.folder + "/link.pcap"
            let tap = try ChildProcess(
                name: "tcpdump",
                [tcpdump, "-i", "hf0", "-U", "-Z", "root", "-w", capture, "udp"],
                network: stage.network.namespaces[1]
            )
            try await Task.sleep(for: .seconds(1))
            try await stage.addPhone("alice", tone: 440)
            try await stage.addPhone("bob", tone: 660)
            try await stage.waitForMedia()
            try await Task.sleep(for: .seconds(2))
            tap.signal(SIGINT)
            #expect(await tap.waitForEnd(.seconds(3)))
            let payloads = Self.udpPayloads(of: try Data(contentsOf: URL(filePath: capture)))
            await stage.tearDown()

            let kinds = Dictionary(grouping: payloads) { Kind(firstByte: $0.first ?? 255) }
            #expect((kinds[.stun]?.count ?? 0) > 2)
            #expect((kinds[.dtls]?.count ?? 0) > 4, "no handshake was seen")
            #expect((kinds[.srtp]?.count ?? 0) > 100, "\(kinds.mapValues(\.count))")
            #expect(kinds[.other] == nil)
            // A tone compresses to nearly the same frame each time. Encrypted, no two are alike, and
            // the bytes are spread as chance spreads them.
            let media = (kinds[.srtp] ?? []).map { Array($0.dropFirst(12)) }.filter {
                $0.count > 20
            }
            #expect(Set(media).count == media.count)
            #expect(Self.entropy(of: media.flatMap { $0 }) > 7.9)
        }

        /// RFC 7983 §7: the first byte tells what shares a port.
        private enum Kind: Hashable {
            case stun, dtls, srtp, other

            init(firstByte: UInt8) {
                switch firstByte {
                case 0...3: self = .stun
                case 20...63: self = .dtls
                case 128...191: self = .srtp
                default: self = .other
                }
            }
        }

        /// The UDP payloads of a capture file of raw IPv4 packets.
        private static func udpPayloads(of file: Data) -> [[UInt8]] {
            let bytes = Array(file)
            var payloads: [[UInt8]] = []
            var position = 24
            while position + 16 <= bytes.count {
                let length = (0..<4).reduce(0) { $0 | Int(bytes[position + 8 + $1]) << (8 * $1) }
                let start = position + 16
                guard start + length <= bytes.count else { break }
                let packet = Array(bytes[start..<(start + length)])
                let header = Int(packet[0] & 15) * 4
                if packet[0] >> 4 == 4, packet[9] == 17, packet.count > header + 8 {
                    payloads.append(Array(packet[(header + 8)...]))
                }
                position = start + length
            }
            return payloads
        }

        /// Bits per byte.
        private static func entropy(of bytes: [UInt8]) -> Double {
            var counts = [Int](repeating: 0, count: 256)
            for byte in bytes { counts[Int(byte)] += 1 }
            let total = Double(max(1, bytes.count))
            return counts.filter { $0 > 0 }.reduce(0) { sum, count in
                let share = Double(count) / total
                return sum - share * log2(share)
            }
        }
    }
}
#endif
