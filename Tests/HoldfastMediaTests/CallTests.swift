import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastWire
import Testing

extension RealMedia {
    /// Calls between engines in one process, over loopback.
    @Suite struct CallTests {
        @Test func `a tone sent at one end is heard at the other`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b", source: .tone(frequency: 0)))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("the tone's level at b") {
                // A sine of 0.4: 20·log(0.4) - 3 = -11 dBFS.
                room.statistics(at: b, of: a).contains { $0.level > -13 && $0.level < -9 }
            }
            #expect(room.statistics(at: a, of: b).allSatisfy { $0.level < -80 })
            #expect(room.events(of: a).contains(.peer(b, .connected)))
            #expect(room.statistics(at: b, of: a).last?.packetsLost == 0)
            await room.end()
        }

        @Test func `mute is silence on the wire and not a missing track`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a", microphone: .muted), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("two reports") { room.statistics(at: b, of: a).count >= 2 }
            #expect(room.statistics(at: b, of: a).allSatisfy { $0.level < -80 })
            room.tell(a, .setMicrophone(.live))
            await room.wait("the tone") {
                room.statistics(at: b, of: a).last.map { $0.level > -13 } ?? false
            }
            let muted = ContinuousClock.now
            room.tell(a, .setMicrophone(.muted))
            await room.wait("three reports while muted") {
                room.statistics(at: b, of: a, since: muted).count >= 3
            }
            let reports = room.statistics(at: b, of: a, since: muted)
            #expect(reports.dropFirst().allSatisfy { $0.level < -80 })
            let counts = reports.map(\.packetsReceived)
            for (earlier, later) in zip(counts, counts.dropFirst()) {
                #expect((40...60).contains(later - earlier), "50 packets a second, also muted")
            }
            #expect(!room.events(of: b).contains(.reception(a, .silent)))
            await room.end()
        }

        @Test func `repeated ICE restarts leave no gap`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            for round in 1...6 {
                let start = ContinuousClock.now
                // By command and, as the answerer would, by request.
                if round.isMultiple(of: 2) {
                    room.tell(a, .restartICE(b))
                } else {
                    room.tell(b, .restartICE(a))
                }
                await room.wait("connected again, round \(round)") {
                    room.events(of: a, since: start).contains(.peer(b, .connected))
                        && room.events(of: b, since: start).contains(.peer(a, .connected))
                }
            }
            await room.wait("a last report each") {
                room.statistics(at: a, of: b).count >= 2 && room.statistics(at: b, of: a).count >= 2
            }
            let fragments = room.fragments(of: a)
            #expect(fragments.count == 7 && Set(fragments).count == 7, "new credentials each time")
            for (one, other) in [(a, b), (b, a)] {
                let last = room.statistics(at: one, of: other).last
                #expect(last.map { $0.longestGapEver < .milliseconds(300) } ?? false)
                #expect(last?.packetsLost == 0)
                #expect(!room.events(of: one).contains(.reception(other, .silent)))
            }
            await room.end()
        }

        @Test func `one of three peers leaves and returns while the others hear no gap`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b, c) = (room.add("a"), room.add("b"), room.add("c"))
            room.connect(a, b)
            room.connect(a, c)
            room.connect(b, c)
            guard await room.waitFlowing(a, b), await room.waitFlowing(a, c),
                await room.waitFlowing(b, c)
            else { return }
            // What happened while connecting is not what is asked here.
            await room.wait("reports") { room.statistics(at: a, of: b).count >= 2 }
            let settled = ContinuousClock.now
            for _ in 1...3 {
                room.disconnect(a, c)
                room.disconnect(b, c)
                try? await Task.sleep(for: .milliseconds(700))
                let again = ContinuousClock.now
                room.connect(a, c)
                room.connect(b, c)
                guard await room.waitFlowing(a, c, since: again),
                    await room.waitFlowing(b, c, since: again)
                else { return }
            }
            await room.wait("another report") {
                room.statistics(at: a, of: b, since: settled).count >= 3
            }
            for (one, other) in [(a, b), (b, a)] {
                let reports = room.statistics(at: one, of: other, since: settled)
                #expect(reports.allSatisfy { $0.longestGap < .milliseconds(150) })
                #expect(reports.last?.packetsLost == 0)
            }
            await room.end()
        }

        @Test func `four participants all hear each other`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let ids = ["a", "b", "c", "d"].map { room.add($0) }
            for (index, one) in ids.enumerated() {
                for other in ids[(index + 1)...] { room.connect(one, other) }
            }
            for (index, one) in ids.enumerated() {
                for other in ids[(index + 1)...] {
                    guard await room.waitFlowing(one, other) else { return }
                }
            }
            await room.wait("the tone everywhere") {
                ids.allSatisfy { one in
                    ids.allSatisfy { other in
                        one == other
                            || room.statistics(at: one, of: other).contains { $0.level > -13 }
                    }
                }
            }
            await room.end()
        }

        @Test func `an end that stops and starts again is heard again`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            // The answerer begins anew and the offerer is told nothing but that an offer is wanted.
            var start = ContinuousClock.now
            room.tell(b, .stop)
            await room.wait("a hears the silence") {
                room.events(of: a, since: start).contains(.reception(b, .silent))
            }
            start = .now
            room.start(b)
            room.tell(b, .connect(a, role: .answerer))
            room.tell(b, .restartICE(a))
            guard await room.waitFlowing(a, b, since: start) else { return }
            // The offerer begins anew and the answerer is told nothing at all.
            start = .now
            room.tell(a, .stop)
            await room.wait("b hears the silence") {
                room.events(of: b, since: start).contains(.reception(a, .silent))
            }
            start = .now
            room.start(a)
            room.tell(a, .connect(b, role: .offerer))
            guard await room.waitFlowing(a, b, since: start) else { return }
            await room.end()
        }

        @Test func `an offer that was never answered is made again on request`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.relay { signal in if case .answer = signal { nil } else { signal } }
            room.connect(a, b)
            await room.wait("an answer that is lost") { !room.answers(of: b).isEmpty }
            room.relay { $0 }
            let start = ContinuousClock.now
            room.tell(b, .restartICE(a))
            await room.waitFlowing(a, b, since: start)
            #expect(room.failures(of: a).isEmpty && room.failures(of: b).isEmpty)
            await room.end()
        }

        @Test func `silence is told within the limit, and its end at once`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            let start = ContinuousClock.now
            room.tell(b, .disconnect(a))
            await room.wait("the silence") {
                room.events(of: a, since: start).contains(.reception(b, .silent))
            }
            let told = ContinuousClock.now - start
            #expect(told > .milliseconds(900) && told < .milliseconds(1_500))
            await room.end()
        }
    }
}
