// A fake of ClockSource: time moves when a test says so. It enforces that time never goes backwards and
// that a cancelled sleeper throws at once.
internal import Holdfast
package import HoldfastWire

/// Time under a test's control. Zero at the start; the wall clock shows 2025-01-01 then.
package final class ManualClock: ClockSource {
    private struct Sleeper {
        var deadline: MonotonicInstant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = MonotonicInstant.zero
        var sleepers: [UInt64: Sleeper] = [:]
        var cancelled: Set<UInt64> = []
        var lastID: UInt64 = 0
    }

    private static let wallOrigin: Int64 = 1_735_689_600_000
    private let state = Locked(State())

    package init() {}

    package func now() -> MonotonicInstant { self.state.withLock { $0.now } }

    package func wallMilliseconds() -> Int64 { Self.wallOrigin + self.now().offset.milliseconds }

    /// Moves time and lets go of everybody whose deadline has passed.
    package func advance(by duration: Duration) {
        let due = self.state.withLock { state in
            state.now = state.now.advanced(by: max(duration, .zero))
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    package func sleep(until deadline: MonotonicInstant) async throws {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = self.state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
