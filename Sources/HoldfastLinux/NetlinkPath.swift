#if os(Linux) || os(Android)
internal import CHoldfastLinux
internal import Dispatch
internal import Holdfast
package import HoldfastCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#endif

/// The network path as the kernel tells it over netlink, without polling and without a debounce.
///
/// Usable means: an interface other than loopback is up and has an address that reaches beyond its
/// link. A default route is not asked for, because a server may stand in the same network. Where the
/// kernel cannot be asked (a sandbox) the path counts as usable and never changes: liveness and
/// back-off work without it, later.
package struct NetlinkPath: NetworkPath {
    package init() {}

    package var updates: AsyncStream<PathStatus> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let notifications = holdfast_path_open()
            let reader = holdfast_path_open_reader()
            // Subscribed first, read second: a change in between is a notification.
            let first = Self.status(reader)
            continuation.yield(first)
            guard notifications >= 0, reader >= 0 else {
                if notifications >= 0 { close(notifications) }
                if reader >= 0 { close(reader) }
                return
            }
            let source = DispatchSource.makeReadSource(
                fileDescriptor: notifications,
                queue: DispatchQueue(label: "holdfast.path")
            )
            let cancellation = SourceCancellation(source: source)
            // One burst of notifications is one reading, and only a difference is an update.
            let last = Locked(first)
            source.setEventHandler {
                guard holdfast_path_drain(notifications) != 0 else { return }
                let status = Self.status(reader)
                let isNews = last.withLock { last in
                    defer { last = status }
                    return last != status
                }
                if isNews { continuation.yield(status) }
            }
            source.setCancelHandler {
                close(notifications)
                close(reader)
            }
            continuation.onTermination = { _ in cancellation.cancel() }
            source.activate()
        }
    }

    private static func status(_ reader: CInt) -> PathStatus {
        var identity: UInt64 = 0
        switch unsafe holdfast_path_read(reader, &identity) {
        case 0: return .unsatisfied
        case 1: return .satisfied(identity: identity)
        default: return .satisfied(identity: 0)
        }
    }
}

/// Lets a stream that ends on any thread cancel its source.
// SAFETY: nothing but `cancel()` is called, which Dispatch allows from any thread.
private struct SourceCancellation: @unchecked Sendable {
    private let source: any DispatchSourceRead

    init(source: any DispatchSourceRead) { self.source = source }

    func cancel() { self.source.cancel() }
}
#endif
