#if NIO && Server && os(Linux)
import Crypto
import Foundation
import Glibc
import HoldfastDrill

/// A server that lets everybody upgrade and never says a word then.
// SAFETY: `lock` guards everything that varies.
final class SilentServer: @unchecked Sendable {
    /// One upgrade that was answered.
    struct Visit {
        var at: ContinuousClock.Instant
        /// When the client gave it up.
        var endedAt: ContinuousClock.Instant?
    }

    private let listener: Int32
    private let lock = NSLock()
    private var entries: [Visit] = []
    private var sockets: [Int32] = []
    private var isClosed = false

    /// Listens on the port; nil when somebody else does.
    init?(port: Int) {
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        unsafe setsockopt(self.listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(self.listener, $0, size)
            }
        }
        guard code == 0, listen(self.listener, 16) == 0 else {
            Glibc.close(self.listener)
            return nil
        }
        Thread.detachNewThread { [self] in self.accept() }
    }

    var visits: [Visit] { self.lock.withLock { self.entries } }

    /// How many clients hold a connection open now.
    var openCount: Int { self.visits.count { $0.endedAt == nil } }

    /// Ends listening and every connection.
    func close() {
        self.lock.withLock {
            self.isClosed = true
            for socket in self.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        shutdown(self.listener, Int32(SHUT_RDWR))
        Glibc.close(self.listener)
    }

    private func accept() {
        while true {
            let socket = Glibc.accept(self.listener, nil, nil)
            guard socket >= 0 else { return }
            Thread.detachNewThread { [self] in self.serve(socket) }
        }
    }

    private func serve(_ socket: Int32) {
        defer { Glibc.close(socket) }
        let isOpen = self.lock.withLock {
            self.sockets.append(socket)
            return !self.isClosed
        }
        guard isOpen else { return }
        var head = ""
        while !head.contains("\r\n\r\n") {
            let bytes = Self.read(socket)
            if bytes.isEmpty { return }
            head += String(decoding: bytes, as: UTF8.self)
        }
        guard Self.write(Self.answer(to: head), to: socket) else { return }
        let index = self.lock.withLock {
            self.entries.append(Visit(at: .now))
            return self.entries.count - 1
        }
        // What the client says is read, and nothing is answered.
        while !Self.read(socket).isEmpty {}
        self.lock.withLock { self.entries[index].endedAt = .now }
    }

    /// RFC 6455 §4.2.2.
    private static func answer(to head: String) -> String {
        let lines = head.split(separator: "\r\n")
        func value(_ name: String) -> String {
            let line = lines.first { $0.lowercased().hasPrefix(name.lowercased() + ":") } ?? ""
            return line.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
        }
        let key = value("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        let accept = Data(Insecure.SHA1.hash(data: Array(key.utf8))).base64EncodedString()
        let subprotocol = value("Sec-WebSocket-Protocol").prefix { $0 != "," }
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(accept)\r\nSec-WebSocket-Protocol: \(subprotocol)\r\n\r\n"
    }

    private static func read(_ socket: Int32) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, used in
            unsafe used = max(0, recv(socket, buffer.baseAddress, 4096, 0))
        }
    }

    private static func write(_ text: String, to socket: Int32) -> Bool {
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes {
            unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        return count == bytes.count
    }
}
#endif
