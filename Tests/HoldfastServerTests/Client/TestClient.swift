#if Server

import Crypto
import Foundation
import HoldfastProto
import HoldfastWire
import NIOCore
import NIOSSL

/// A client of the protocol that does what it is told, also what is forbidden.
final class TestClient {
    /// What came from the server.
    enum Arrival: Equatable {
        case message(ServerMessage)
        case close(UInt16?)
        case pong([UInt8])
        /// The connection ended, or a frame was none.
        case end
    }

    let raw: RawConnection
    /// Status line and headers of the answer.
    let head: String
    let encoding: FrameEncoding

    init(raw: RawConnection, head: String, encoding: FrameEncoding) {
        self.raw = raw
        self.head = head
        self.encoding = encoding
    }

    var status: Int { Int(self.head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    func header(_ name: String) -> String? {
        for line in self.head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }

    /// The lines of a handshake; nil leaves a header out.
    static func request(
        port: Int,
        method: String = "GET",
        path: String = "/v1/connect",
        version: String? = "13",
        key: String? = "dGhlIHNhbXBsZSBub25jZQ==",
        upgrade: String? = "websocket",
        headers: [(String, String)] = []
    ) -> String {
        var lines = [
            "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: Upgrade",
        ]
        if let upgrade { lines.append("Upgrade: \(upgrade)") }
        if let version { lines.append("Sec-WebSocket-Version: \(version)") }
        if let key { lines.append("Sec-WebSocket-Key: \(key)") }
        lines += headers.map { "\($0.0): \($0.1)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    static func connect(
        port: Int,
        encoding: FrameEncoding = .binary,
        headers: [(String, String)],
        offersSubprotocol: Bool = true,
        tls: NIOSSLContext? = nil,
        readsNothing: Bool = false
    ) async throws -> TestClient {
        let raw = try await RawConnection.connect(port: port, tls: tls, readsNothing: readsNothing)
        let subprotocol = [("Sec-WebSocket-Protocol", encoding.subprotocol)]
        raw.send(
            Self.request(port: port, headers: (offersSubprotocol ? subprotocol : []) + headers)
        )
        let head = readsNothing ? "" : await raw.readHead() ?? ""
        return TestClient(raw: raw, head: head, encoding: encoding)
    }

    func next() async -> Arrival {
        let frame = await self.raw.read { buffer -> (opcode: UInt8, bytes: [UInt8])? in
            guard let first = buffer.readInteger(as: UInt8.self),
                let second = buffer.readInteger(as: UInt8.self)
            else { return nil }
            var length = Int(second)
            if second == 126 {
                guard let long = buffer.readInteger(as: UInt16.self) else { return nil }
                length = Int(long)
            }
            guard let bytes = buffer.readBytes(length: length) else { return nil }
            return (first & 0x0F, bytes)
        }
        guard let frame else { return .end }
        switch frame.opcode {
        case 1, 2:
            let isText = frame.opcode == 1
            guard isText == (self.encoding == .json),
                let message = try? FrameCodec(encoding: self.encoding).decodeServer(frame.bytes)
            else { return .end }
            return .message(message)
        case 8:
            guard frame.bytes.count >= 2 else { return .close(nil) }
            return .close(UInt16(frame.bytes[0]) << 8 | UInt16(frame.bytes[1]))
        case 10: return .pong(frame.bytes)
        default: return .end
        }
    }

    func nextMessage() async -> ServerMessage? {
        if case .message(let message) = await self.next() { return message }
        return nil
    }

    func welcome() async -> Welcome? {
        if case .welcome(let welcome) = await self.nextMessage() { return welcome }
        return nil
    }

    /// The code of the `bye` that comes, whatever comes before, and whether the close repeats it.
    func bye() async -> Bye? {
        while true {
            switch await self.next() {
            case .message(.bye(let bye)):
                return await self.next() == .close(bye.code.rawValue) ? bye : nil
            case .message, .pong: continue
            case .close, .end: return nil
            }
        }
    }

    func send(_ message: ClientMessage) throws {
        let bytes = try FrameCodec(encoding: self.encoding).encode(message)
        self.sendFrame(opcode: self.encoding == .json ? 1 : 2, bytes)
    }

    func sendFrame(
        opcode: UInt8,
        _ bytes: [UInt8],
        fin: Bool = true,
        isMasked: Bool = true
    ) {
        var frame: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        if bytes.count < 126 {
            frame.append(mask | UInt8(bytes.count))
        } else {
            frame.append(mask | 126)
            frame += [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        }
        let key: [UInt8] = [11, 22, 33, 44]
        if isMasked { frame += key }
        frame += isMasked ? bytes.enumerated().map { $1 ^ key[$0 % 4] } : bytes
        self.raw.send(frame)
    }
}

#endif
