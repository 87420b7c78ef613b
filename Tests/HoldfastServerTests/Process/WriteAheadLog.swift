#if Server

import Foundation

/// A file of SQLite's write-ahead log, as a loss of power leaves it: what was not synchronised is
/// gone, in the middle of a page if need be (https://sqlite.org/fileformat2.html §4).
struct WriteAheadLog {
    private let file: URL
    private var bytes: [UInt8]

    init(path: String) throws {
        self.file = URL(fileURLWithPath: path)
        self.bytes = Array(try Data(contentsOf: self.file))
    }

    private var frameSize: Int { 24 + self.number(at: 8) }

    /// Where each transaction ends: behind a frame that names the size of the database.
    var commitEnds: [Int] {
        stride(from: 32, through: self.bytes.count - self.frameSize, by: self.frameSize)
            .filter { self.number(at: $0 + 4) != 0 }.map { $0 + self.frameSize }
    }

    /// Loses the last transactions. `isTorn`: half a page of the first lost one is still there.
    mutating func lose(_ commitCount: Int, isTorn: Bool) throws {
        let ends = self.commitEnds
        let end = ends[ends.count - 1 - commitCount] + (isTorn ? self.frameSize / 2 : 0)
        self.bytes.removeSubrange(end...)
        try Data(self.bytes).write(to: self.file)
    }

    private func number(at index: Int) -> Int {
        self.bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}

#endif
