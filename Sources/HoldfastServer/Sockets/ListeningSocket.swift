#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A bound, listening TCP socket, as a descriptor that can be handed to another process.
package struct ListeningSocket: Hashable, Sendable {
    /// Connections the kernel completes before anybody accepts them: a restart is a burst.
    package static let backlog: CInt = 4096
    /// The first descriptor that a supervisor or systemd passes (sd_listen_fds(3)).
    package static let firstInherited: CInt = 3

    package let descriptor: CInt

    package init(descriptor: CInt) { self.descriptor = descriptor }

    /// Binds to `host` (a name or an address) and `port`; port 0 takes a free one.
    package static func bind(host: String, port: Int) throws(StartupError) -> ListeningSocket {
        var hints = unsafe addrinfo()
        #if canImport(Darwin)
        unsafe hints.ai_socktype = SOCK_STREAM
        #else
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #endif
        unsafe hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let name = host.isEmpty ? nil : host
        let code = unsafe getaddrinfo(name, "\(port)", &hints, &list)
        guard code == 0, let first = unsafe list else {
            throw StartupError(
                "The address \(host) cannot be resolved.",
                remedy: "Give --host an address of this machine, for example 0.0.0.0 or ::."
            )
        }
        defer { unsafe freeaddrinfo(first) }
        var failure = SystemError(code: EADDRNOTAVAIL)
        var candidate: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let entry = unsafe candidate {
            do throws(SystemError) {
                return ListeningSocket(descriptor: try unsafe Self.listen(at: entry.pointee))
            } catch {
                failure = error
            }
            unsafe candidate = entry.pointee.ai_next
        }
        throw Self.explain(failure, host: host, port: port)
    }

    private static func listen(at address: addrinfo) throws(SystemError) -> CInt {
        let descriptor = try systemCall {
            unsafe socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        }
        do throws(SystemError) {
            var on: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            try systemCall { unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) }
            try systemCall { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            try systemCall { unsafe Self.bind(descriptor, address) }
            try systemCall { Self.listen(descriptor) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func bind(_ descriptor: CInt, _ address: addrinfo) -> CInt {
        #if canImport(Glibc)
        unsafe Glibc.bind(descriptor, address.ai_addr, address.ai_addrlen)
        #elseif canImport(Musl)
        unsafe Musl.bind(descriptor, address.ai_addr, address.ai_addrlen)
        #else
        unsafe Darwin.bind(descriptor, address.ai_addr, address.ai_addrlen)
        #endif
    }

    private static func listen(_ descriptor: CInt) -> CInt {
        #if canImport(Glibc)
        Glibc.listen(descriptor, Self.backlog)
        #elseif canImport(Musl)
        Musl.listen(descriptor, Self.backlog)
        #else
        Darwin.listen(descriptor, Self.backlog)
        #endif
    }

    /// The port it is bound to; nil for a socket that has none.
    package var port: Int? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            guard let base = bytes.baseAddress else { return CInt(-1) }
            return unsafe getsockname(
                self.descriptor,
                base.assumingMemoryBound(to: sockaddr.self),
                &size
            )
        }
        guard code == 0 else { return nil }
        let family = CInt(address.ss_family)
        guard family == AF_INET || family == AF_INET6 else { return nil }
        // The port stands behind the family in both kinds of address, in network order.
        return unsafe withUnsafeBytes(of: address) { bytes in
            unsafe Int(bytes[2]) << 8 | Int(bytes[3])
        }
    }

    private static func explain(_ error: SystemError, host: String, port: Int) -> StartupError {
        switch error.code {
        case EADDRINUSE:
            StartupError(
                "Port \(port) of \(host) is taken.",
                remedy: "Stop the other program, or take another port with --port."
            )
        case EACCES:
            StartupError(
                "Port \(port) needs rights that this user does not have.",
                remedy: "Take one above 1023, or let systemd open it (socket activation)."
            )
        case EADDRNOTAVAIL:
            StartupError(
                "This machine does not have the address \(host).",
                remedy: "Give --host one that it has, for example 0.0.0.0 or ::."
            )
        default:
            StartupError(
                "Port \(port) of \(host) cannot be opened: \(error).",
                remedy: "Check --host and --port."
            )
        }
    }

    /// The socket that a supervisor or systemd passed (`LISTEN_FDS`); nil when there is none.
    ///
    /// `LISTEN_PID` must name this process when it is there: systemd sets it, our supervisor cannot,
    /// for it does not know it beforehand.
    package static func inherited(
        environment: [String: String],
        processID: Int32 = getpid()
    ) throws(StartupError) -> ListeningSocket? {
        guard let text = environment["LISTEN_FDS"] else { return nil }
        if let owner = environment["LISTEN_PID"], owner != "\(processID)" { return nil }
        guard let count = Int(text), count >= 1 else { return nil }
        guard count == 1 else {
            throw StartupError(
                "\(count) sockets were passed, and holdfastd takes one.",
                remedy: "Let the socket unit have one ListenStream."
            )
        }
        let descriptor = Self.firstInherited
        var isListening: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard
            unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0,
            isListening == 1
        else {
            throw StartupError(
                "LISTEN_FDS names a descriptor that is no listening socket.",
                remedy: "Use ListenStream with Accept=no in the socket unit."
            )
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return ListeningSocket(descriptor: descriptor)
    }
}

#endif
