#if os(Linux) || os(Android)
internal import Foundation
internal import Holdfast

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#endif

/// A folder that belongs to this user alone, and the files in it.
struct PrivateFolder: Sendable {
    private static let temporaryPrefix = ".writing-"

    let path: String

    /// Makes the folder, and those above it, with mode 0700. One that is there must be private.
    func make() throws(SessionStoreError) {
        var missing: [String] = []
        var part = self.path
        while !part.isEmpty, part != "/", unsafe access(part, F_OK) != 0 {
            missing.append(part)
            // Not by NSString, which traps at a relative name of one letter.
            part = String(part[..<(part.lastIndex(of: "/") ?? part.startIndex)])
        }
        for folder in missing.reversed() {
            guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
                throw .unavailable(operation: "make the folder", code: errno)
            }
        }
        try self.check(self.path)
    }

    /// The names of all files, without those that were being written when a process died.
    func names() throws(SessionStoreError) -> [String] {
        guard unsafe access(self.path, F_OK) == 0 else { return [] }
        try self.check(self.path)
        let all: [String]
        do {
            all = try FileManager.default.contentsOfDirectory(atPath: self.path)
        } catch {
            throw .unavailable(operation: "list the folder", code: errno)
        }
        for name in all where name.hasPrefix(Self.temporaryPrefix) { try self.remove(name) }
        return all.filter { !$0.hasPrefix(Self.temporaryPrefix) }.sorted()
    }

    func read(_ name: String) throws(SessionStoreError) -> [UInt8] {
        let file = self.file(name)
        // No link is followed: it could lead to a file of somebody else's.
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw errno == ELOOP
                ? .damaged(keptAs: name, reason: "a symbolic link")
                : .unavailable(operation: "open a session", code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .unavailable(operation: "look at a session", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .damaged(keptAs: name, reason: "not a file")
        }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw .exposed(path: name)
        }
        guard status.st_size <= SessionStoreLimits.entryBytesMax else {
            throw .damaged(keptAs: name, reason: "too long")
        }
        var bytes = [UInt8](repeating: 0, count: SessionStoreLimits.entryBytesMax)
        var count = 0
        while count < bytes.count {
            let start = count
            // SAFETY: reads into the array's own memory, at most what is left of it.
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe systemRead(
                    descriptor,
                    UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
                )
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .unavailable(operation: "read a session", code: errno) }
            if read == 0 { break }
            count += read
        }
        return Array(bytes.prefix(count))
    }

    /// Replaces a file as a whole, durably.
    func write(_ bytes: [UInt8], to name: String) throws(SessionStoreError) {
        let temporary = self.file(Self.temporaryPrefix + UUID().uuidString)
        let descriptor = unsafe open(
            temporary,
            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
            0o600
        )
        guard descriptor >= 0 else {
            throw .unavailable(operation: "make a file", code: errno)
        }
        do throws(SessionStoreError) {
            defer { close(descriptor) }
            try self.write(bytes, descriptor)
            guard fsync(descriptor) == 0 else {
                throw SessionStoreError.unavailable(operation: "sync a file", code: errno)
            }
            guard unsafe systemRename(temporary, self.file(name)) == 0 else {
                throw SessionStoreError.unavailable(operation: "rename a file", code: errno)
            }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        try self.sync()
    }

    /// A file that is not there is no error.
    func remove(_ name: String) throws(SessionStoreError) {
        guard unsafe unlink(self.file(name)) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw .unavailable(operation: "remove a session", code: errno)
            }
            return
        }
        try self.sync()
    }

    /// False when the new name is taken or the file cannot be renamed.
    func rename(_ name: String, toUnused new: String) -> Bool {
        // link(2) fails for a name that is taken, where rename(2) would replace it; a link or a
        // folder in place of a file is renamed.
        let (from, to) = (self.file(name), self.file(new))
        if unsafe link(from, to) == 0 {
            return unsafe unlink(from) == 0
        }
        guard errno != EEXIST, unsafe access(to, F_OK) != 0 else { return false }
        return unsafe systemRename(from, to) == 0
    }

    private func file(_ name: String) -> String { self.path + "/" + name }

    private func write(_ bytes: [UInt8], _ descriptor: CInt) throws(SessionStoreError) {
        var start = 0
        while start < bytes.count {
            // SAFETY: writes from the array's own memory, what is left of it.
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer[start...]))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .unavailable(operation: "write a file", code: errno) }
            start += written
        }
    }

    /// Makes names durable: without it a rename may be undone by a power cut.
    private func sync() throws(SessionStoreError) {
        let descriptor = unsafe open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable(operation: "open the folder", code: errno)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .unavailable(operation: "sync the folder", code: errno)
        }
    }

    private func check(_ path: String) throws(SessionStoreError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            throw .unavailable(operation: "look at the folder", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .unavailable(operation: "use the folder", code: ENOTDIR)
        }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw .exposed(path: path)
        }
    }
}

// The system's functions under names that the methods above do not hide.

@unsafe private func systemRead(
    _ descriptor: CInt,
    _ buffer: UnsafeMutableRawBufferPointer
) -> Int {
    unsafe read(descriptor, buffer.baseAddress, buffer.count)
}

@unsafe private func systemWrite(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) -> Int {
    unsafe write(descriptor, buffer.baseAddress, buffer.count)
}

@unsafe private func systemRename(_ from: String, _ to: String) -> CInt {
    unsafe rename(from, to)
}
#endif
