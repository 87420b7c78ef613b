internal import HoldfastCore
internal import HoldfastWire

extension Record {
    /// What stands behind a record's lock. Changes return what to do once it is free.
    struct State {
        private struct Reader {
            /// Nil for what began the sequence and was never delivered.
            typealias Item = (number: DeliveryNumber?, event: Event)

            var queue: [Item] = []
            /// The delivery at which the reader is at work.
            var held: DeliveryNumber?
            /// Since when the oldest delivery is held or waits.
            var heldSince: MonotonicInstant = .zero
            var isNoted = false
            var isFinished = false
            var continuation: CheckedContinuation<Event?, Never>?

            /// The oldest delivery that is not processed.
            var oldest: DeliveryNumber? {
                self.held ?? self.queue.first { $0.number != nil }?.number
            }
        }

        private struct Waiter {
            var goal: Goal<Model>
            var continuation: CheckedContinuation<WaitResult<Event>, Never>
        }

        private(set) var model: Model
        private var readers: [ReaderID: Reader] = [:]
        private var lastReader: UInt64 = 0
        /// Messages that came before the first reader.
        private var backlog: [Event] = []
        private var missedCount = 0
        private var hadReader = false
        private var delivered = DeliveryNumber(0)
        private var processed = DeliveryNumber(0)
        private var waiters: [UInt64: Waiter] = [:]
        private var cancelledWaiters: Set<UInt64> = []
        private var lastWaiter: UInt64 = 0
        private var isStopped = false

        init(model: Model) { self.model = model }

        mutating func update(
            _ change: (inout Model, inout [Resumption]) -> Void
        ) -> [Resumption] {
            var resumptions: [Resumption] = []
            change(&self.model, &resumptions)
            return resumptions + self.releaseWaiters()
        }

        // MARK: - Readers

        mutating func addReader() -> ReaderID {
            self.lastReader += 1
            let id = ReaderID(rawValue: self.lastReader)
            var reader = Reader()
            reader.queue = self.model.prelude.map { (nil, $0) }
            if !self.hadReader {
                self.hadReader = true
                if self.missedCount > 0 {
                    reader.queue.append((nil, Model.missed(self.missedCount)))
                }
                reader.queue += self.backlog.map { (nil, $0) }
                self.backlog = []
            }
            if let end = self.model.end { reader.queue.append((nil, end)) }
            reader.isFinished = self.model.end != nil || self.isStopped
            self.readers[id] = reader
            return id
        }

        mutating func removeReader(_ id: ReaderID) -> [Resumption] {
            guard let continuation = self.readers.removeValue(forKey: id)?.continuation else {
                return []
            }
            return [{ continuation.resume(returning: nil) }]
        }

        mutating func next(
            _ id: ReaderID,
            _ continuation: CheckedContinuation<Event?, Never>,
            at now: MonotonicInstant
        ) -> [Resumption] {
            // A reader that was cancelled is gone, and a second task at the same iterator is told
            // to stop: it would take events from the first.
            guard var reader = self.readers[id], reader.continuation == nil else {
                return [{ continuation.resume(returning: nil) }]
            }
            reader.held = nil
            reader.heldSince = now
            reader.isNoted = false
            defer { self.readers[id] = reader }
            guard !reader.queue.isEmpty else {
                if reader.isFinished { return [{ continuation.resume(returning: nil) }] }
                reader.continuation = continuation
                return []
            }
            let item = reader.queue.removeFirst()
            reader.held = item.number
            return [{ continuation.resume(returning: item.event) }]
        }

        // MARK: - Deliveries

        mutating func deliver(
            _ number: DeliveryNumber,
            _ event: SessionEvent,
            at now: MonotonicInstant
        ) -> [Resumption] {
            var resumptions: [Resumption] = []
            let shown = self.model.take(event, followUps: &resumptions)
            self.delivered = number
            if let shown {
                if !self.hadReader, Model.isKept(shown) { self.keep(shown) }
                for id in Array(self.readers.keys) {
                    resumptions += self.hand((number, shown), to: id, at: now)
                }
            }
            return resumptions + self.releaseWaiters()
        }

        private mutating func keep(_ event: Event) {
            self.backlog.append(event)
            guard self.backlog.count > Record.backlogCountMax else { return }
            self.backlog.removeFirst()
            self.missedCount += 1
        }

        private mutating func hand(
            _ item: (number: DeliveryNumber?, event: Event),
            to id: ReaderID,
            at now: MonotonicInstant
        ) -> [Resumption] {
            guard var reader = self.readers[id], !reader.isFinished else { return [] }
            defer { self.readers[id] = reader }
            reader.isFinished = self.model.end == item.event
            if reader.oldest == nil { reader.heldSince = now }
            guard let continuation = reader.continuation else {
                reader.queue.append(item)
                return []
            }
            reader.continuation = nil
            reader.held = item.number
            return [{ continuation.resume(returning: item.event) }]
        }

        /// How far everybody has got, if that is news.
        mutating func takeProgress() -> DeliveryNumber? {
            let oldest = self.readers.values.compactMap(\.oldest).min()
            let reached = oldest.map { DeliveryNumber($0.rawValue - 1) } ?? self.delivered
            guard reached > self.processed else { return nil }
            self.processed = reached
            return reached
        }

        mutating func tick(
            at now: MonotonicInstant,
            gap: Bool
        ) -> (notes: [String], resumptions: [Resumption]) {
            var notes: [String] = []
            var resumptions: [Resumption] = []
            for (id, var reader) in self.readers {
                guard let oldest = reader.oldest else { continue }
                // A process that did not run did not read either.
                if gap { reader.heldSince = now }
                let held = reader.heldSince.duration(to: now)
                if held >= Record.hesitationMin, !reader.isNoted {
                    reader.isNoted = true
                    notes.append("a listener has been busy with one event for 5 s")
                }
                self.readers[id] = reader
                let count = self.delivered.rawValue - oldest.rawValue + 1
                if held >= HoldfastCall.readerPatience, count >= Record.heldCountMin {
                    notes.append("a listener was cut off: it held up \(count) events")
                    self.cutOff(id)
                }
            }
            for (id, waiter) in self.waiters {
                guard let deadline = waiter.goal.deadline, deadline <= now else { continue }
                self.waiters[id] = nil
                resumptions.append { waiter.continuation.resume(returning: .timedOut) }
            }
            return (notes, resumptions)
        }

        /// What the reader did not take is not given to it: it would come too late, and out of it
        /// would follow that nothing else is missing.
        private mutating func cutOff(_ id: ReaderID) {
            self.readers[id]?.held = nil
            self.readers[id]?.queue = [(nil, Model.fellBehind)]
            self.readers[id]?.isFinished = true
        }

        // MARK: - Waiters

        mutating func newWaiterID() -> UInt64 {
            self.lastWaiter += 1
            return self.lastWaiter
        }

        mutating func wait(
            _ id: UInt64,
            for goal: Goal<Model>,
            _ continuation: CheckedContinuation<WaitResult<Event>, Never>
        ) -> [Resumption] {
            if self.cancelledWaiters.remove(id) != nil {
                return [{ continuation.resume(returning: .cancelled) }]
            }
            let waiter = Waiter(goal: goal, continuation: continuation)
            if let result = self.result(for: goal) {
                return [{ continuation.resume(returning: result) }]
            }
            self.waiters[id] = waiter
            return []
        }

        mutating func cancelWaiter(_ id: UInt64) -> [Resumption] {
            guard let waiter = self.waiters.removeValue(forKey: id) else {
                // The task was cancelled before it began to wait.
                self.cancelledWaiters.insert(id)
                return []
            }
            return [{ waiter.continuation.resume(returning: .cancelled) }]
        }

        /// The wait is over; a cancellation that came too late leaves no trace.
        mutating func forgetWaiter(_ id: UInt64) { self.cancelledWaiters.remove(id) }

        mutating func stop() -> [Resumption] {
            self.isStopped = true
            var resumptions = self.model.stop() + self.releaseWaiters()
            for id in Array(self.readers.keys) {
                self.readers[id]?.isFinished = true
                guard let continuation = self.readers[id]?.continuation else { continue }
                self.readers[id]?.continuation = nil
                resumptions.append { continuation.resume(returning: nil) }
            }
            return resumptions
        }

        private mutating func releaseWaiters() -> [Resumption] {
            var resumptions: [Resumption] = []
            for (id, waiter) in self.waiters {
                guard let result = self.result(for: waiter.goal) else { continue }
                self.waiters[id] = nil
                resumptions.append { waiter.continuation.resume(returning: result) }
            }
            return resumptions
        }

        private func result(for goal: Goal<Model>) -> WaitResult<Event>? {
            if goal.isReached(self.model) { return .reached }
            if let end = self.model.end { return .ended(end) }
            return self.isStopped ? .stopped : nil
        }
    }
}
