internal import HoldfastCore
internal import HoldfastWire

/// Writes sessions to the store, one after another, beside the driver's task: a disk may take its
/// time. Of several writes for one call that wait, the newest counts.
final class StoreWriter: Sendable {
    private enum Write: Sendable {
        case save(StoredSession)
        case remove
    }

    private struct Queue {
        var order: [CallID] = []
        var writes: [CallID: Write] = [:]
        var isAtWork = false
        var isFinishing = false
        var finisher: CheckedContinuation<Void, Never>?
    }

    private let driver: Driver
    private let queue = Locked(Queue())

    init(driver: Driver) { self.driver = driver }

    func save(_ session: StoredSession) { self.put(.save(session), session.call) }

    func remove(_ call: CallID) { self.put(.remove, call) }

    /// Returns when everything that waits is written. Nothing is taken afterwards.
    func finish() async {
        await withCheckedContinuation { continuation in
            let isIdle = self.queue.withLock { queue in
                queue.isFinishing = true
                if queue.isAtWork { queue.finisher = continuation }
                return !queue.isAtWork
            }
            if isIdle { continuation.resume() }
        }
    }

    private func put(_ write: Write, _ call: CallID) {
        let startsWork = self.queue.withLock { queue in
            guard !queue.isFinishing else { return false }
            if queue.writes.updateValue(write, forKey: call) == nil { queue.order.append(call) }
            defer { queue.isAtWork = true }
            return !queue.isAtWork
        }
        if startsWork { self.driver.workers.start { await self.work() } }
    }

    private func work() async {
        while let (call, write) = self.next() {
            let store = self.driver.configuration.platform.store
            do {
                switch write {
                case .save(let session):
                    try await store.save(session, server: self.driver.server)
                case .remove:
                    try await store.remove(call, server: self.driver.server)
                }
            } catch {
                // The call goes on; only the return after a kill is lost, and the record says so.
                self.driver.note("session store: \(error)", .error)
            }
        }
    }

    private func next() -> (CallID, Write)? {
        let (found, finisher) = self.queue.withLock { queue in
            if !queue.order.isEmpty {
                let call = queue.order.removeFirst()
                if let write = queue.writes.removeValue(forKey: call) {
                    return (Optional((call, write)), CheckedContinuation<Void, Never>?.none)
                }
            }
            queue.isAtWork = false
            defer { queue.finisher = nil }
            return (nil, queue.finisher)
        }
        finisher?.resume()
        return found
    }
}
