internal import HoldfastCore
internal import HoldfastWire

/// One log as the app sees it: its readers, what they have taken, and the state it adds up to.
///
/// The driver delivers, readers take, both from any thread. An event is processed when every reader
/// that got it has asked for the next one or is gone.
final class Record<Model: RecordModel>: DrivenRecord, ReadableRecord {
    typealias Event = Model.Event

    /// Messages kept for the first reader.
    static var backlogCountMax: Int { 256 }
    /// A reader that holds this many deliveries or more may be cut off: the engine hands out 32.
    static var heldCountMin: UInt64 { 16 }
    /// After this time a reader that takes nothing is named in the flight record.
    static var hesitationMin: Duration { .seconds(5) }

    let handle: CallHandle
    let call: CallID
    let inbox: Inbox
    private let clock: any ClockSource
    private let state: Locked<State>

    init(
        handle: CallHandle,
        call: CallID,
        model: Model,
        clock: any ClockSource,
        inbox: Inbox
    ) {
        self.handle = handle
        self.call = call
        self.clock = clock
        self.inbox = inbox
        self.state = Locked(State(model: model))
    }

    /// What the app sees now.
    var model: Model { self.state.withLock { $0.model } }

    /// Changes what the app sees by something that this device knows before the log says it.
    func update(_ change: (inout Model, inout [Resumption]) -> Void) {
        self.settle { $0.update(change) }
    }

    // MARK: - Readers

    func addReader() -> ReaderID { self.state.withLock { $0.addReader() } }

    func removeReader(_ id: ReaderID) {
        self.settle { $0.removeReader(id) }
    }

    func next(_ id: ReaderID) async -> Event? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = self.clock.now()
                self.settle { $0.next(id, continuation, at: now) }
            }
        } onCancel: {
            self.removeReader(id)
        }
    }

    // MARK: - The driver's side

    func deliver(_ number: DeliveryNumber, _ event: SessionEvent, at now: MonotonicInstant) {
        self.settle { $0.deliver(number, event, at: now) }
    }

    func stop() {
        self.settle { $0.stop() }
    }

    func tick(at now: MonotonicInstant, gap: Bool) -> [String] {
        var notes: [String] = []
        self.settle { state in
            let (found, resumptions) = state.tick(at: now, gap: gap)
            notes = found
            return resumptions
        }
        return notes
    }

    // MARK: - Waiting

    /// Returns when `condition` holds, when the log is over, at the latest at the tick behind
    /// `deadline`.
    func wait(
        until deadline: MonotonicInstant? = nil,
        for condition: @escaping @Sendable (Model) -> Bool
    ) async -> WaitResult<Event> {
        let goal = Goal(isReached: condition, deadline: deadline)
        let id = self.state.withLock { $0.newWaiterID() }
        defer { self.state.withLock { $0.forgetWaiter(id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.settle { $0.wait(id, for: goal, continuation) }
            }
        } onCancel: {
            self.settle { $0.cancelWaiter(id) }
        }
    }

    /// Returns when the log is over for this device, at the latest at the tick behind `deadline`.
    func waitUntilEnded(until deadline: MonotonicInstant?) async {
        _ = await self.wait(until: deadline) { $0.end != nil }
    }

    /// Changes the state, then, outside the lock, resumes whom that concerns and tells the engine how
    /// far everybody has got.
    private func settle(_ change: (inout State) -> [Resumption]) {
        let (resumptions, processed) = self.state.withLock { state in
            (change(&state), state.takeProgress())
        }
        for resumption in resumptions { resumption() }
        if let processed { self.inbox.processed(self.handle, processed) }
    }
}

/// Names a reader within its record.
struct ReaderID: Hashable, Sendable { let rawValue: UInt64 }

/// What is done once the lock is free.
typealias Resumption = @Sendable () -> Void

/// How a wait ended.
enum WaitResult<Event: Sendable>: Sendable {
    case reached
    /// The log ended first.
    case ended(Event)
    case timedOut
    case cancelled
    /// The driver stopped.
    case stopped
}

/// What a waiter waits for.
struct Goal<Model: Sendable>: Sendable {
    var isReached: @Sendable (Model) -> Bool
    /// Looked at once a second.
    var deadline: MonotonicInstant?
}
