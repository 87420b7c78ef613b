#if NIO && os(Linux)
import CHoldfastDrill
import Foundation
import Glibc

/// A WebSocket by hand over a blocking socket, for the recorder alone.
///
/// It shares no code with the SDK, so that a fault of the SDK's cannot hide in the measurement.
struct RawSocket: ~Copyable {
    private let descriptor: Int32
    private let helper: TLSProcess?
    private var received: [UInt8] = []

    /// Connects inside a network namespace and asks for the upgrade. Nil when nobody listens.
    ///
    /// Runs on a thread of its own: it stays in the namespace. With `trust` it speaks TLS 1.3
    /// through the system's `openssl`, started in `network`, which shares no code with the SDK either.
    init?(
        host: String,
        port: Int,
        path: String,
        headers: [(String, String)],
        limit: Duration,
        trust: String? = nil,
        network: String? = nil
    ) {
        if let trust {
            self.helper = TLSProcess(host: host, port: port, trust: trust, network: network)
            self.descriptor = self.helper?.descriptor ?? -1
        } else {
            self.helper = nil
            self.descriptor = Self.connected(host: host, port: port)
        }
        guard self.descriptor >= 0 else { return nil }
        var request = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nUpgrade: websocket\r\n"
        request += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        request += "Sec-WebSocket-Key: aG9sZGZhc3QtZHJpbGwhIQ==\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        guard self.writeAll(Array((request + "\r\n").utf8)) else { return nil }
        guard self.readHead(until: monotonicSeconds() + Double(limit.components.seconds)) else {
            return nil
        }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
        self.helper?.end()
    }

    /// A TCP connection, or -1.
    private static func connected(host: String, port: Int) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return -1 }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, size)
            }
        }
        guard code == 0 else {
            close(descriptor)
            return -1
        }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        return descriptor
    }

    /// Sends a masked text frame. False when the connection is gone.
    func send(_ text: String) -> Bool {
        let payload = Array(text.utf8)
        var frame: [UInt8] = [0x81]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0x80 | 126, UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255)]
        }
        // A mask of zeros is a mask (RFC 6455 §5.3); nothing here is worth hiding.
        frame += [0, 0, 0, 0]
        return self.writeAll(frame + payload)
    }

    /// The text frames that arrive within the limit; nil when the connection is gone.
    mutating func receive(within seconds: Double) -> [String]? {
        var texts: [String] = []
        while let frame = self.takeFrame() {
            guard let text = frame else { return nil }
            texts.append(text)
        }
        if !texts.isEmpty { return texts }
        var waiting = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, Int32(seconds * 1000)) > 0 else { return [] }
        guard self.readSome() else { return nil }
        while let frame = self.takeFrame() {
            guard let text = frame else { return texts.isEmpty ? nil : texts }
            texts.append(text)
        }
        return texts
    }

    /// One complete frame: its text, `.some(nil)` for a close, nil when there is none yet.
    private mutating func takeFrame() -> String?? {
        guard self.received.count >= 2 else { return nil }
        let opcode = self.received[0] & 15
        var length = Int(self.received[1] & 127)
        var start = 2
        if length == 126 {
            guard self.received.count >= 4 else { return nil }
            length = Int(self.received[2]) << 8 | Int(self.received[3])
            start = 4
        }
        guard self.received.count >= start + length else { return nil }
        let text = String(decoding: self.received[start..<(start + length)], as: UTF8.self)
        self.received.removeFirst(start + length)
        if opcode == 8 { return .some(nil) }
        return opcode == 1 ? .some(text) : self.takeFrame()
    }

    private mutating func readHead(until end: Double) -> Bool {
        while monotonicSeconds() < end {
            if let range = self.received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: self.received[..<range.lowerBound], as: UTF8.self)
                self.received.removeFirst(range.upperBound)
                return head.hasPrefix("HTTP/1.1 101")
            }
            var waiting = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, 100) >= 0 else { return false }
            if waiting.revents != 0, !self.readSome() { return false }
        }
        return false
    }

    private mutating func readSome() -> Bool {
        let chunk = Descriptor(number: self.descriptor).read(atMost: 65536)
        self.received += chunk
        return !chunk.isEmpty
    }

    private func writeAll(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(
                    self.descriptor,
                    $0.baseAddress,
                    $0.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
#endif
