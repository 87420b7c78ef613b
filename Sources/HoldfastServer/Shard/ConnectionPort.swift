#if Server

import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import NIOCore

/// How a shard reaches one WebSocket, whichever loop that lives on.
///
/// Frames gather here until the shard's tick ends, then travel in one hop and one flush.
// SAFETY: made on the connection's loop and given away at once; from then on `frames` and `ending`
// are touched on the shard's loop alone.
final class ConnectionPort: @unchecked Sendable {
    let id: ConnectionID
    let encoding: FrameEncoding
    private let loop: any EventLoop
    private let handler: NIOLoopBound<ConnectionHandler>
    private var frames: [ByteBuffer] = []
    private var ending: Ending?

    /// With what a connection is closed behind its last frame.
    struct Ending: Sendable {
        var code: CloseCode
        var reason: String
    }

    init(
        id: ConnectionID,
        encoding: FrameEncoding,
        handler: NIOLoopBound<ConnectionHandler>,
        loop: any EventLoop
    ) {
        self.id = id
        self.encoding = encoding
        self.handler = handler
        self.loop = loop
    }

    func send(_ frame: [UInt8]) { self.frames.append(ByteBuffer(bytes: frame)) }

    func end(_ ending: Ending) { self.ending = ending }

    /// Hands over what has gathered.
    func flush() {
        let frames = self.frames
        let ending = self.ending
        self.frames = []
        let handler = self.handler
        if self.loop.inEventLoop {
            handler.value.perform(frames, ending: ending)
        } else {
            self.loop.execute { handler.value.perform(frames, ending: ending) }
        }
    }
}

#endif
