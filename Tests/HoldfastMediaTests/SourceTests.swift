import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastWire
import Testing

extension RealMedia {
    /// Where the sound comes from, and what happens when it does not.
    @Suite struct SourceTests {
        @Test func `a file is repeated without a gap`() async throws {
            guard hasRealMedia() else { return }
            let file = try SoundFile(seconds: 0.73)
            let room = MediaRoom()
            let (a, b) = (room.add("a", source: .file(path: file.path)), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("five reports") { room.statistics(at: b, of: a).count >= 5 }
            let reports = room.statistics(at: b, of: a)
            // A sine of 0.5 is -9 dBFS all the time; a pause at the end of the file would show.
            #expect(reports.dropFirst().allSatisfy { $0.level > -10 && $0.level < -8 })
            #expect(reports.dropFirst().allSatisfy { $0.longestGap < .milliseconds(200) })
            for (earlier, later) in zip(reports.dropFirst(), reports.dropFirst(2)) {
                let count = later.packetsReceived - earlier.packetsReceived
                #expect((38...62).contains(count), "in real time, not faster")
            }
            #expect(room.failures(of: a).isEmpty)
            await room.end()
        }

        @Test(arguments: ["/nowhere/at/all.wav", "/tmp", "/dev/null", "/etc/passwd"])
        func `a file that cannot be played is a failure with a remedy`(path: String) async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a", source: .file(path: path)), room.add("b"))
            await room.wait("the failure") { room.failures(of: a) == [.source] }
            let message = room.events(of: a).compactMap { event in
                if case .failed(let failure) = event { failure.message } else { nil }
            }.first
            #expect(message?.contains("Give") ?? false)
            // The call can still be had; silence is sent.
            room.connect(a, b)
            await room.waitFlowing(a, b)
            await room.wait("silence") { room.statistics(at: b, of: a).count >= 2 }
            #expect(room.statistics(at: b, of: a).allSatisfy { $0.level < -80 })
            #expect(room.failures(of: a) == [.source])
            await room.end()
        }

        @Test func `without a sound card a tone is sent and that is said once`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (
                room.add("a", source: .microphone, sink: .speaker, soundCard: .none), room.add("b")
            )
            room.connect(a, b)
            await room.wait("the tone") {
                room.statistics(at: b, of: a).contains { $0.level > -13 && $0.level < -9 }
            }
            let replacements = room.replacements(of: a)
            #expect(replacements.count == 1)
            #expect(replacements.first?.wanted == .microphone)
            #expect(replacements.first?.used == .tone(frequency: 440))
            #expect(room.failures(of: a).isEmpty)
            await room.end()
        }

        @Test(arguments: [Double.nan, .infinity, -1, 1e12])
        func `a tone that cannot be made is silence`(frequency: Double) async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a", source: .tone(frequency: frequency)), room.add("b"))
            room.tell(a, .setOutputGain(frequency))
            room.connect(a, b)
            await room.wait("a report") { room.statistics(at: b, of: a).count >= 1 }
            #expect(room.statistics(at: b, of: a).allSatisfy { $0.level < -80 })
            await room.end()
        }
    }
}
