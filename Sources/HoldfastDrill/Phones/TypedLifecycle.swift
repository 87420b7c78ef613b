#if NIO && os(Linux)
import Holdfast
import HoldfastWire

/// Where the app is, as somebody types it. A terminal has no screen that an app could leave, so the
/// command line plays the system's part here, and the SDK does what it does on a phone (HF-73).
struct TypedLifecycle: Lifecycle {
    let states: AsyncStream<AppState>
    private let entrance: AsyncStream<AppState>.Continuation

    init() {
        (self.states, self.entrance) = AsyncStream.makeStream()
        self.entrance.yield(.foreground)
    }

    func enter(_ state: AppState) { self.entrance.yield(state) }
}
#endif
