import Foundation
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

    @Test func `a peer whose certificate is not the announced one is not heard`() async {
        guard hasRealMedia() else { return }
        let room = MediaRoom()
        let (a, b) = (room.add("a"), room.add("b"))
        room.relay { signal in
            guard case .offer(let sdp) = signal,
                let place = sdp.firstRange(of: "fingerprint:sha-256 ")
            else { return signal }
            let digit = place.upperBound
            let other = sdp[digit] == "0" ? "1" : "0"
            return .offer(
                sdp: sdp.replacingCharacters(in: digit...digit, with: other)
            )
        }
        room.connect(a, b)
        await room.wait("b refuses") { room.events(of: b).contains(.peer(a, .failed)) }
        #expect(room.statistics(at: b, of: a).allSatisfy { $0.level < -60 })
        #expect(!room.events(of: b).contains(.peer(a, .connected)))
        await room.end()
    }

    @Test func `ICE restarts led by the offerer leave no gap`() async {
        guard hasRealMedia() else { return }
        let room = MediaRoom()
        let (a, b) = (room.add("a"), room.add("b"))
        room.connect(a, b)
        guard await room.waitFlowing(a, b) else { return }
        for round in 1...5 {
            room.tell(a, .restartICE(b))
            await room.wait("answer \(round)") {
                room.events(of: b).count { if case .signal(.answer, _) = $0 { true } else { false } } == round + 1
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
        await room.end()
    }
}
