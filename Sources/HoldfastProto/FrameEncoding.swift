import HoldfastWire

/// How frames are written on one connection; the subprotocol decides (HF-2).
package enum FrameEncoding: Hashable, Sendable, CaseIterable {
    /// Protobuf in binary WebSocket messages.
    case binary
    /// Protobuf-JSON in text WebSocket messages.
    case json

    /// The encoding that a subprotocol stands for; nil for one this version does not know.
    package init?(subprotocol: String) {
        switch subprotocol {
        case Limits.subprotocolBinary: self = .binary
        case Limits.subprotocolJSON: self = .json
        default: return nil
        }
    }

    /// The first of the client's subprotocols that stands for an encoding (HF-2); nil for none.
    package init?(offered subprotocols: some Sequence<String>) {
        for subprotocol in subprotocols {
            if let encoding = FrameEncoding(subprotocol: subprotocol) {
                self = encoding
                return
            }
        }
        return nil
    }

    /// The name that is negotiated, in the upgrade request and in its answer.
    package var subprotocol: String {
        switch self {
        case .binary: Limits.subprotocolBinary
        case .json: Limits.subprotocolJSON
        }
    }
}
