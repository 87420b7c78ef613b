// A fake of Transport: connections without sockets, played by a test or by a FakeServer. It enforces the
// order `opened? received* closed`, drops what is sent before `opened` and after `closed`, and answers
// a close at once, as the contract says.
package import Holdfast
package import HoldfastCore
package import HoldfastWire

/// Hands every attempt to whoever plays the server.
package final class FakeTransport: Transport {
    /// Plays the other side; called inside `connect`, on the caller's thread.
    package typealias Peer = @Sendable (FakeConnection) -> Void

    private let peer: Locked<Peer>
    private let requestLog = Locked<[TransportRequest]>([])

    /// Without a peer every attempt stays unanswered.
    package init(peer: @escaping Peer = { _ in }) { self.peer = Locked(peer) }

    /// Every attempt so far.
    package var requests: [TransportRequest] { self.requestLog.withLock { $0 } }

    /// Who plays the other side from the next attempt on.
    package func setPeer(_ peer: @escaping Peer) { self.peer.withLock { $0 = peer } }

    package func connect(
        _ request: TransportRequest,
        events: @escaping @Sendable (TransportEvent) -> Void
    ) -> any TransportConnection {
        self.requestLog.withLock { $0.append(request) }
        let connection = FakeConnection(request: request, events: events)
        self.peer.withLock { $0 }(connection)
        return connection
    }

    /// Sends every message back, except to a server called `nobody`, where none listens.
    package static let echo: Peer = { connection in
        guard connection.request.server.host != "nobody" else { return connection.end(.refused) }
        connection.onSend { connection.deliver($0) }
        connection.open()
    }
}

/// One attempt, and the connection it becomes.
package final class FakeConnection: TransportConnection {
    private enum Phase { case connecting, open, closed }

    private struct State {
        var phase = Phase.connecting
        var closeCode: CloseCode?
        var onSend: @Sendable (TransportMessage) -> Void = { _ in }
    }

    package let request: TransportRequest
    private let events: @Sendable (TransportEvent) -> Void
    private let state = Locked(State())

    init(request: TransportRequest, events: @escaping @Sendable (TransportEvent) -> Void) {
        self.request = request
        self.events = events
    }

    /// With which code the client closed it.
    package var closeCode: CloseCode? { self.state.withLock { $0.closeCode } }

    package var isOpen: Bool { self.state.withLock { $0.phase == .open } }

    /// What happens with every message of the client's.
    package func onSend(_ body: @escaping @Sendable (TransportMessage) -> Void) {
        self.state.withLock { $0.onSend = body }
    }

    /// The upgrade is done. Without effect when the connection is open or over.
    package func open(subprotocol: String? = Limits.subprotocolBinary) {
        let isNew = self.state.withLock { state in
            guard state.phase == .connecting else { return false }
            state.phase = .open
            return true
        }
        if isNew { self.events(.opened(subprotocol: subprotocol)) }
    }

    /// A message of the server's. Without effect unless the connection is open.
    package func deliver(_ message: TransportMessage) {
        if self.isOpen { self.events(.received(message)) }
    }

    /// The connection ends. A second end has no effect.
    package func end(_ end: TransportEnd) {
        let isNew = self.state.withLock { state in
            defer { state.phase = .closed }
            return state.phase != .closed
        }
        if isNew { self.events(.closed(end)) }
    }

    package func send(_ message: TransportMessage) {
        let body = self.state.withLock { $0.phase == .open ? $0.onSend : nil }
        body?(message)
    }

    package func close(_ code: CloseCode) {
        self.state.withLock { state in
            if state.phase != .closed { state.closeCode = code }
        }
        self.end(.closedByUs)
    }
}
