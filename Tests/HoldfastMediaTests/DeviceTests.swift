import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

extension RealMedia {
    /// Microphone and speaker, against a real sound server.
    @Suite struct DeviceTests {
        private func pulse() throws -> PrivatePulseAudio? {
            guard hasRealMedia(),
                requireReal(
                    "microphone and speaker with PulseAudio",
                    available: PrivatePulseAudio.isInstalled,
                    reason: "pulseaudio is not installed"
                )
            else { return nil }
            return try PrivatePulseAudio()
        }

        @Test func `what the speaker plays the microphone sends`() async throws {
            guard let pulse = try self.pulse() else { return }
            let card = SoundCard.pulseAudio(server: pulse.server)
            let room = MediaRoom()
            let a = room.add("a", source: .tone(frequency: 500))
            let b = room.add("b", source: .tone(frequency: 0), sink: .speaker, soundCard: card)
            let c = room.add("c", source: .microphone, soundCard: card)
            let d = room.add("d", source: .tone(frequency: 0))
            room.connect(a, b)
            room.connect(c, d)
            guard await room.waitFlowing(a, b), await room.waitFlowing(c, d) else { return }
            await room.wait("the tone, by way of the sound server") {
                room.statistics(at: d, of: c).contains { $0.level > -14 && $0.level < -8 }
            }
            room.tell(b, .setOutputGain(0.1))
            await room.wait("twenty decibels less") {
                room.statistics(at: d, of: c).last.map { $0.level > -34 && $0.level < -28 } ?? false
            }
            room.tell(b, .setOutputGain(0))
            await room.wait("nothing") {
                room.statistics(at: d, of: c).last.map { $0.level < -80 } ?? false
            }
            #expect(
                !room.events(of: c).contains {
                    if case .sourceReplaced = $0 { true } else { false }
                }
            )
            await room.end()
        }

        @Test func `a lost sound server is replaced by silence and comes back`() async throws {
            guard let pulse = try self.pulse() else { return }
            let card = SoundCard.pulseAudio(server: pulse.server)
            let room = MediaRoom()
            let c = room.add("c", source: .microphone, sink: .speaker, soundCard: card)
            let d = room.add("d")
            room.connect(c, d)
            guard await room.waitFlowing(c, d) else { return }
            await room.wait("what c plays comes back to d") {
                room.statistics(at: d, of: c).last.map { $0.level > -20 } ?? false
            }
            pulse.kill()
            await room.wait("the loss is told") {
                room.replacements(of: c).map(\.used) == [.tone(frequency: 0)]
            }
            try? await Task.sleep(for: .milliseconds(500))
            try pulse.start()
            await room.wait("the return is told") {
                room.replacements(of: c).map(\.used) == [.tone(frequency: 0), .microphone]
            }
            await room.wait("what c plays comes back to d again") {
                room.statistics(at: d, of: c).last.map { $0.level > -20 } ?? false
            }
            #expect(!room.events(of: d).contains(.reception(c, .silent)))
            #expect(room.failures(of: c).isEmpty)
            await room.end()
        }

        @Test func `a sound server that hangs holds up neither the call nor its end`() async throws
        {
            guard let pulse = try self.pulse() else { return }
            defer { pulse.freeze(false) }
            let card = SoundCard.pulseAudio(server: pulse.server)
            let room = MediaRoom()
            let c = room.add("c", source: .microphone, sink: .speaker, soundCard: card)
            let (d, e) = (room.add("d"), room.add("e"))
            room.connect(c, d)
            guard await room.waitFlowing(c, d) else { return }
            await room.wait("what c plays comes back to d") {
                room.statistics(at: d, of: c).last.map { $0.level > -20 } ?? false
            }
            pulse.freeze(true)
            await room.wait("the loss is told") {
                room.replacements(of: c).map(\.used) == [.tone(frequency: 0)]
            }
            room.connect(c, e)
            guard await room.waitFlowing(c, e) else { return }
            let counted = ContinuousClock.now
            await room.wait("fifty packets a second") {
                let reports = room.statistics(at: d, of: c, since: counted).map(\.packetsReceived)
                return zip(reports, reports.dropFirst()).contains { $1 - $0 > 40 }
            }
            #expect(!room.events(of: d).contains(.reception(c, .silent)))
            room.tell(c, .disconnect(d))
            await room.wait("the command is carried out") {
                room.events(of: d, since: counted).contains(.reception(c, .silent))
            }
            pulse.freeze(false)
            await room.end()
        }
    }
}
