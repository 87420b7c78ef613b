#if Server

import HoldfastSpec
import HoldfastWire
import NIOCore
import NIOWebSocket
import Testing

@testable import HoldfastServer

@Suite struct MessageAssemblyTests {
    private static func frame(
        _ opcode: WebSocketOpcode,
        _ bytes: [UInt8] = [],
        fin: Bool = true,
        masked: Bool = true,
        reserved: Bool = false
    ) -> WebSocketFrame {
        var frame = WebSocketFrame(
            fin: fin,
            rsv1: reserved,
            opcode: opcode,
            maskKey: masked ? [1, 2, 3, 4] : nil,
            data: ByteBuffer(bytes: bytes)
        )
        frame.maskKey.map { key in frame.data.webSocketMask(key) }
        return frame
    }

    @Test func `a message comes in one frame or in several`() {
        var assembly = MessageAssembly()
        #expect(
            assembly.take(Self.frame(.binary, [1, 2]))
                == .message(isText: false, ByteBuffer(bytes: [1, 2]))
        )
        #expect(assembly.take(Self.frame(.text, [65], fin: false)) == .incomplete)
        // Control frames may come in between (RFC 6455 §5.4).
        #expect(assembly.take(Self.frame(.ping, [9])) == .ping(ByteBuffer(bytes: [9])))
        #expect(assembly.take(Self.frame(.continuation, fin: false)) == .incomplete)
        #expect(
            assembly.take(Self.frame(.continuation, [66]))
                == .message(isText: true, ByteBuffer(bytes: [65, 66]))
        )
    }

    @Test(.spec("HF-3"), arguments: [(12_288, true), (12_289, false)])
    func `the sum of fragments has a limit`(byteCount: Int, isTaken: Bool) {
        var assembly = MessageAssembly()
        let half = [UInt8](repeating: 0, count: byteCount - 6000)
        _ = assembly.take(Self.frame(.binary, [UInt8](repeating: 0, count: 6000), fin: false))
        let outcome = assembly.take(Self.frame(.continuation, half))
        #expect((outcome == .violation(.messageTooBig)) == !isTaken)
    }

    @Test(.spec("HF-6")) func `what RFC 6455 forbids is found`() {
        let frames = [
            Self.frame(.text, masked: false), Self.frame(.text, reserved: true),
            Self.frame(.continuation),
            Self.frame(WebSocketOpcode(encodedWebSocketOpcode: 3) ?? .text),
            Self.frame(.connectionClose, [3]), Self.frame(.connectionClose, [3, 237]),
            Self.frame(.connectionClose, [0, 1]), Self.frame(.connectionClose, [3, 232, 0xFF]),
        ]
        for frame in frames {
            var assembly = MessageAssembly()
            #expect(assembly.take(frame) == .violation(.protocolError), "\(frame)")
        }
        var assembly = MessageAssembly()
        _ = assembly.take(Self.frame(.text, fin: false))
        #expect(assembly.take(Self.frame(.text)) == .violation(.protocolError))
    }

    @Test func `a close frame says its code or none`() {
        var assembly = MessageAssembly()
        #expect(assembly.take(Self.frame(.connectionClose)) == .close(code: nil))
        #expect(assembly.take(Self.frame(.connectionClose, [15, 160, 65])) == .close(code: 4000))
    }
}

#endif
