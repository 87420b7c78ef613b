/// Reads decisions from a fuzzer's input; behind its end everything is zero.
struct InputReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.rest = bytes[...] }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func byte() -> UInt8 { self.rest.popFirst() ?? 0 }

    /// One of `count` numbers, from zero.
    mutating func choice(_ count: Int) -> Int { Int(self.byte()) % count }

    /// As many bytes as the next two say, or what is left.
    mutating func chunk() -> [UInt8] {
        let count = Int(self.byte()) << 8 | Int(self.byte())
        let taken = self.rest.prefix(count)
        self.rest = self.rest.dropFirst(count)
        return Array(taken)
    }
}
