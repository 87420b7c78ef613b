#if NIO && os(Linux)
import Dispatch
import Foundation

/// Lines of a process in the order of their arrival, each with its time, for one reader.
// SAFETY: `lock` guards every property.
package final class LineBuffer: @unchecked Sendable {
    /// A line and when it arrived.
    package struct Line: Sendable {
        /// Seconds of CLOCK_MONOTONIC, which all processes of a machine share.
        package var arrivedAt: Double
        package var text: String
    }

    /// Lines that wait for their reader; later ones are lost, and counted.
    package static let lineCountMax = 200_000

    private let lock = NSLock()
    private var lines: [Line] = []
    private var lostCount = 0
    private var isEnded = false

    package init() {}

    package func append(_ text: String) {
        let line = Line(arrivedAt: monotonicSeconds(), text: text)
        self.lock.withLock {
            if self.lines.count < Self.lineCountMax {
                self.lines.append(line)
            } else {
                self.lostCount += 1
            }
        }
    }

    package func end() { self.lock.withLock { self.isEnded = true } }

    /// Takes everything out that has arrived.
    package func takeAll() -> [Line] {
        self.lock.withLock {
            defer { self.lines.removeAll(keepingCapacity: true) }
            return self.lines
        }
    }

    /// Takes the next line out, waiting for it at most so long.
    package func next(within limit: Duration) async throws -> Line {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while true {
            let (line, isEnded) = self.lock.withLock {
                (self.lines.isEmpty ? nil : self.lines.removeFirst(), self.isEnded)
            }
            if let line { return line }
            guard !isEnded else { throw DrillFailure("the process ended without an answer") }
            guard clock.now < end else { throw DrillFailure("no answer within \(limit)") }
            try await clock.sleep(for: .milliseconds(2))
        }
    }
}

/// Seconds of CLOCK_MONOTONIC.
package func monotonicSeconds() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) / 1e9
}
#endif
