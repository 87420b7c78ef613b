/// A value that changes a few times and then ends, with any number of followers.
final class Changing<Value: Hashable & Sendable>: Sendable {
    /// Changes that a follower may be behind; the newest count.
    static var backlogCountMax: Int { 32 }

    private struct State {
        var value: Value
        var isOver = false
        var followers: [UInt64: AsyncStream<Value>.Continuation] = [:]
        var lastFollower: UInt64 = 0
    }

    private let state: Locked<State>

    init(_ value: Value, isOver: Bool = false) {
        self.state = Locked(State(value: value, isOver: isOver))
    }

    var value: Value { self.state.withLock { $0.value } }

    /// The present value, then every change; ends behind the last.
    var changes: AsyncStream<Value> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.backlogCountMax)) { follower in
            let (id, isOver) = self.state.withLock { state in
                state.lastFollower += 1
                // Nobody reads yet, so this runs nothing.
                follower.yield(state.value)
                if !state.isOver { state.followers[state.lastFollower] = follower }
                return (state.lastFollower, state.isOver)
            }
            if isOver { return follower.finish() }
            follower.onTermination = { [weak self] _ in
                self?.state.withLock { $0.followers[id] = nil }
            }
        }
    }

    /// Changes the value; after the last change nothing does. What is returned tells the followers.
    func set(_ value: Value, isLast: Bool) -> [Resumption] {
        let followers: [AsyncStream<Value>.Continuation] = self.state.withLock { state in
            guard !state.isOver, state.value != value || isLast else { return [] }
            let isNews = state.value != value
            state.value = value
            state.isOver = isLast
            defer { if isLast { state.followers = [:] } }
            return isNews || isLast ? Array(state.followers.values) : []
        }
        return followers.map { follower in
            {
                follower.yield(value)
                if isLast { follower.finish() }
            }
        }
    }

    /// Ends without a change.
    func finish() -> [Resumption] {
        let followers = self.state.withLock { state in
            state.isOver = true
            defer { state.followers = [:] }
            return Array(state.followers.values)
        }
        return followers.map { follower in { follower.finish() } }
    }
}
