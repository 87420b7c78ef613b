#if NIO && os(Linux)
import Foundation

/// Tells people how a drill or a tour goes, a line at a time, with the seconds since its start.
package struct Narrator: Sendable {
    private let startedAt = monotonicSeconds()
    private let output: FileHandle

    /// With `isJSON` standard output belongs to programs, and people read standard error.
    package init(isJSON: Bool) {
        self.output = isJSON ? .standardError : .standardOutput
    }

    /// Prints a line.
    package func tell(_ line: String) {
        guard !line.isEmpty else { return self.output.write(Data("\n".utf8)) }
        let seconds = Int(monotonicSeconds() - self.startedAt)
        let stamp = String(repeating: " ", count: max(0, 4 - "\(seconds)".count)) + "\(seconds) s"
        self.output.write(Data("\(stamp)  \(line)\n".utf8))
    }
}
#endif
