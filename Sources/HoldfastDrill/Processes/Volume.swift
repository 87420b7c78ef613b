#if NIO && os(Linux)
import CHoldfastDrill
import Foundation
import Glibc

/// A small volume in memory that one process has in a mount namespace of its own, so that it can
/// be filled up. It is gone with the process.
package struct Volume: Hashable, Sendable {
    /// Where the process sees it; a directory that is there.
    package var path: String
    package var byteCount: Int

    package init(path: String, byteCount: Int) {
        self.path = path
        self.byteCount = byteCount
    }

    /// As ``Launch`` takes it.
    var argument: String { "\(self.byteCount):\(self.path)" }

    /// Reads what ``argument`` gave; nil when it is none.
    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let byteCount = Int(parts[0]), byteCount > 0 else { return nil }
        self.init(path: String(parts[1]), byteCount: byteCount)
    }

    /// Mounts it for this process alone. Returns 0 or errno.
    func mount() -> Int32 {
        unsafe hf_mount_volume(self.path, "size=\(self.byteCount),mode=0700")
    }

    /// The same place for another process of this machine.
    func path(inside pid: pid_t) -> String { "/proc/\(pid)/root\(self.path)" }
}

/// A file on a volume that takes all the space there is.
final class Filler {
    private let path: String
    private let descriptor: Int32

    init(on volume: Volume, of pid: pid_t) throws {
        self.path = volume.path(inside: pid) + "/filler"
        self.descriptor = unsafe open(self.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else {
            throw DrillFailure("cannot write \(self.path): \(systemMessage(errno))")
        }
    }

    deinit { close(self.descriptor) }

    /// Writes until nothing more fits. Returns how much did.
    @discardableResult
    func fill() throws -> Int {
        var total = 0
        for size in [65_536, 4096] {
            let zeros = [UInt8](repeating: 0, count: size)
            while true {
                let count = unsafe zeros.withUnsafeBytes {
                    unsafe write(self.descriptor, $0.baseAddress, $0.count)
                }
                if count <= 0 { break }
                total += count
            }
            guard errno == ENOSPC else {
                throw DrillFailure("filling \(self.path): \(systemMessage(errno))")
            }
        }
        return total
    }

    /// Gives the space back.
    func remove() {
        ftruncate(self.descriptor, 0)
        unsafe unlink(self.path)
    }
}
#endif
