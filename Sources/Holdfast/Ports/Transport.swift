package import HoldfastCore
package import HoldfastWire

/// Port: moves WebSocket messages. It decides nothing: no retry, no back-off, no liveness.
///
/// The contract suite `TransportContract` says what every implementation keeps.
package protocol Transport: Sendable {
    /// Starts to open a WebSocket and returns at once, from any thread.
    ///
    /// `events` is called in order and never concurrently for one connection; it may be called before
    /// `connect` has returned, so a caller holds no lock that `events` takes. It must not block.
    ///
    /// - Returns: The handle of the attempt, and of the connection it becomes.
    func connect(
        _ request: TransportRequest,
        events: @escaping @Sendable (TransportEvent) -> Void
    ) -> any TransportConnection
}

/// One attempt to connect, and the connection it becomes.
package protocol TransportConnection: Sendable {
    /// Queues a message. Messages sent before ``TransportEvent/opened(subprotocol:)`` or after the end
    /// are dropped; a peer that does not read for ``TransportLimits/pendingBytesMax`` ends the
    /// connection with ``TransportEnd/reset``.
    func send(_ message: TransportMessage)

    /// Says goodbye with `code` if the connection is open, then closes it. `closed(.closedByUs)` is
    /// reported at once; the peer's answer is awaited for at most
    /// ``TransportLimits/closeHandshake`` and reported to nobody. A second call changes nothing.
    func close(_ code: CloseCode)
}

/// What a connection reports: `opened? received* closed`, then nothing.
package enum TransportEvent: Hashable, Sendable {
    /// TCP, TLS and the upgrade are done. The subprotocol is the one the server chose.
    case opened(subprotocol: String?)
    /// A complete message, reassembled, at most ``Limits/frameBytesMax`` bytes.
    case received(TransportMessage)
    /// The end, once, whether or not the connection ever opened.
    case closed(TransportEnd)
}

/// One WebSocket message.
package struct TransportMessage: Hashable, Sendable {
    /// The type of the message (RFC 6455 §5.6).
    package enum Kind: Hashable, Sendable {
        case binary
        /// UTF-8, checked by the transport on its way in.
        case text
    }

    package var bytes: [UInt8]
    package var kind: Kind

    package init(bytes: [UInt8], kind: Kind) {
        self.bytes = bytes
        self.kind = kind
    }
}

/// How to open a connection.
package struct TransportRequest: Hashable, Sendable {
    /// One header field. Its value is checked, so that no value can add a line to the request.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: Private<String>

        /// Nil unless `value` is visible ASCII and spaces (RFC 9110 §5.5).
        package init?(name: String, value: String) {
            guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
            self.name = name
            self.value = Private(value)
        }
    }

    package var server: ServerAddress
    /// Path and query.
    package var target: String
    /// Beside `Host` and what RFC 6455 needs, which the transport adds.
    package var fields: [Field]
    /// The subprotocols to offer, the preferred one first.
    package var subprotocols: [String]
    /// For everything from the first packet to the upgrade.
    package var timeout: Duration

    package init(
        server: ServerAddress,
        target: String,
        fields: [Field] = [],
        subprotocols: [String] = [Limits.subprotocolBinary],
        timeout: Duration = .seconds(10)
    ) {
        self.server = server
        self.target = target
        self.fields = fields
        self.subprotocols = subprotocols
        self.timeout = timeout
    }
}

/// Bounds that every transport keeps.
package enum TransportLimits {
    /// Bytes that wait for the peer to read.
    package static let pendingBytesMax = 512 * 1024
    /// How long a closed connection waits for the peer's close frame.
    package static let closeHandshake: Duration = .seconds(1)
    /// Fragments of one message.
    package static let fragmentCountMax = 64
}
