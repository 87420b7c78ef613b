internal import HoldfastCore

/// Who waits for the outcome of what it asked the engine for.
final class Requests<Outcome: Sendable>: Sendable {
    /// How a request ended for whom waits.
    enum Answer: Sendable {
        case outcome(Outcome)
        case cancelled
        /// The inbox is full.
        case refused
        /// The driver stopped.
        case stopped
    }

    private struct State {
        var waiting: [RequestID: CheckedContinuation<Answer, Never>] = [:]
        var cancelled: Set<RequestID> = []
        var last: UInt64 = 0
        var isStopped = false
    }

    private let state = Locked(State())

    /// Returns when the request was answered, the task was cancelled, or the driver stopped.
    ///
    /// - Parameter send: Hands the request to the engine; false when the inbox does not take it.
    /// - Returns: How it ended.
    func ask(_ send: @Sendable (RequestID) -> Bool) async -> Answer {
        let id = self.state.withLock { state in
            state.last += 1
            return RequestID(state.last)
        }
        defer { self.state.withLock { _ = $0.cancelled.remove(id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Answer? = self.state.withLock { state in
                    if state.cancelled.contains(id) { return .cancelled }
                    if state.isStopped { return .stopped }
                    state.waiting[id] = continuation
                    return nil
                }
                if let answer { return continuation.resume(returning: answer) }
                if !send(id) { self.answer(id, .refused) }
            }
        } onCancel: {
            let isWaiting = self.answer(id, .cancelled)
            // The task was cancelled before it began to wait.
            if !isWaiting { self.state.withLock { _ = $0.cancelled.insert(id) } }
        }
    }

    /// - Returns: Whether somebody waited.
    @discardableResult
    func answer(_ id: RequestID, _ answer: Answer) -> Bool {
        let continuation = self.state.withLock { $0.waiting.removeValue(forKey: id) }
        continuation?.resume(returning: answer)
        return continuation != nil
    }

    /// Lets go of everybody who waits, and of everybody who comes.
    func stop() {
        let waiting = self.state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: .stopped) }
    }
}
