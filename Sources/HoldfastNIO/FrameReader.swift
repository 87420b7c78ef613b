#if NIO
internal import Holdfast
internal import HoldfastCore
internal import HoldfastWire
internal import NIOCore
internal import NIOWebSocket

/// Turns frames into messages and holds the peer to RFC 6455.
final class FrameReader: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let connection: NIOConnection

    init(connection: NIOConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        // §5.1: a server does not mask. §5.2: without an extension the reserved bits are zero.
        guard frame.maskKey == nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return self.connection.violated(.protocolError)
        }
        let bytes = Array(frame.data.readableBytesView)
        switch frame.opcode {
        case .binary:
            self.connection.received(TransportMessage(bytes: bytes, kind: .binary))
        case .text:
            guard String(validating: bytes, as: UTF8.self) != nil else {
                return self.connection.violated(CloseCode(1007))
            }
            self.connection.received(TransportMessage(bytes: bytes, kind: .text))
        case .ping:
            self.connection.answerPing(frame.data)
        case .connectionClose:
            self.connection.peerClosed(closeCode(in: frame.data))
        case .pong:
            break
        default:
            self.connection.violated(.protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength,
            NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            self.connection.violated(.messageTooBig)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            self.connection.violated(.protocolError)
        default:
            self.connection.failed(error)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.connection.inactive()
        context.fireChannelInactive()
    }
}

/// Nil for none, and for a code that does not travel (RFC 6455 §7.4): 1005, 1006, 1015 and all below
/// 1000 or above 4999.
private func closeCode(in data: ByteBuffer) -> UInt16? {
    guard let code = data.getInteger(at: data.readerIndex, as: UInt16.self),
        (1000...4999).contains(code), ![1005, 1006, 1015].contains(code)
    else { return nil }
    return code
}
#endif
