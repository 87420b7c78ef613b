#if NIO
internal import Holdfast
package import NIOCore
internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Turns a name and a port into addresses, in the order in which to try them. May block.
package typealias HostLookup = @Sendable (_ host: String, _ port: Int) throws -> [SocketAddress]

/// Remembers which address of a host last let a connection in.
///
/// After a change of network the resolver is often the slowest part of a reconnect, or the only one
/// that fails. So the address that worked last is tried at once while the name is looked up beside it.
final class AddressCache: Sendable {
    private struct Key: Hashable {
        var host: String
        var port: Int
    }

    private struct Entry {
        var address: SocketAddress
        var usedAt: NIODeadline
    }

    /// Hosts remembered; the one unused for longest goes first.
    static let hostCountMax = 16
    /// An address older than this is not tried without a look-up.
    static let ageMax: TimeAmount = .hours(24)

    let lookup: HostLookup
    private let entries = Locked<[Key: Entry]>([:])

    init(lookup: @escaping HostLookup) { self.lookup = lookup }

    func address(host: String, port: Int, now: NIODeadline = .now()) -> SocketAddress? {
        self.entries.withLock { entries in
            guard let entry = entries[Key(host: host, port: port)],
                now - entry.usedAt <= Self.ageMax
            else { return nil }
            return entry.address
        }
    }

    func remember(_ address: SocketAddress, host: String, port: Int, now: NIODeadline = .now()) {
        self.entries.withLock { entries in
            entries[Key(host: host, port: port)] = Entry(address: address, usedAt: now)
            if entries.count > Self.hostCountMax,
                let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                entries[oldest.key] = nil
            }
        }
    }
}

/// Answers happy eyeballs (RFC 8305): the remembered address as the first answer, at once, and
/// whatever the look-up says as the second, which joins the race 250 ms later or when the first fails.
///
/// NIO asks for the two families apart and does not check what family an answer is of, so the first
/// question gets what is known and the second gets everything.
final class CachedResolver: Resolver, Sendable {
    private let cache: AddressCache
    private let loop: any EventLoop

    init(cache: AddressCache, loop: any EventLoop) {
        self.cache = cache
        self.loop = loop
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        let known = self.cache.address(host: host, port: port)
        return self.loop.makeSucceededFuture(known.map { [$0] } ?? [])
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        let known = self.cache.address(host: host, port: port)
        let lookup = self.cache.lookup
        return NIOThreadPool.singleton.runIfActive(eventLoop: self.loop) {
            // A literal needs no look-up, and the remembered address is in the race already.
            if let literal = try? SocketAddress(ipAddress: host, port: port) { return [literal] }
            return try lookup(host, port).filter { $0 != known }
        }
    }

    /// A look-up cannot be interrupted; its late answer is ignored.
    func cancelQueries() {}
}

/// The name is not known, or nobody could be asked. `code` is getaddrinfo's.
struct LookupFailure: Error {
    let code: Int32
}

/// getaddrinfo(3), both families, in the system's order (RFC 6724).
package let systemHostLookup: HostLookup = { host, port in
    // SAFETY: an `addrinfo` of zeros is what getaddrinfo(3) asks for; the list and all it points to live
    // until freeaddrinfo, and every address is copied before that.
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = streamSocket
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { throw LookupFailure(code: code) }
    defer { unsafe freeaddrinfo(list) }

    var found: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let address = unsafe socketAddress(in: entry.pointee, host: host) {
            found.append(address)
        }
        unsafe next = entry.pointee.ai_next
    }
    return found
}

/// Copies one address out of a list; nil for a family that is neither IPv4 nor IPv6.
@unsafe private func socketAddress(in entry: addrinfo, host: String) -> SocketAddress? {
    // SAFETY: the family says which of the two structures the address is.
    guard let address = unsafe entry.ai_addr else { return nil }
    switch unsafe entry.ai_family {
    case AF_INET:
        return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            unsafe SocketAddress($0.pointee, host: host)
        }
    case AF_INET6:
        return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            unsafe SocketAddress($0.pointee, host: host)
        }
    default:
        return nil
    }
}

#if canImport(Glibc)
private let streamSocket = CInt(SOCK_STREAM.rawValue)
#else
private let streamSocket = CInt(SOCK_STREAM)
#endif
#endif
