#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The number of a failed system call, and what the system says about it.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let code: CInt

    /// What the last system call of this thread left behind.
    static var last: SystemError { SystemError(code: errno) }

    var description: String { unsafe String(cString: strerror(self.code)) }
}

/// Repeats a system call that a signal interrupted; throws when it fails (returns −1).
@discardableResult
func systemCall(_ call: () -> CInt) throws(SystemError) -> CInt {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = SystemError.last
        if error.code != EINTR { throw error }
    }
}

#endif
