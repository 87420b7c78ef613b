internal import HoldfastWire

/// The last notes of engine and driver, so that a dropped call can be explained afterwards.
///
/// A ring: the newest ``noteCountMax`` notes, each cut to ``noteBytesMax`` bytes. Notes carry no names,
/// tokens, addresses or call ids; a call appears as its number within the process.
package final class FlightRecorder: Sendable {
    package static let noteCountMax = 512
    package static let noteBytesMax = 200

    private struct Ring {
        var lines: [String] = []
        /// Where the next line goes once the ring is full.
        var next = 0
        var droppedCount = 0
    }

    private let ring = Locked(Ring())

    package init() {}

    package func note(_ text: String, call: UInt32? = nil, at now: MonotonicInstant) {
        let milliseconds = now.offset.milliseconds
        let fraction = String(1000 + abs(milliseconds % 1000)).dropFirst()
        let subject = call.map { "call \($0)" } ?? "client"
        // One note is one line, whatever a message that came from outside contains.
        let clean = text.prefix(Self.noteBytesMax).map { $0.isNewline ? " " : $0 }
        let line = "\(milliseconds / 1000).\(fraction) \(subject): \(String(clean))"
        self.ring.withLock { ring in
            guard ring.lines.count == Self.noteCountMax else {
                ring.lines.append(line)
                return
            }
            ring.lines[ring.next] = line
            ring.next = (ring.next + 1) % Self.noteCountMax
            ring.droppedCount += 1
        }
    }

    /// The notes, oldest first; before them how many are gone.
    package var lines: [String] {
        self.ring.withLock { ring in
            let ordered = ring.lines[ring.next...] + ring.lines[..<ring.next]
            return ring.droppedCount == 0
                ? Array(ordered) : ["(\(ring.droppedCount) earlier notes are gone)"] + ordered
        }
    }
}
