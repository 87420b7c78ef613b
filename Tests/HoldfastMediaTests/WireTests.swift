import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

extension RealMedia {
    /// What can be seen on the network.
    @Suite struct WireTests {
        @Test func `nothing clear is on the wire`() async throws {
            guard hasRealMedia() else { return }
            let capture = LoopbackCapture()
            guard
                requireReal(
                    "raw capture on loopback",
                    available: capture != nil,
                    reason: "needs the right to open a packet socket (root)"
                ), let capture
            else { return }
            let sent = Frames()
            let room = MediaRoom()
            // Not a tone: its frames should differ, so that each one is worth looking for.
            let file = try SoundFile(seconds: 0.35, frequency: 331)
            let a = room.add("a", source: .file(path: file.path)) { sent.append($0) }
            let b = room.add("b")
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("three reports") { room.statistics(at: b, of: a).count >= 3 }
            let packets = capture.end(ports: room.ports())
            await room.end()

            let frames = sent.all()
            #expect(frames.count > 100)
            // The same search finds a frame that is there in the clear.
            let clear = [UInt8](repeating: 0x80, count: 12) + (frames.last ?? [])
            #expect(sent.occur(in: clear))
            #expect(packets.allSatisfy { !sent.occur(in: $0.payload) })

            // RFC 7983: the first byte says what a packet is.
            let kinds = packets.map { packet -> String in
                switch packet.payload.first ?? 255 {
                case 0...3: "STUN"
                case 20...63: "DTLS"
                case 128...191: "SRTP"
                default: "other"
                }
            }
            let counts = Dictionary(grouping: kinds) { $0 }.mapValues(\.count)
            #expect(counts["other"] == nil, "\(counts)")
            #expect((counts["STUN"] ?? 0) > 0 && (counts["DTLS"] ?? 0) > 0, "\(counts)")
            #expect((counts["SRTP"] ?? 0) > 200, "\(counts)")
        }

        @Test func `on loopback alone no other address is ever named`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            let candidates = room.candidates(of: a) + room.candidates(of: b)
            #expect(!candidates.isEmpty)
            #expect(candidates.allSatisfy { $0.contains(" 127.0.0.1 ") })
            await room.end()
        }
    }
}

/// Encoded frames of a sender, and a search for any of them.
// SAFETY: `lock` guards every stored variable.
final class Frames: @unchecked Sendable {
    private let lock = NSLock()
    private var frames: [[UInt8]] = []
    private var windows: Set<[UInt8]> = []

    /// Bytes that must agree: by chance that happens once in 2^96.
    static let windowCount = 12

    func append(_ frame: [UInt8]) {
        self.lock.withLock {
            self.frames.append(frame)
            // From the middle: the first bytes are much the same in every frame.
            guard frame.count >= 2 * Self.windowCount else { return }
            let start = frame.count / 2
            self.windows.insert(Array(frame[start..<(start + Self.windowCount)]))
        }
    }

    func all() -> [[UInt8]] { self.lock.withLock { self.frames } }

    func occur(in bytes: [UInt8]) -> Bool {
        self.lock.withLock {
            guard bytes.count >= Self.windowCount else { return false }
            return (0...(bytes.count - Self.windowCount)).contains { start in
                self.windows.contains(Array(bytes[start..<(start + Self.windowCount)]))
            }
        }
    }
}
