#if Server

import NIOCore

/// What failed upgrades are counted by: an IPv4 address, or the network of an IPv6 address, for one
/// peer owns all of its 2⁶⁴ addresses. Never logged.
func peerAddress(of address: SocketAddress?) -> String {
    guard let address, let text = address.ipAddress else { return "unknown" }
    // `::ffff:` is IPv4 through a socket for both.
    guard case .v6 = address, !text.hasPrefix("::ffff:") else { return text }
    // A `sockaddr_in6` has its address behind family, port and flow: bytes 8 to 23.
    return unsafe address.withSockAddr { pointer, count in
        let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: count)
        return unsafe bytes[8..<16].map { String($0, radix: 16) }.joined(separator: ":")
    }
}

#endif
