/// The tasks of one driver. None outlives ``stopAll()``, which the driver's `run()` ends with.
///
/// A discarding task group would do the same from iOS 17 on.
final class Workers: Sendable {
    struct ID: Hashable, Sendable { fileprivate let rawValue: UInt64 }

    private struct Roll {
        var tasks: [ID: Task<Void, Never>] = [:]
        var lastID: UInt64 = 0
        var isStopped = false
    }

    private let roll = Locked(Roll())

    /// Starts a task; nil, and nothing happens, once the workers were stopped.
    @discardableResult
    func start(_ work: @escaping @Sendable () async -> Void) -> ID? {
        self.roll.withLock { roll in
            guard !roll.isStopped else { return nil }
            roll.lastID += 1
            let id = ID(rawValue: roll.lastID)
            roll.tasks[id] = Task {
                await work()
                self.roll.withLock { $0.tasks[id] = nil }
            }
            return id
        }
    }

    func cancel(_ id: ID) {
        let task = self.roll.withLock { $0.tasks[id] }
        task?.cancel()
    }

    /// Cancels every task and returns when the last has ended.
    func stopAll() async {
        let tasks = self.roll.withLock { roll in
            roll.isStopped = true
            return Array(roll.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
