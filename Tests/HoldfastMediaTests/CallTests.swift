import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

/// Whether there is a real engine to test; says so when not.
func hasRealMedia() -> Bool {
    requireReal(
        "calls with GStreamer",
        available: GStreamerMediaEngine.problem == nil,
        reason: GStreamerMediaEngine.problem ?? ""
    )
}

@Suite(.serialized, .timeLimit(.minutes(5)))
struct CallTests {
    @Test func `a tone sent at one end is heard at the other`() async {
        guard hasRealMedia() else { return }
        let room = MediaRoom()
        let (a, b) = (room.add("a"), room.add("b", source: .tone(frequency: 0)))
        room.connect(a, b)
        guard await room.waitFlowing(a, b) else { return }
        await room.wait("the tone's level at b") {
            room.statistics(at: b, of: a).contains { $0.level > -15 && $0.level < -7 }
        }
        #expect(room.statistics(at: a, of: b).allSatisfy { $0.level < -60 })
        #expect(room.events(of: a).contains(.peer(b, .connected)))
        #expect(room.statistics(at: b, of: a).last?.packetsLost == 0)
        await room.end()
    }
}
