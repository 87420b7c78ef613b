package import HoldfastWire

/// xoshiro256**: names and spreads of one engine, all of them from its seed.
///
/// Not for secrets: the names are public, and keys are derived by the shell from its master key.
package struct RandomSource: RandomNumberGenerator, Hashable, Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// Two engines must not have the same seed, or their names collide.
    package init(seed: (UInt64, UInt64, UInt64, UInt64)) {
        (self.s0, self.s1, self.s2, self.s3) = seed
        // All zeros is the one state that stays where it is.
        if self.s0 | self.s1 | self.s2 | self.s3 == 0 { self.s0 = 0x9E37_79B9_7F4A_7C15 }
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotate(self.s1 &* 5, by: 7) &* 9
        let shifted = self.s1 << 17
        self.s2 ^= self.s0
        self.s3 ^= self.s1
        self.s1 ^= self.s2
        self.s0 ^= self.s3
        self.s2 ^= shifted
        self.s3 = Self.rotate(self.s3, by: 45)
        return result
    }

    /// 128 random bits in base64url.
    package mutating func sessionID() -> SessionID {
        SessionID(self.text(byteCount: 16))
    }

    /// `p_` and 80 random bits in base64url.
    package mutating func participantID() -> ParticipantID {
        ParticipantID("p_" + self.text(byteCount: 10))
    }

    /// Between zero and `bound`.
    package mutating func duration(upTo bound: Duration) -> Duration {
        let millisecondCount = max(0, bound.milliseconds)
        guard millisecondCount > 0 else { return .zero }
        return .milliseconds(Int64.random(in: 0...millisecondCount, using: &self))
    }

    private mutating func text(byteCount: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var bits = byteCount * 8
        while bits > 0 {
            // The last character of 128 bits carries two of them, so that a decoder that insists on
            // canonical text accepts it.
            let value = Int(self.next() >> 58)
            text.append(alphabet[bits >= 6 ? value : value & ~((1 << (6 - bits)) - 1)])
            bits -= 6
        }
        return text
    }

    private static func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}
