import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

extension RealMedia {
    /// Pictures between engines in one process, over loopback.
    @Suite struct VideoTests {
        @Test func `a picture started in the call is seen, and leaves no mark on the sound`() async
        {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("a report") { !room.statistics(at: b, of: a).isEmpty }
            #expect(room.statistics(at: b, of: a).allSatisfy { $0.camera == nil })
            let start = ContinuousClock.now
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            await room.wait("pictures") {
                room.picture(.camera, at: b, of: a).map { $0.framesDecoded >= 30 } ?? false
            }
            let seen = room.picture(.camera, at: b, of: a)
            #expect(seen.map { $0.width == 640 && $0.height == 360 } ?? false)
            #expect(seen?.packetsLost == 0)
            let sound = room.statistics(at: b, of: a, since: start)
            #expect(sound.allSatisfy { $0.packetsLost == 0 })
            let gap = sound.map(\.longestGap).max() ?? .zero
            #expect(gap < .milliseconds(150), "\(gap)")
            #expect(sound.allSatisfy { $0.screen == nil })
            #expect(!room.events(of: a).contains(.peer(b, .failed)))
            #expect(room.answers(of: b).count == 1, "no other exchange of descriptions")
            await room.end()
        }

        @Test func `camera and screen are two pictures, and the camera's pause is no silence`()
            async
        {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            // Before the pair connects, and while it does.
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            room.connect(a, b)
            room.tell(b, .setVideo(.screen, .live(.pattern)))
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("a's camera at b, b's screen at a") {
                (room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0) > 10
                    && (room.picture(.screen, at: a, of: b)?.framesDecoded ?? 0) > 5
            }
            #expect(room.picture(.screen, at: a, of: b).map { $0.width == 1280 } ?? false)
            #expect(room.picture(.camera, at: a, of: b) == nil)
            let paused = ContinuousClock.now
            room.tell(a, .setVideo(.camera, .paused))
            await room.wait("three reports without new pictures") {
                let reports = room.statistics(at: b, of: a, since: paused).suffix(3)
                return reports.count == 3 && Set(reports.map(\.camera?.packetsReceived)).count == 1
            }
            #expect(!room.events(of: b).contains(.reception(a, .silent)))
            let before = room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            await room.wait("pictures again") {
                (room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0) > before + 10
            }
            room.tell(b, .setVideo(.screen, .off))
            await room.wait("no more of the screen") {
                let reports = room.statistics(at: a, of: b).suffix(3)
                return reports.count == 3 && Set(reports.map(\.screen?.packetsReceived)).count == 1
            }
            #expect(!room.events(of: a).contains(.reception(b, .silent)))
            #expect(room.failures(of: a).isEmpty && room.failures(of: b).isEmpty)
            await room.end()
        }

        @Test func `who joins later sees the picture from a key frame on`() async {
            guard hasRealMedia() else { return }
            let frames = FrameCount()
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            let c = room.add("c", taps: MediaTaps(frame: { frames.note($0) }))
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("b sees it") {
                (room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0) > 10
            }
            let start = ContinuousClock.now
            room.connect(a, c)
            guard await room.waitFlowing(a, c, since: start) else { return }
            await room.wait("c sees it", within: .seconds(5)) { frames.count > 10 }
            #expect(frames.sizes == [640 * 360 * 3 / 2])
            await room.end()
        }

        @Test func `ICE restarts do not disturb a picture`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("pictures") {
                (room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0) > 10
            }
            let restarts = ContinuousClock.now
            for round in 1...3 {
                let start = ContinuousClock.now
                room.tell(a, .restartICE(b))
                await room.wait("connected again, round \(round)") {
                    room.events(of: a, since: start).contains(.peer(b, .connected))
                        && room.events(of: b, since: start).contains(.peer(a, .connected))
                }
            }
            let end = ContinuousClock.now
            await room.wait("two more reports") {
                room.statistics(at: b, of: a, since: end).count >= 2
            }
            let last = room.picture(.camera, at: b, of: a)
            // Fifteen pictures a second are 67 ms apart.
            let gap = room.statistics(at: b, of: a, since: restarts).compactMap {
                $0.camera?.longestGap
            }.max()
            #expect(gap.map { $0 < .milliseconds(500) } ?? false, "\(gap ?? .zero)")
            #expect(last?.packetsLost == 0)
            await room.end()
        }

        @Test func `an end that takes no pictures is heard all the same`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            // As a browser without a camera's line answers: the lines are there and turned down.
            room.relay { signal in
                guard case .answer(let sdp) = signal else { return signal }
                return .answer(sdp: sdp.replacing("m=video 9", with: "m=video 0"))
            }
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("the tone") {
                room.statistics(at: b, of: a).contains { $0.level > -13 }
            }
            #expect(room.statistics(at: b, of: a).allSatisfy { $0.camera == nil })
            let start = ContinuousClock.now
            room.tell(a, .restartICE(b))
            await room.wait("a restart works too") {
                room.events(of: b, since: start).contains(.peer(a, .connected))
            }
            #expect(room.failures(of: a).isEmpty && room.failures(of: b).isEmpty)
            await room.end()
        }

        @Test func `an offer of sound alone is answered with sound alone`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            // As an engine without pictures offers. It is a's own answerer that must not mind, so
            // what a hears of the answer is given its lines back, turned down.
            room.relay { signal in
                switch signal {
                case .offer(let sdp): return .offer(sdp: Self.withoutPictures(sdp))
                case .answer(let sdp): return .answer(sdp: sdp + Self.refusedLines)
                case .candidate, .offerRequest: return signal
                }
            }
            room.tell(b, .setVideo(.camera, .live(.pattern)))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("the tone, both ways") {
                room.statistics(at: b, of: a).contains { $0.level > -13 }
                    && room.statistics(at: a, of: b).contains { $0.level > -13 }
            }
            #expect(room.answers(of: b).allSatisfy { !$0.contains("m=video") })
            #expect(room.failures(of: b).isEmpty)
            await room.end()
        }

        private static func withoutPictures(_ sdp: String) -> String {
            guard let video = sdp.firstRange(of: "m=video") else { return sdp }
            return String(sdp[..<video.lowerBound])
                .replacing(/a=group:BUNDLE (\S+)[^\r\n]*/) { "a=group:BUNDLE \($0.output.1)" }
        }

        private static let refusedLines = (1...2).map {
            "m=video 0 UDP/TLS/RTP/SAVPF \(95 + $0)\r\na=mid:video\($0)\r\n"
        }.joined()

        @Test func `without a camera the pattern is sent, and said`() async {
            guard hasRealMedia(), !FileManager.default.fileExists(atPath: "/dev/video0") else {
                return
            }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            room.tell(a, .setVideo(.camera, .live(.camera)))
            await room.wait("the pattern") {
                (room.picture(.camera, at: b, of: a)?.framesDecoded ?? 0) > 5
            }
            let replaced = room.events(of: a).compactMap { event in
                if case .videoReplaced(let one) = event { one } else { nil }
            }
            #expect(replaced.map(\.used) == [.pattern] && replaced.map(\.wanted) == [.camera])
            #expect(room.ends(of: a).isEmpty)
            await room.end()
        }
    }
}

/// The pictures that an app was shown.
// SAFETY: `lock` guards every stored variable.
final class FrameCount: @unchecked Sendable {
    private let lock = NSLock()
    private var seen: [Int] = []

    func note(_ frame: VideoFrame) { self.lock.withLock { self.seen.append(frame.bytes.count) } }

    var count: Int { self.lock.withLock { self.seen.count } }
    var sizes: Set<Int> { self.lock.withLock { Set(self.seen) } }
}
