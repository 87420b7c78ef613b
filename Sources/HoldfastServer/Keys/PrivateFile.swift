#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Foundation

/// A small file with secrets: read only when nobody else can read it, and written so that a crash
/// leaves the old or the new content, never half of one.
enum PrivateFile {
    /// The longest file that is read: a key file is a few kilobytes.
    static let bytesMax = 1024 * 1024

    /// Returns nil when there is no such file.
    static func read(_ path: String) throws(StartupError) -> Data? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            if errno == ENOENT { return nil }
            throw StartupError(
                "The key file \(path) cannot be read: \(SystemError.last).",
                remedy: "Check its owner and rights."
            )
        }
        guard information.st_mode & 0o077 == 0 else {
            throw StartupError(
                "The key file \(path) is open to other users.",
                remedy: "Close it with: chmod 600 \(path)"
            )
        }
        guard information.st_size <= Self.bytesMax else {
            throw StartupError(
                "The key file \(path) has more than \(Self.bytesMax) bytes.",
                remedy: "Name a key file; docs/operating.md shows one."
            )
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw StartupError(
                "The key file \(path) cannot be read: \(error.localizedDescription).",
                remedy: "Check its owner and rights."
            )
        }
    }

    static func write(_ data: Data, to path: String) throws(StartupError) {
        let temporary = path + ".new"
        do throws(SystemError) {
            _ = unsafe unlink(temporary)
            let descriptor = try systemCall {
                unsafe open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            }
            defer { close(descriptor) }
            try Self.writeAll(data, to: descriptor)
            try systemCall { fsync(descriptor) }
            try systemCall { unsafe rename(temporary, path) }
            try Self.synchronizeDirectory(of: path)
        } catch {
            throw StartupError(
                "The key file \(path) cannot be written: \(error).",
                remedy: "Check the rights and the free space of its directory."
            )
        }
    }

    private static func writeAll(_ data: Data, to descriptor: CInt) throws(SystemError) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Int32(clamping: Self.writeSome(descriptor, bytes))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError.last
            }
            rest = rest.dropFirst(Int(count))
        }
    }

    private static func writeSome(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
    }

    /// The new name itself must survive a loss of power.
    private static func synchronizeDirectory(of path: String) throws(SystemError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = try systemCall {
            unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { close(descriptor) }
        try systemCall { fsync(descriptor) }
    }
}

#endif
