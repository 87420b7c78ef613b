#if NIO && Server && os(Linux)
import Foundation
import Holdfast
import HoldfastServer
import HoldfastServerCore
import HoldfastWire

/// What users' channels cost a server: the memory of those who are attached and of those who are away,
/// and how fast messages reach them.
package struct ChannelMeasurement: Sendable {
    package var userCount = 10_000
    /// Where people read.
    package var tell: @Sendable (String) -> Void

    /// A channel without a connection leaves memory after 60 s (HF-61), and a minute later at the latest the
    /// kernel has it.
    private static let unloadPause: Duration = .seconds(130)
    /// What was allocated for a burst is given back by then.
    private static let settlePause: Duration = .seconds(5)

    package init(tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    /// Measures, and hands out each figure when it is there.
    package func run(_ found: (ChannelSample) throws -> Void) async throws {
        let folder = try Leftovers.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try await ServerProcess(
            ServerProcess.Settings(host: "127.0.0.1", port: 0, folder: folder)
        )
        defer { server.process.signal(9) }
        let crowd = ChannelCrowd(server: try ServerAddress(parsing: server.url))
        let operatorToken = try await DevelopmentToken.make(
            keys: server.keys,
            user: "operator",
            isAdministrator: true,
            life: .seconds(3600)
        )
        let post = MessagePost(port: server.port, token: operatorToken)
        let users = try await self.users("user", keys: server.keys)
        let empty = try await self.memory(of: server)

        self.tell("  \(self.userCount) devices connect")
        var sample = ChannelSample(row: "attached and idle", userCount: self.userCount)
        var start = monotonicSeconds()
        let pings = Task { await crowd.keepAlive() }
        defer { pings.cancel() }
        try await crowd.join(users)
        sample.seconds = monotonicSeconds() - start
        sample.kibibytesEach = try await self.each(of: server, above: empty)
        try found(sample)

        sample = ChannelSample(row: "a message to each of them", userCount: self.userCount)
        start = monotonicSeconds()
        try await post.send("hello", to: users.map(\.user))
        try await crowd.waitUntil("everybody has it") { crowd.reachedCount == users.count }
        sample.seconds = crowd.lastMessageAt - start
        try self.require(crowd, "were attached")
        try found(sample)

        self.tell("  everybody disconnects; channels leave memory after 60 s")
        try await crowd.disconnect()
        try await Task.sleep(for: Self.unloadPause)
        sample = ChannelSample(row: "the same users away", userCount: self.userCount)
        sample.kibibytesEach = try await self.each(of: server, above: empty)
        try found(sample)
        try await self.offline(server, crowd, post, above: empty, found)
    }

    /// Users whom the server has never seen, with a message waiting for each of them.
    private func offline(
        _ server: ServerProcess,
        _ crowd: ChannelCrowd,
        _ post: MessagePost,
        above empty: Double,
        _ found: (ChannelSample) throws -> Void
    ) async throws {
        let users = try await self.users("offline", keys: server.keys)
        var sample = ChannelSample(row: "a message kept for each of", userCount: self.userCount)
        let start = monotonicSeconds()
        try await post.send("waiting", to: users.map(\.user))
        sample.seconds = monotonicSeconds() - start
        self.tell("  messages wait; channels leave memory after 60 s")
        try await Task.sleep(for: Self.unloadPause)
        sample.kibibytesEach = try await self.each(of: server, above: empty)
        try found(sample)

        self.tell("  all of them connect at once")
        sample = ChannelSample(row: "all of them connect and get it", userCount: self.userCount)
        let connectStart = monotonicSeconds()
        try await crowd.join(users)
        try await crowd.waitUntil("everybody has it") { crowd.reachedCount == users.count }
        sample.seconds = crowd.lastMessageAt - connectStart
        sample.median = FaultReport.percentile(50, of: crowd.messageMilliseconds)
        sample.tail = FaultReport.percentile(99, of: crowd.messageMilliseconds)
        try self.require(crowd, "had come")
        try found(sample)
    }

    private func require(_ crowd: ChannelCrowd, _ state: String) throws {
        guard crowd.repeatedCount == 0, crowd.brokenCount == 0 else {
            throw DrillFailure(
                "\(crowd.repeatedCount) messages came twice, \(crowd.brokenCount) connections broke "
                    + "of those that \(state)"
            )
        }
    }

    private func users(
        _ name: String,
        keys: String
    ) async throws -> [(user: UserID, token: String)] {
        let issuer = try await TokenIssuer(keyFile: keys)
        let expiry = MonotonicInstant(offset: .seconds(Date().timeIntervalSince1970 + 3600))
        return try (0..<self.userCount).map { number in
            let user = UserID("\(name)-\(number)")
            let request = TokenIssuer.Request(
                user: user,
                scope: .everyCall,
                grants: [.join],
                expiresAt: expiry
            )
            return (user, try issuer.issue(request))
        }
    }

    /// KiB that the server holds for each user.
    private func each(of server: ServerProcess, above empty: Double) async throws -> Double {
        try await Task.sleep(for: Self.settlePause)
        return (try await self.memory(of: server) - empty) / Double(self.userCount)
    }

    /// KiB that the server holds, as the kernel counts them.
    private func memory(of server: ServerProcess) async throws -> Double {
        let path = "/proc/\(server.process.pid)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let digits = line?.split(separator: " ").dropFirst().first
        guard let kibibytes = digits.flatMap({ Double($0) }) else {
            throw DrillFailure("the kernel does not say how much memory the server holds")
        }
        return kibibytes
    }
}
#endif
