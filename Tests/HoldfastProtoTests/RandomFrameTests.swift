import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

/// SplitMix64: small, seeded, the same on every platform.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Makes frames that are nearly right, and a few that are not at all.
private struct FrameMutator {
    var random: SplitMix64
    let seeds: [[UInt8]]

    /// Bytes that decide in one of the two encodings.
    static let telling: [UInt8] =
        [0x00, 0x01, 0x7F, 0x80, 0xFF, 0x08, 0x0A, 0x0B, 0x0C, 0x12, 0x1A]
        + Array("{}[]\",:\\u0e-. ".utf8)
    /// Texts that decide in JSON.
    static let fragments: [[UInt8]] = [
        "null", "true", "-1", "1e309", "18446744073709551616", "\"\\ud800\"", "{}", "[]", "\"\"",
        "9007199254740992", "\"9007199254740992\"", "{\"a\":", "\"offset\":", "0.5", "\"NaN\"",
    ].map { Array($0.utf8) }

    mutating func next() -> [UInt8] {
        guard Int.random(in: 0..<10, using: &self.random) > 0, let seed = self.seed() else {
            let count = Int.random(in: 0..<64, using: &self.random)
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self.random) }
        }
        var frame = seed
        for _ in 0..<Int.random(in: 0...4, using: &self.random) { self.mutate(&frame) }
        return frame
    }

    private mutating func seed() -> [UInt8]? { self.seeds.randomElement(using: &self.random) }

    private mutating func index(in frame: [UInt8]) -> Int {
        Int.random(in: 0...frame.count, using: &self.random)
    }

    private mutating func byte() -> UInt8 {
        Bool.random(using: &self.random)
            ? Self.telling.randomElement(using: &self.random) ?? 0
            : UInt8.random(in: .min ... .max, using: &self.random)
    }

    private mutating func mutate(_ frame: inout [UInt8]) {
        let start = self.index(in: frame)
        let end = min(frame.count, start + Int.random(in: 0..<12, using: &self.random))
        switch Int.random(in: 0..<7, using: &self.random) {
        case 0: frame.removeSubrange(start..<end)
        case 1: frame.insert(self.byte(), at: start)
        case 2: if start < frame.count { frame[start] = self.byte() }
        case 3:
            if start < frame.count {
                frame[start] ^= 1 << UInt8.random(in: 0..<8, using: &self.random)
            }
        case 4: frame.insert(contentsOf: frame[start..<end], at: self.index(in: frame))
        case 5: frame.insert(contentsOf: self.fragment(), at: start)
        default:
            let other = self.seed() ?? []
            frame = Array(frame[..<start] + other[min(start, other.count)...])
        }
    }

    private mutating func fragment() -> [UInt8] {
        Self.fragments.randomElement(using: &self.random) ?? []
    }
}

struct RandomFrameTests {
    static let roundCount = 20_000

    /// A fixed seed finds the same things on every machine; another one is a matter of editing it.
    static let seed: UInt64 = 0x40_1D_FA_57

    @Test(
        .spec("HF-6"),
        arguments: [VectorType.serverFrame, .clientFrame, .joinOptions, .resumeTicket]
    )
    func `no bytes trap, and what can be read can be written and read again`(
        type: VectorType
    ) throws {
        for encoding in FrameEncoding.allCases {
            let seeds = try FrameVector.all.filter { $0.type == type }.map { vector in
                switch encoding {
                case .binary: try #require(bytes(hex: vector.binary))
                case .json: try vector.json.bytes()
                }
            }
            var mutator = FrameMutator(random: SplitMix64(state: Self.seed), seeds: seeds)
            var readCount = 0
            for round in 0..<Self.roundCount / 2 {
                let content = mutator.next()
                guard let frame = try? AnyFrame(type, content, encoding) else { continue }
                readCount += 1
                let here = "seed \(Self.seed), round \(round), \(type), \(encoding): \(content)"
                let again = try again(frame, encoding, here)
                #expect(again == frame, "\(here)")
                let other: FrameEncoding = encoding == .binary ? .json : .binary
                if let across = try? frame.encoded(other) {
                    #expect(try AnyFrame(type, across, other) == frame, "\(here)")
                }
            }
            // Most must be read, and many refused, or the mutations would prove little.
            #expect(readCount > Self.roundCount / 20, "\(type) \(encoding)")
            #expect(readCount < Self.roundCount / 2, "\(type) \(encoding)")
        }
    }

    private func again(
        _ frame: AnyFrame,
        _ encoding: FrameEncoding,
        _ here: String
    ) throws -> AnyFrame {
        do {
            return try AnyFrame(frame.type, try frame.encoded(encoding), encoding)
        } catch FrameError.tooLarge {
            // Defaults that were missing are written out.
            return frame
        } catch {
            Issue.record("\(error), \(here)")
            return frame
        }
    }

    @Test(.spec("HF-8"))
    func `no text traps base64url, and what is read is what would be written`() {
        var random = SplitMix64(state: Self.seed)
        let characters = Array("ABCyz019-_+/= .é\n".unicodeScalars)
        for round in 0..<Self.roundCount {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                // Mostly of the alphabet.
                let bound = Int.random(in: 0..<8, using: &random) == 0 ? characters.count : 10
                text.append(characters[Int.random(in: 0..<bound, using: &random)])
            }
            guard let bytes = Base64URL.decode(String(text)) else { continue }
            #expect(Base64URL.encode(bytes) == String(text), "seed \(Self.seed), round \(round)")
        }
    }
}
