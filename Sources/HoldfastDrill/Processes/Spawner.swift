#if NIO && os(Linux)
import Foundation
import Glibc

/// Starts processes, all of them from one thread that lives as long as the drill.
///
/// The kernel ties a child that asked to die with its parent to the *thread* that started it; a
/// pool's thread may end at any time and would take the child along.
// SAFETY: `condition` guards `jobs`.
final class Spawner: @unchecked Sendable {
    static let shared = Spawner()

    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                self.condition.lock()
                while self.jobs.isEmpty { self.condition.wait() }
                let job = self.jobs.removeFirst()
                self.condition.unlock()
                job()
            }
        }
    }

    /// Starts a program and returns its process id. Blocks for the moment that takes.
    func spawn(
        _ arguments: [String],
        environment: [String: String],
        input: Int32,
        output: Int32,
        log: String
    ) throws -> pid_t {
        let result = SpawnResult()
        self.condition.lock()
        self.jobs.append {
            result.finish(
                Self.spawnHere(
                    arguments,
                    environment: environment,
                    input: input,
                    output: output,
                    log: log
                )
            )
        }
        self.condition.signal()
        self.condition.unlock()
        return try result.wait().get()
    }

    private static func spawnHere(
        _ arguments: [String],
        environment: [String: String],
        input: Int32,
        output: Int32,
        log: String
    ) -> Result<pid_t, SpawnFailure> {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_addopen(
            &actions,
            2,
            log,
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C at the terminal is the drill's to handle, in order.
        // And no signal blocked or ignored, whatever whoever started the drill had wished.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argumentPointers = unsafe arguments.map { unsafe strdup($0) }
        unsafe argumentPointers.append(nil)
        var environmentPointers = unsafe merged.map { unsafe strdup("\($0.key)=\($0.value)") }
        unsafe environmentPointers.append(nil)
        defer {
            // `forEach`: the formatter joins the words of `for unsafe`.
            unsafe argumentPointers.forEach { unsafe free($0) }
            unsafe environmentPointers.forEach { unsafe free($0) }
        }
        var pid: pid_t = 0
        let code = unsafe posix_spawn(
            &pid,
            arguments[0],
            &actions,
            &attributes,
            argumentPointers,
            environmentPointers
        )
        return code == 0 ? .success(pid) : .failure(SpawnFailure(code: code))
    }
}

/// Why a process could not be started.
package struct SpawnFailure: Error, CustomStringConvertible {
    var code: Int32

    package var description: String {
        "cannot start a process: \(systemMessage(self.code))"
    }
}

/// Hands a result from the spawner's thread to the one that waits.
// SAFETY: `semaphore` orders the one write before the one read.
private final class SpawnResult: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private var value: Result<pid_t, SpawnFailure> = .failure(SpawnFailure(code: EAGAIN))

    func finish(_ value: Result<pid_t, SpawnFailure>) {
        self.value = value
        self.semaphore.signal()
    }

    func wait() -> Result<pid_t, SpawnFailure> {
        self.semaphore.wait()
        return self.value
    }
}
#endif
