#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Starts a program that gets a listening socket as descriptor 3.
enum ChildProcess {
    /// Returns its process id; `arguments` begin with the program's name.
    static func spawn(
        executable: String,
        arguments: [String],
        environment: [String: String],
        socket: ListeningSocket
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var everySignal = sigset_t()
        var noSignal = sigset_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        unsafe sigfillset(&everySignal)
        unsafe sigemptyset(&noSignal)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(
            &actions,
            socket.descriptor,
            ListeningSocket.firstInherited
        )
        // The supervisor blocks signals to wait for them; its child must get them.
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignal)
        unsafe posix_spawnattr_setsigdefault(&attributes, &everySignal)
        unsafe posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var process: pid_t = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let code = unsafe Self.withStrings(arguments) { arguments in
            unsafe Self.withStrings(variables) { variables in
                unsafe posix_spawn(
                    &process,
                    executable,
                    &actions,
                    &attributes,
                    arguments,
                    variables
                )
            }
        }
        guard code == 0 else { throw SystemError(code: code) }
        return process
    }

    /// Waits for the end of a child. Blocks.
    static func wait(for process: pid_t) -> ChildEnd {
        var status: CInt = 0
        while unsafe waitpid(process, &status, 0) == -1 {
            if errno != EINTR { return .exited(0) }
        }
        // WIFEXITED and WTERMSIG are macros.
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal)
    }

    private typealias Strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// A list of C strings, ended by null.
    private static func withStrings<Result>(
        _ strings: [String],
        _ body: (Strings) -> Result
    ) -> Result {
        var pointers = unsafe strings.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                var none: UnsafeMutablePointer<CChar>?
                return unsafe body(&none)
            }
            return unsafe body(base)
        }
    }
}

/// How a process ended.
enum ChildEnd: Hashable, Sendable, CustomStringConvertible {
    case exited(CInt)
    case killed(CInt)

    var description: String {
        switch self {
        case .exited(let code): "ended with code \(code)"
        case .killed(let signal): "was killed by signal \(signal)"
        }
    }
}

#endif
