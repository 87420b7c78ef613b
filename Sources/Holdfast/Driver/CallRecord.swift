internal import HoldfastCore
internal import HoldfastWire

/// One call as the app sees it: its readers, what they have taken, and the state they add up to.
///
/// The driver delivers, readers take, both from any thread. An event is processed when every reader
/// that got it has asked for the next one or is gone.
final class CallRecord: Sendable {
    typealias Event = HoldfastCall.Event

    /// Messages kept for the first reader.
    static let backlogCountMax = 256
    /// A reader that holds this many deliveries or more may be cut off: the engine hands out 32.
    static let heldCountMin = 16
    /// After this time a reader that takes nothing is named in the flight record.
    static let hesitationMin: Duration = .seconds(5)

    let handle: CallHandle
    let call: CallID
    private let clock: any ClockSource
    private let inbox: Inbox
    private let state: Locked<State>

    init(
        handle: CallHandle,
        call: CallID,
        microphone: MicrophoneState,
        clock: any ClockSource,
        inbox: Inbox
    ) {
        self.handle = handle
        self.call = call
        self.clock = clock
        self.inbox = inbox
        self.state = Locked(State(microphone: microphone))
    }

    // MARK: - What the app reads

    var participants: [Participant] { self.state.withLock { $0.model.participants } }
    var connection: HoldfastCall.ConnectionState { self.state.withLock { $0.model.connection } }
    var joined: HoldfastCall.Joined? { self.state.withLock { $0.model.joined } }

    var microphone: MicrophoneState {
        get { self.state.withLock { $0.microphone } }
        set {
            self.state.withLock { $0.microphone = newValue }
            self.inbox.setMicrophone(self.handle, newValue)
        }
    }

    func setVideo(_ track: VideoTrack, _ choice: VideoChoice) {
        self.inbox.setVideo(self.handle, track, choice)
    }

    func setRoute(_ direction: AudioDirection, _ route: AudioRoute) {
        self.inbox.setRoute(self.handle, direction, route)
    }

    // MARK: - Readers

    func addReader() -> ReaderID { self.state.withLock { $0.addReader() } }

    func removeReader(_ id: ReaderID) {
        self.settle { $0.removeReader(id) }
    }

    /// The reader is done with what it took last and wants the next event; nil ends it.
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
        guard let event = Event(event) else { return }
        self.settle { $0.deliver(number, event, at: now) }
    }

    /// Ends every reader and everybody who waits, because the driver stops.
    func stop() {
        self.settle { $0.stop() }
    }

    /// Once a second: what to note about readers that hold up the call.
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

    /// Returns when the call was joined; throws when it ended first or the task was cancelled.
    func waitUntilJoined() async -> WaitResult {
        await self.wait(for: .joined)
    }

    /// Returns when the call is over, at the latest at `deadline`.
    func waitUntilEnded(until deadline: MonotonicInstant) async {
        _ = await self.wait(for: .ended(deadline: deadline))
    }

    private func wait(for goal: Goal) async -> WaitResult {
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

/// Names a reader within its call.
struct ReaderID: Hashable, Sendable { let rawValue: UInt64 }

/// What is done once the lock is free.
typealias Resumption = @Sendable () -> Void

/// How a wait ended.
enum WaitResult: Sendable {
    case reached
    /// The call ended first.
    case ended(HoldfastCall.Event)
    case cancelled
    /// The driver stopped.
    case stopped
}

/// What a waiter waits for.
enum Goal: Sendable {
    case joined
    case ended(deadline: MonotonicInstant)
}
