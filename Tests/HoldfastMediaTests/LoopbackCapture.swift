import Foundation
import Glibc

/// Every UDP packet on this machine's loopback, as the kernel sees it. Needs root.
// SAFETY: `lock` guards `packets`; `descriptor` never changes and is closed by `end` alone.
final class LoopbackCapture: @unchecked Sendable {
    struct Packet {
        var sourcePort: UInt16
        var targetPort: UInt16
        var payload: [UInt8]
    }

    private let descriptor: Int32
    private let lock = NSLock()
    private var packets: [Packet] = []
    private var isEnded = false

    /// Nil without the right to capture.
    init?() {
        let everything = UInt16(0x0003).bigEndian
        let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), Int32(everything))
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        // A receive that waits at most this long, so that the end of the test is noticed.
        var limit = timeval(tv_sec: 0, tv_usec: 100_000)
        _ = unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        let thread = Thread { [self] in self.run() }
        thread.start()
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !self.lock.withLock({ self.isEnded }) {
            let count = unsafe recv(self.descriptor, &buffer, buffer.count, 0)
            if count > 0, let packet = Self.read(buffer[0..<count]) {
                self.lock.withLock { self.packets.append(packet) }
            }
        }
        close(self.descriptor)
    }

    /// Ethernet with IPv4 with UDP, and nothing else.
    private static func read(_ frame: ArraySlice<UInt8>) -> Packet? {
        guard frame.count >= 42, frame[12] == 0x08, frame[13] == 0x00 else { return nil }
        let header = Int(frame[14] & 0x0F) * 4
        let start = 14 + header
        guard frame[23] == 17, frame.count >= start + 8 else { return nil }
        func port(_ at: Int) -> UInt16 { UInt16(frame[at]) << 8 | UInt16(frame[at + 1]) }
        return Packet(
            sourcePort: port(start),
            targetPort: port(start + 2),
            payload: Array(frame[(start + 8)...])
        )
    }

    /// Ends the capture and returns what went between some ports.
    func end(ports: Set<UInt16>) -> [Packet] {
        self.lock.withLock {
            self.isEnded = true
            return self.packets.filter { packet in
                ports.contains(packet.sourcePort) && ports.contains(packet.targetPort)
            }
        }
    }
}
