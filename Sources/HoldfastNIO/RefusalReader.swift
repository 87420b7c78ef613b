#if NIO
internal import NIOCore
internal import NIOHTTP1

/// Reads the status of an upgrade that a server refused, which NIO's upgrader does not tell.
///
/// Stands between the HTTP decoder and the upgrade handler, and leaves with them.
final class RefusalReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let refused: (_ status: Int, _ retryAfter: Duration?) -> Void
    private var sawHead = false

    init(refused: @escaping (_ status: Int, _ retryAfter: Duration?) -> Void) {
        self.refused = refused
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Behind the head of a 101 come raw bytes, which are nobody's parts.
        guard !self.sawHead else { return context.fireChannelRead(data) }
        self.sawHead = true
        if case .head(let head) = Self.unwrapInboundIn(data), head.status != .switchingProtocols {
            self.refused(Int(head.status.code), retryAfter(in: head.headers))
            return
        }
        context.fireChannelRead(data)
    }
}

/// `X-Retry-Ms` if it is there, for it is exact; else `Retry-After` in seconds (HF-11). At most one
/// hour; dates and nonsense count as nothing.
func retryAfter(in headers: HTTPHeaders) -> Duration? {
    let limit: Int64 = 3600
    if let text = headers.first(name: "X-Retry-Ms"), let value = Int64(text), value >= 0 {
        return .milliseconds(min(value, limit * 1000))
    }
    if let text = headers.first(name: "Retry-After"), let value = Int64(text), value >= 0 {
        return .seconds(min(value, limit))
    }
    return nil
}
#endif
