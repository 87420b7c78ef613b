#if NIO && os(Linux)
import Foundation
import Glibc

/// Standard input by lines.
enum StandardInput {
    /// Lines until the input ends. Reading blocks a thread of its own.
    static func lines() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: String.self,
            bufferingPolicy: .bufferingOldest(10_000)
        )
        Thread.detachNewThread {
            while let line = readLine() { continuation.yield(line) }
            // A phone without a terminal stays in its call when nobody types any more.
        }
        return stream
    }
}
#endif
