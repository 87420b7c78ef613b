#if NIO && os(Linux)
import CHoldfastDrill
import Glibc

/// The first thing a process of the drill does: it binds its life to its parent's, enters its
/// network, mounts its volume, and becomes the program it was started for.
///
/// `holdfastctl launch PARENT NETWORK|- VOLUME|- PROGRAM [ARGUMENT …]`. The kernel kills the process when
/// the thread that started it ends, also when it is stopped, so a killed drill leaves nothing.
package enum Launch {
    /// Does not return unless something failed; then it says what, and gives the exit status.
    package static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count >= 4, let parent = Int32(arguments[0]) else {
            return self.fail("expected PARENT NETWORK VOLUME PROGRAM")
        }
        guard hf_die_with_parent() == 0 else { return self.fail("prctl") }
        // The parent may have ended before the call above.
        guard getppid() == parent else { return self.fail("the parent is gone") }
        if arguments[1] != "-" {
            let descriptor = unsafe open(arguments[1], O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0, hf_enter_network(descriptor) == 0 else {
                return self.fail("enter network")
            }
        }
        if arguments[2] != "-" {
            guard let volume = Volume(argument: arguments[2]) else {
                return self.fail("read the volume")
            }
            let code = volume.mount()
            guard code == 0 else {
                errno = code
                return self.fail("mount \(volume.path)")
            }
        }
        var pointers = unsafe arguments[3...].map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        _ = unsafe execv(arguments[3], pointers)
        return self.fail("start \(arguments[3])")
    }

    private static func fail(_ step: String) -> Int32 {
        Descriptor.error.writeLine("holdfastctl launch: \(step): \(systemMessage(errno))")
        return 70
    }
}
#endif
