package import HoldfastCore

/// The way of a port's facts to whoever reads them: every reader gets the present state, where a port
/// has one, and then every fact.
///
/// A platform is shared by the clients of a process one after another, so readers come and go.
package final class FactPipe: Sendable {
    /// Facts that a reader may be behind. What a system says comes at a person's pace and the driver
    /// reads at once, so that only a driver that hangs ever loses one: the oldest.
    ///
    /// An answer is not lost that way: a port answers what the driver told it, and a driver that hangs
    /// tells it nothing more. Were one lost all the same, the engine would wait no longer than
    /// `PlatformProfile.Service.answerMax` and take it as refused with `timedOut`.
    package static let backlogCountMax = 256

    private struct State {
        var present: PlatformFact?
        var readers: [UInt64: AsyncStream<PlatformFact>.Continuation] = [:]
        var lastReader: UInt64 = 0
    }

    private let state: Locked<State>

    /// `present`: what a new reader is told first; nil for a port that has no state to tell.
    package init(present: PlatformFact? = nil) {
        self.state = Locked(State(present: present))
    }

    /// Says what happened.
    package func say(_ fact: PlatformFact) {
        for reader in self.state.withLock({ Array($0.readers.values) }) { reader.yield(fact) }
    }

    /// Says what holds from now on, to later readers too.
    package func become(_ fact: PlatformFact) {
        let readers = self.state.withLock { state in
            state.present = fact
            return Array(state.readers.values)
        }
        for reader in readers { reader.yield(fact) }
    }

    /// For one reader; ends when its reader ends.
    package var facts: AsyncStream<PlatformFact> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.backlogCountMax)) { reader in
            let id = self.state.withLock { state in
                state.lastReader += 1
                // Nobody reads yet, so this runs nothing.
                if let present = state.present { reader.yield(present) }
                state.readers[state.lastReader] = reader
                return state.lastReader
            }
            reader.onTermination = { [weak self] _ in
                self?.state.withLock { $0.readers[id] = nil }
            }
        }
    }
}
