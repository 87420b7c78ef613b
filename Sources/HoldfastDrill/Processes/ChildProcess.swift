#if NIO && os(Linux)
import CHoldfastDrill
import Foundation
package import Glibc

/// A process that the drill started: its output by lines, its input, its signals, its end.
///
/// It dies with the drill. Signals go to the process alone.
package final class ChildProcess: Sendable {
    package let name: String
    package let pid: pid_t
    /// Standard output.
    package let output = LineBuffer()
    private let input: Int32
    private let ending: Ending

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - name: For messages.
    ///   - arguments: The program, by its path, and its arguments.
    ///   - environment: Added to the drill's own.
    ///   - network: The network namespace to run in, nil for this one's.
    ///   - volume: Mounted for it alone.
    ///   - log: Where standard error goes.
    /// - Throws: ``SpawnFailure`` when the system starts no process.
    package init(
        name: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        network: String? = nil,
        volume: Volume? = nil,
        log: String = "/dev/null"
    ) throws {
        self.name = name
        let (inputRead, inputWrite) = try Self.makePipe()
        let (outputRead, outputWrite) = try Self.makePipe()
        defer {
            close(inputRead)
            close(outputWrite)
        }
        let launch =
            [
                ToolPaths.holdfastctl, "launch", "\(getpid())", network ?? "-",
                volume?.argument ?? "-",
            ] + arguments
        self.pid = try Spawner.shared.spawn(
            launch,
            environment: environment,
            input: inputRead,
            output: outputWrite,
            log: log
        )
        self.input = inputWrite
        let buffer = self.output
        let ending = Ending()
        self.ending = ending
        let pid = self.pid
        Thread.detachNewThread {
            Self.readLines(from: outputRead, into: buffer)
            close(outputRead)
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
            ending.finish(status)
        }
    }

    deinit {
        if self.isRunning { kill(self.pid, SIGKILL) }
        close(self.input)
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool { self.ending.status == nil }

    /// The exit status as `waitpid` gives it, nil while it runs.
    package var status: Int32? { self.ending.status }

    /// Writes a line to standard input. False when the process does not take it.
    @discardableResult
    package func write(_ line: String) -> Bool {
        Descriptor(number: self.input).writeLine(line)
    }

    /// Sends a signal. Nothing happens when the process has ended.
    package func signal(_ number: Int32) {
        if self.isRunning { kill(self.pid, number) }
    }

    /// The state letter of `/proc`: `R`, `S`, `T` for stopped, `Z` for a zombie; nil when it is gone.
    package var state: Character? { ProcessFacts(self.pid)?.state }

    /// Waits until it has ended, at most so long.
    package func waitForEnd(_ limit: Duration) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while self.isRunning, clock.now < end { try? await clock.sleep(for: .milliseconds(10)) }
        return !self.isRunning
    }

    /// Asks it to end, and makes it end.
    package func stop(within limit: Duration = .seconds(3)) async {
        self.signal(SIGCONT)
        self.signal(SIGTERM)
        if await self.waitForEnd(limit) { return }
        self.signal(SIGKILL)
        _ = await self.waitForEnd(.seconds(2))
    }

    private static func readLines(from descriptor: Int32, into buffer: LineBuffer) {
        var rest: [UInt8] = []
        while true {
            let chunk = Descriptor(number: descriptor).read(atMost: 65536)
            if chunk.isEmpty { break }
            rest += chunk
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                buffer.append(String(decoding: rest[start..<end], as: UTF8.self))
                start = end + 1
            }
            rest.removeSubrange(..<start)
        }
        buffer.end()
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        let failure = unsafe hf_pipe(&ends)
        guard failure == 0 else { throw SpawnFailure(code: failure) }
        return (ends[0], ends[1])
    }
}

/// The end of a process, told from the thread that waits for it.
// SAFETY: `lock` guards `value`.
private final class Ending: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Int32?

    var status: Int32? { self.lock.withLock { self.value } }

    func finish(_ status: Int32) { self.lock.withLock { self.value = status } }
}
#endif
