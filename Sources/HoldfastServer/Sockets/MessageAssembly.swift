#if Server

package import HoldfastWire
package import NIOCore
package import NIOWebSocket

/// Puts messages together from WebSocket frames and finds what RFC 6455 forbids. NIO's decoder has
/// checked lengths and control frames; masking, reserved bits, order and the sum are left to us.
package struct MessageAssembly {
    package enum Outcome: Equatable {
        /// More is to come.
        case incomplete
        case message(isText: Bool, ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// `code` is nil when the frame names none (RFC 6455 §7.1.5).
        case close(code: UInt16?)
        /// Close with this code.
        case violation(CloseCode)
    }

    private struct Fragments {
        var isText: Bool
        var bytes: ByteBuffer
    }

    private let bytesMax: Int
    private var fragments: Fragments?

    package init(bytesMax: Int = Limits.frameBytesMax) { self.bytesMax = bytesMax }

    package mutating func take(_ frame: WebSocketFrame) -> Outcome {
        // RFC 6455 §5.1: a server closes on an unmasked frame; §5.2: reserved bits are zero.
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError)
        }
        var bytes = frame.unmaskedData
        switch frame.opcode {
        case .text, .binary:
            guard self.fragments == nil else { return .violation(.protocolError) }
            guard bytes.readableBytes <= self.bytesMax else { return .violation(.messageTooBig) }
            let isText = frame.opcode == .text
            if frame.fin { return .message(isText: isText, bytes) }
            self.fragments = Fragments(isText: isText, bytes: bytes)
            return .incomplete
        case .continuation:
            guard var fragments = self.fragments.take() else { return .violation(.protocolError) }
            guard fragments.bytes.readableBytes + bytes.readableBytes <= self.bytesMax else {
                return .violation(.messageTooBig)
            }
            fragments.bytes.writeBuffer(&bytes)
            if frame.fin { return .message(isText: fragments.isText, fragments.bytes) }
            self.fragments = fragments
            return .incomplete
        case .ping: return .ping(bytes)
        case .pong: return .pong
        case .connectionClose: return Self.closeFrame(&bytes)
        default: return .violation(.protocolError)
        }
    }

    private static func closeFrame(_ bytes: inout ByteBuffer) -> Outcome {
        if bytes.readableBytes == 0 { return .close(code: nil) }
        guard let code = bytes.readInteger(as: UInt16.self), Self.mayTravel(code),
            bytes.readableBytesView.isEmpty || String(validating: bytes.readableBytesView) != nil
        else { return .violation(.protocolError) }
        return .close(code: code)
    }

    /// RFC 6455 §7.4.2: 1004–1006 and 1015 never stand in a frame.
    private static func mayTravel(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension String {
    fileprivate init?(validating bytes: some Sequence<UInt8>) {
        self.init(validating: Array(bytes), as: UTF8.self)
    }
}

#endif
