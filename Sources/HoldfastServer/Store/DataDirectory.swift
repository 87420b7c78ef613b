#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Foundation

/// The directory that holds everything a server must not lose: its database and its resume keys.
///
/// It belongs to one process at a time. The lock is the kernel's, so it ends with the process,
/// however that ends.
package final class DataDirectory: Sendable {
    package let path: String
    private let lock: CInt

    /// Makes the directory when it is missing, checks that only its owner can read it, and locks it.
    package init(path: String) throws(StartupError) {
        self.path = path
        try Self.make(path)
        try Self.checkPermissions(path)
        self.lock = try Self.takeLock(path + "/lock")
    }

    deinit { close(self.lock) }

    package var database: String { self.path + "/calls.sqlite" }
    package var resumeKeys: String { self.path + "/" + Self.resumeKeysName }
    package var developmentTokenKeys: String { self.path + "/" + Self.developmentKeysName }

    package static let resumeKeysName = "resume-keys.json"
    package static let developmentKeysName = "dev-token-keys.json"

    /// Makes the directory with rights for its owner alone.
    static func make(_ path: String) throws(StartupError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartupError(
                "The data directory \(path) cannot be made: \(error.localizedDescription).",
                remedy: "Name a directory that this user can write with --data."
            )
        }
    }

    private static func checkPermissions(_ path: String) throws(StartupError) {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            throw StartupError(
                "The data directory \(path) cannot be read: \(SystemError.last).",
                remedy: "Check its owner and rights, or name another with --data."
            )
        }
        guard information.st_mode & 0o077 == 0 else {
            // The resume keys in it let their holder take over any session.
            throw StartupError(
                "The data directory \(path) is open to other users.",
                remedy: "Close it with: chmod 700 \(path)"
            )
        }
        guard unsafe access(path, W_OK | X_OK) == 0 else {
            throw StartupError(
                "The data directory \(path) is not writable.",
                remedy: "Give it to the user that runs holdfastd, or name another with --data."
            )
        }
    }

    private static func takeLock(_ path: String) throws(StartupError) -> CInt {
        let descriptor: CInt
        do {
            descriptor = try systemCall {
                unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            }
        } catch {
            throw StartupError(
                "The lock file \(path) cannot be opened: \(error).",
                remedy: "Check the owner and rights of the data directory, and its free space."
            )
        }
        do {
            try systemCall { flock(descriptor, LOCK_EX | LOCK_NB) }
        } catch {
            close(descriptor)
            throw StartupError(
                "Another holdfastd uses the data directory \(path.dropLast("/lock".count)).",
                remedy: "Stop it, or name another directory with --data."
            )
        }
        return descriptor
    }
}

#endif
