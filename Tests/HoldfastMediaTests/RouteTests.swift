import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

extension RealMedia {
    /// Microphones and speakers that change in the middle of a call, against a real sound server.
    @Suite struct RouteTests {
        private func pulse() throws -> PrivatePulseAudio? {
            guard hasRealMedia(),
                requireReal(
                    "devices that come and go with PulseAudio",
                    available: PrivatePulseAudio.isInstalled,
                    reason: "pulseaudio is not installed"
                )
            else { return nil }
            return try PrivatePulseAudio()
        }

        private func device(_ name: String) -> AudioRoute { .device(AudioDeviceID(name)) }

        @Test func `another microphone takes over without a gap`() async throws {
            guard let pulse = try self.pulse() else { return }
            _ = try pulse.plug(microphone: "low", frequency: 500)
            _ = try pulse.plug(microphone: "high", frequency: 1500)
            let heard = ToneLog(frequencies: [500, 1500])
            let room = MediaRoom()
            let c = room.add(
                "c",
                source: .microphone,
                soundCard: .pulseAudio(server: pulse.server),
                input: self.device("low.monitor")
            )
            let d = room.add("d", taps: MediaTaps(sound: { _, samples in heard.note(samples) }))
            room.connect(c, d)
            guard await room.waitFlowing(c, d) else { return }
            await room.wait("the low tone") { heard.isHeard(500) }
            #expect(
                Set(room.devices(of: c, .input)).isSuperset(
                    of: ["low.monitor", "high.monitor"].map(AudioDeviceID.init)
                )
            )
            heard.begin()
            room.tell(c, .setInput(self.device("high.monitor")))
            await room.wait("the high tone") { heard.isHeard(1500) }
            room.tell(c, .setInput(self.device("low.monitor")))
            await room.wait("the low tone again") { heard.isHeard(500) }
            #expect(heard.longestSilence <= .milliseconds(100), "\(heard.longestSilence)")
            #expect(
                room.routes(of: c, .input) == [
                    self.device("high.monitor"), self.device("low.monitor"),
                ]
            )
            #expect(room.replacements(of: c).isEmpty && room.failures(of: c).isEmpty)
            await room.end()
        }

        @Test func `an unplugged microphone is replaced by another, and taken again when it comes`()
            async throws
        {
            guard let pulse = try self.pulse() else { return }
            _ = try pulse.plug(microphone: "low", frequency: 500)
            try pulse.control(["set-default-source", "low.monitor"])
            let plugged = try pulse.plug(microphone: "high", frequency: 1500)
            let heard = ToneLog(frequencies: [500, 1500])
            let room = MediaRoom()
            let c = room.add(
                "c",
                source: .microphone,
                soundCard: .pulseAudio(server: pulse.server),
                input: self.device("high.monitor")
            )
            let d = room.add("d", taps: MediaTaps(sound: { _, samples in heard.note(samples) }))
            room.connect(c, d)
            guard await room.waitFlowing(c, d) else { return }
            await room.wait("the high tone") { heard.isHeard(1500) }
            try pulse.unload(plugged)
            await room.wait("the other microphone") { heard.isHeard(500) }
            #expect(room.routes(of: c, .input).last == .some(.system))
            _ = try pulse.plug(microphone: "high", frequency: 1500)
            await room.wait("the wanted microphone again") { heard.isHeard(1500) }
            #expect(room.routes(of: c, .input).last == .some(self.device("high.monitor")))
            #expect(!room.events(of: d).contains(.reception(c, .silent)))
            await room.end()
        }

        @Test func `an unplugged speaker is replaced by another, and taken again when it comes`()
            async throws
        {
            guard let pulse = try self.pulse() else { return }
            let module = "module-null-sink sink_name=headset rate=48000"
            let plugged = try pulse.load(module)
            try pulse.control(["set-default-sink", "out"])
            let card = SoundCard.pulseAudio(server: pulse.server)
            let room = MediaRoom()
            let a = room.add("a", source: .tone(frequency: 500))
            let b = room.add(
                "b",
                source: .tone(frequency: 0),
                sink: .speaker,
                soundCard: card,
                output: self.device("headset")
            )
            // What the built-in speaker plays.
            let c = room.add(
                "c",
                source: .microphone,
                soundCard: card,
                input: self.device("out.monitor")
            )
            let d = room.add("d", source: .tone(frequency: 0))
            room.connect(a, b)
            room.connect(c, d)
            guard await room.waitFlowing(a, b), await room.waitFlowing(c, d) else { return }
            await room.wait("both devices are named") {
                Set(room.devices(of: b, .output)).isSuperset(
                    of: ["headset", "out"].map(AudioDeviceID.init)
                )
            }
            await room.wait("nothing of it on the speaker") {
                room.statistics(at: d, of: c).suffix(2).allSatisfy { $0.level < -80 }
                    && room.statistics(at: d, of: c).count >= 3
            }
            try pulse.unload(plugged)
            await room.wait("the speaker plays it") {
                room.statistics(at: d, of: c).last.map { $0.level > -20 } ?? false
            }
            await room.wait("the change is told") {
                room.routes(of: b, .output).last == .some(.system)
            }
            _ = try pulse.load(module)
            await room.wait("the headset again, and nothing on the speaker") {
                room.routes(of: b, .output).last == .some(self.device("headset"))
                    && room.statistics(at: d, of: c).last.map { $0.level < -80 } ?? false
            }
            #expect(room.failures(of: b).isEmpty)
            await room.end()
        }
    }
}

/// Which of some tones is in decoded sound, 10 ms by 10 ms, and for how long none was.
// SAFETY: `lock` guards every stored variable.
final class ToneLog: @unchecked Sendable {
    /// 10 ms at 48 kHz: 500 Hz and 1 500 Hz are whole numbers of waves in it.
    private static let blockCount = 480

    private let lock = NSLock()
    private let frequencies: [Double]
    private var rest: [Int16] = []
    private var last: [Double] = []
    private var silentBlockCount = 0
    private var longestSilentBlockCount = 0

    init(frequencies: [Double]) { self.frequencies = frequencies }

    func note(_ samples: [Int16]) {
        self.lock.withLock {
            self.rest += samples
            while self.rest.count >= Self.blockCount {
                let block = self.rest.prefix(Self.blockCount)
                let tone = self.frequencies.first { Self.carries($0, in: block) }
                self.rest.removeFirst(Self.blockCount)
                self.last = Array(self.last.suffix(9)) + [tone ?? 0]
                self.silentBlockCount = tone == nil ? self.silentBlockCount + 1 : 0
                self.longestSilentBlockCount = max(
                    self.longestSilentBlockCount,
                    self.silentBlockCount
                )
            }
        }
    }

    /// Goertzel: whether more than half of the block's power is in one tone.
    private static func carries(_ frequency: Double, in block: ArraySlice<Int16>) -> Bool {
        let turn = 2 * Double.pi * frequency / 48_000
        var (real, imaginary, power) = (0.0, 0.0, 0.0)
        for (index, sample) in block.enumerated() {
            let value = Double(sample)
            real += value * cos(turn * Double(index))
            imaginary += value * sin(turn * Double(index))
            power += value * value
        }
        guard power > 1_000_000 else { return false }
        let share = (real * real + imaginary * imaginary) * 2 / Double(blockCount) / power
        return share > 0.5
    }

    /// Counts silences from now on.
    func begin() {
        self.lock.withLock {
            self.silentBlockCount = 0
            self.longestSilentBlockCount = 0
        }
    }

    /// Whether the last 100 ms were this tone.
    func isHeard(_ frequency: Double) -> Bool {
        self.lock.withLock { self.last.count == 10 && self.last.allSatisfy { $0 == frequency } }
    }

    /// The longest time without any of the tones.
    var longestSilence: Duration {
        self.lock.withLock { .milliseconds(10 * self.longestSilentBlockCount) }
    }
}
