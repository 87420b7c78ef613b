#if os(Linux)
import HoldfastCore
import HoldfastLinux
import HoldfastSpec
import Testing

/// The real netlink, in a network namespace.
@Suite(.timeLimit(.minutes(1))) struct NetlinkPathTests {
    @Test func `keeps the contract of network paths`() async {
        await checkNetworkPathContract(NetlinkPath())
    }

    /// The identity of a network that is there.
    private func identity(_ status: PathStatus?) throws -> UInt64 {
        guard case .satisfied(let identity) = status else {
            throw Unexpected(status: status)
        }
        return identity
    }

    private struct Unexpected: Error { var status: PathStatus? }

    @Test func `an address makes a network, and losing the link loses it`() async throws {
        guard let namespace = try Namespace.make() else { return }
        try namespace.ip("link", "set", "lo", "up")
        let updates = try await namespace.enter { NetlinkPath().updates }
        var iterator = updates.makeAsyncIterator()
        // Loopback alone is no network.
        #expect(await iterator.next() == .unsatisfied)

        try namespace.ip("link", "add", "left", "type", "veth", "peer", "name", "right")
        try namespace.ip("link", "set", "right", "up")
        try namespace.ip("link", "set", "left", "up")
        try namespace.ip("address", "add", "192.0.2.1/24", "dev", "left")
        let first = try self.identity(await iterator.next())

        // The other end goes down: no carrier, no network.
        try namespace.ip("link", "set", "right", "down")
        #expect(await iterator.next() == .unsatisfied)
        try namespace.ip("link", "set", "right", "up")
        #expect(try self.identity(await iterator.next()) == first)
    }

    @Test func `another address or default route is another network`() async throws {
        guard let namespace = try Namespace.make() else { return }
        try namespace.ip("link", "add", "left", "type", "veth", "peer", "name", "right")
        try namespace.ip("link", "set", "right", "up")
        try namespace.ip("link", "set", "left", "up")
        try namespace.ip("address", "add", "192.0.2.1/24", "dev", "left")
        let updates = try await namespace.enter { NetlinkPath().updates }
        var iterator = updates.makeAsyncIterator()
        let first = try self.identity(await iterator.next())

        try namespace.ip("route", "add", "default", "via", "192.0.2.254")
        let routed = try self.identity(await iterator.next())
        #expect(routed != first)
        try namespace.ip("route", "replace", "default", "via", "192.0.2.253")
        var moved = try self.identity(await iterator.next())
        // Between removing and adding there may be a moment without a route.
        if moved == first { moved = try self.identity(await iterator.next()) }
        #expect(moved != routed)

        // A route to one network alone changes nothing; the next update is the address's.
        try namespace.ip("route", "add", "198.51.100.0/24", "via", "192.0.2.254")
        try namespace.ip("address", "add", "203.0.113.1/24", "dev", "left")
        let second = try self.identity(await iterator.next())
        #expect(second != moved)
        try namespace.ip("address", "delete", "203.0.113.1/24", "dev", "left")
        #expect(try self.identity(await iterator.next()) == moved)
    }
}
#endif
