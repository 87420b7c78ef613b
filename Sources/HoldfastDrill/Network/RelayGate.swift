#if NIO
import NIOConcurrencyHelpers
import NIOCore

/// Whether a relay's connections read: the one thing that a cut changes.
final class RelayGate: Sendable {
    private struct State {
        var isOpen = true
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Takes a connection in; it reads at once when the gate is open.
    func add(_ channel: any Channel) {
        let isOpen = self.state.withLockedValue { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isOpen
        }
        channel.closeFuture.whenComplete { _ in
            _ = self.state.withLockedValue {
                $0.channels.removeValue(forKey: ObjectIdentifier(channel))
            }
        }
        channel.setOption(.autoRead, value: isOpen).whenComplete { _ in }
    }

    /// Stops every connection.
    func close() {
        let channels = self.state.withLockedValue { state in
            state.isOpen = false
            return Array(state.channels.values)
        }
        for channel in channels { channel.setOption(.autoRead, value: false).whenComplete { _ in } }
    }

    /// Ends the stopped connections; new ones read.
    func open() {
        self.closeConnections()
        self.state.withLockedValue { $0.isOpen = true }
    }

    /// Ends every connection.
    func closeConnections() {
        let channels = self.state.withLockedValue { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }
}
#endif
