internal import HoldfastCore
internal import HoldfastWire

/// Where everything that happens waits for the driver's one task. Any thread may put something in.
///
/// Three ways in, each with a bound:
/// - ``offer(_:)`` for what comes at the pace of others; it is refused when ``inputCountMax`` wait.
/// - ``insist(_:)`` for what must not be lost and cannot be many: one end per connection, one answer
///   per question, one input at a time per pump.
/// - The lanes, where only the newest counts: acknowledgements, and what a user chose of a call's
///   microphone, pictures and devices, of its hold, where sound comes out, and whom an app watches.
final class Inbox: Sendable {
    /// Inputs that may wait. A server has at most 256 events and a page of frames under way on
    /// a connection (HF-35), an app 256 commands.
    static let inputCountMax = 2048

    /// An input, and who waits until it was handled.
    struct Entry: Sendable {
        var input: DriverInput
        var handled: (@Sendable () -> Void)?
    }

    /// Of what only the newest choice counts.
    private enum Lane: Hashable {
        case microphone(CallHandle)
        case video(CallHandle, VideoTrack)
        case route(CallHandle, AudioDirection)
        case watch(CallHandle)
        case hold(CallHandle)
        case output
    }

    private struct Content {
        var entries: [Entry] = []
        var processed: [CallHandle: DeliveryNumber] = [:]
        /// Six at most of each call, one of a channel and one of all, in the order in which they were
        /// made.
        var choices: [(lane: Lane, event: ClientEvent)] = []
        var isClosed = false
    }

    private let content = Locked(Content())
    /// Ticks when there is something to do; ticks that nobody has read count as one.
    let wakes: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() {
        (self.wakes, self.bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// - Returns: False when the inbox is full or closed; the caller reports it.
    func offer(_ input: DriverInput) -> Bool {
        let isTaken = self.content.withLock { content in
            guard !content.isClosed, content.entries.count < Self.inputCountMax else {
                return false
            }
            content.entries.append(Entry(input: input))
            return true
        }
        if isTaken { self.bell.yield() }
        return isTaken
    }

    /// After ``close()`` nothing is taken and `handled` is called at once.
    func insist(_ input: DriverInput, handled: (@Sendable () -> Void)? = nil) {
        let isTaken = self.content.withLock { content in
            guard !content.isClosed else { return false }
            content.entries.append(Entry(input: input, handled: handled))
            return true
        }
        if isTaken { self.bell.yield() } else { handled?() }
    }

    /// Puts one input in and returns when it was handled: the pace of a pump.
    func pass(_ input: DriverInput) async {
        await withCheckedContinuation { continuation in
            self.insist(input) { continuation.resume() }
        }
    }

    /// Every listener returned for `number` and everything before it.
    func processed(_ call: CallHandle, _ number: DeliveryNumber) {
        self.content.withLock { content in
            let last = content.processed[call] ?? number
            content.processed[call] = max(last, number)
        }
        self.bell.yield()
    }

    /// What the user chose last.
    func setMicrophone(_ call: CallHandle, _ state: MicrophoneState) {
        self.choose(.setMicrophone(call, state), in: .microphone(call))
    }

    /// What is wanted of a picture.
    func setVideo(_ call: CallHandle, _ track: VideoTrack, _ choice: VideoChoice) {
        self.choose(.setVideo(call, track, choice), in: .video(call, track))
    }

    /// Which device is wanted.
    func setRoute(_ call: CallHandle, _ direction: AudioDirection, _ route: AudioRoute) {
        self.choose(.setRoute(call, direction, route), in: .route(call, direction))
    }

    /// Whose presence is wanted.
    func setWatched(_ channel: CallHandle, _ users: [UserID]) {
        self.choose(.watch(channel, users), in: .watch(channel))
    }

    /// Whether a call is held.
    func setHold(_ call: CallHandle, isHeld: Bool) {
        self.choose(.setHold(call, isHeld: isHeld), in: .hold(call))
    }

    /// Where sound comes out.
    func setOutput(_ output: AudioOutput) { self.choose(.setOutput(output), in: .output) }

    private func choose(_ event: ClientEvent, in lane: Lane) {
        self.content.withLock { content in
            content.choices.removeAll { $0.lane == lane }
            content.choices.append((lane, event))
        }
        self.bell.yield()
    }

    /// Wakes the driver without telling it anything.
    func wake() { self.bell.yield() }

    /// Takes back a call that never began.
    func withdraw(_ call: CallHandle) {
        self.content.withLock { content in
            content.entries.removeAll { entry in
                switch entry.input {
                case .engine(.join(call, _)), .engine(.restore(call, _, _)): true
                default: false
                }
            }
        }
    }

    /// Everything that waits, in order; the lanes come last.
    func take() -> [Entry] {
        self.content.withLock { content in
            var entries = content.entries
            content.entries.removeAll(keepingCapacity: true)
            entries += content.choices.map { Entry(input: .engine($0.event)) }
            for (call, number) in content.processed.sorted(by: { $0.key < $1.key }) {
                entries.append(Entry(input: .engine(.processed(call, number))))
            }
            content.choices.removeAll(keepingCapacity: true)
            content.processed.removeAll(keepingCapacity: true)
            return entries
        }
    }

    /// Takes nothing any more and lets go of everybody who waits.
    func close() {
        let entries = self.content.withLock { content in
            content.isClosed = true
            defer { content.entries = [] }
            return content.entries
        }
        for entry in entries { entry.handled?() }
        self.bell.finish()
    }
}
