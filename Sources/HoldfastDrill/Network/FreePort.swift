#if NIO && os(Linux)
import Glibc

/// Ports of the loopback interface.
enum FreePort {
    /// How many are tried.
    static let tryCountMax = 100

    /// The first port from this one on that nobody listens on.
    static func next(from wished: Int) throws -> Int {
        for port in wished..<(wished + self.tryCountMax) where self.isFree(port) { return port }
        throw DrillFailure("no free port between \(wished) and \(wished + self.tryCountMax - 1)")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0
            }
        }
    }
}
#endif
