#if os(Linux)
import Foundation
import HoldfastSpec
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A network of its own, in which interfaces come and go without touching the machine's. Needs root
/// and `ip`; it is removed with the last reference.
final class Namespace: Sendable {
    let name: String

    private init(name: String) { self.name = name }

    /// Nil, and a skip on the record, where that is not allowed.
    static func make() throws -> Namespace? {
        let name = "holdfast-\(UUID().uuidString.prefix(8))"
        let isMade = try run("netns", "add", name)
        guard requireReal("network namespaces", available: isMade, reason: "needs root and ip(8)")
        else { return nil }
        return Namespace(name: name)
    }

    deinit { _ = try? Self.run("netns", "delete", self.name) }

    /// Runs `ip` inside.
    func ip(_ arguments: String...) throws {
        guard try Self.run(["-n", self.name] + arguments) else {
            throw CommandFailed(arguments: arguments)
        }
    }

    struct CommandFailed: Error { var arguments: [String] }

    /// Runs `body` on a thread that is inside. Sockets opened there stay inside.
    func enter<Result: Sendable>(
        _ body: @escaping @Sendable () -> Result
    ) async throws -> Result {
        let path = "/var/run/netns/\(self.name)"
        return try await withCheckedThrowingContinuation { continuation in
            // A thread of its own, which ends inside: no other work ever runs on it.
            Thread.detachNewThread {
                guard enterNamespace(path) else {
                    return continuation.resume(throwing: CommandFailed(arguments: [path]))
                }
                continuation.resume(returning: body())
            }
        }
    }

    private static func run(_ arguments: String...) throws -> Bool { try self.run(arguments) }

    private static func run(_ arguments: [String]) throws -> Bool {
        let paths = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"]
        guard let ip = paths.first(where: FileManager.default.isExecutableFile) else {
            return false
        }
        let process = Process()
        process.executableURL = URL(filePath: ip)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

/// setns(2), which the system's module map does not show to Swift.
private func enterNamespace(_ path: String) -> Bool {
    typealias Function = @convention(c) (CInt, CInt) -> CInt
    // SAFETY: the type is that of setns in <sched.h>; the symbol is looked up in the running libc.
    guard let symbol = unsafe dlsym(nil, "setns") else { return false }
    let setns = unsafe unsafeBitCast(symbol, to: Function.self)
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return setns(descriptor, 0) == 0
}
#endif
