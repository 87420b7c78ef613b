// Fakes of NetworkPath, Lifecycle, SessionStore and MediaEngine: a test says what happens. They enforce
// that every reader gets the current value first; the store is the volatile one of the SDK, and can be
// told to fail.
package import Holdfast
package import HoldfastCore
package import HoldfastWire

/// A value that a test changes and any number of readers follow.
package final class Followed<Value: Sendable & Equatable>: Sendable {
    private struct State {
        var value: Value
        var readers: [UInt64: AsyncStream<Value>.Continuation] = [:]
        var lastID: UInt64 = 0
    }

    private let state: Locked<State>

    package init(_ value: Value) { self.state = Locked(State(value: value)) }

    package func set(_ value: Value) {
        let readers = self.state.withLock { state in
            state.value = value
            return Array(state.readers.values)
        }
        for reader in readers { reader.yield(value) }
    }

    package var stream: AsyncStream<Value> {
        AsyncStream { continuation in
            let (id, value) = self.state.withLock { state in
                state.lastID += 1
                state.readers[state.lastID] = continuation
                return (state.lastID, state.value)
            }
            continuation.yield(value)
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.readers[id] = nil }
            }
        }
    }
}

/// A network that comes and goes as a test says.
package struct FakePath: NetworkPath {
    package let status = Followed<PathStatus>(.satisfied(identity: 1))

    package init() {}

    package var updates: AsyncStream<PathStatus> { self.status.stream }
}

/// An app that goes where a test says.
package struct FakeLifecycle: Lifecycle {
    package let state = Followed<AppState>(.foreground)
    private let pipe = FactPipe(present: .lockChanged(isLocked: false))

    package init() {}

    /// The user locks the screen, or unlocks it.
    package func setLocked(_ isLocked: Bool) { self.pipe.become(.lockChanged(isLocked: isLocked)) }

    /// The user swipes the app away.
    package func removeTask() { self.pipe.say(.taskRemoved) }

    package var states: AsyncStream<AppState> { self.state.stream }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// Keeps sessions in memory, and fails when told to.
package final class FakeSessionStore: SessionStore {
    private let store = VolatileSessionStore()
    private let failure = Locked<SessionStoreError?>(nil)

    package init() {}

    /// Every call fails with this, until nil.
    package func fail(with error: SessionStoreError?) {
        self.failure.withLock { $0 = error }
    }

    package func load(
        server: ServerAddress
    ) async throws(SessionStoreError) -> SessionStoreContents {
        try self.check()
        return self.store.load(server: server)
    }

    package func save(
        _ session: StoredSession,
        server: ServerAddress
    ) async throws(SessionStoreError) {
        try self.check()
        try self.store.save(session, server: server)
    }

    package func remove(
        _ call: CallID,
        server: ServerAddress
    ) async throws(SessionStoreError) {
        try self.check()
        self.store.remove(call, server: server)
    }

    private func check() throws(SessionStoreError) {
        if let error = self.failure.withLock({ $0 }) { throw error }
    }
}

/// Media without sound: it keeps its commands and reports what a test says.
package final class FakeMediaEngine: MediaEngine {
    private let log = Locked<[MediaCommand]>([])
    private let stream: AsyncStream<MediaEvent>
    private let continuation: AsyncStream<MediaEvent>.Continuation

    package init() { (self.stream, self.continuation) = AsyncStream.makeStream() }

    package var commands: [MediaCommand] { self.log.withLock { $0 } }

    package func report(_ event: MediaEvent) { self.continuation.yield(event) }

    package func apply(_ command: MediaCommand) { self.log.withLock { $0.append(command) } }

    package var events: AsyncStream<MediaEvent> { self.stream }
}
