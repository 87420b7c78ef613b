import Holdfast
import HoldfastCore
import HoldfastWire

/// An engine that does what a test says, and remembers what it was told.
struct ScriptedEngine: DrivenEngine {
    typealias Script =
        @Sendable (ClientEvent, MonotonicInstant, inout MonotonicInstant?)
        -> [ClientEffect]

    let log = Locked<[ClientEvent]>([])
    private let script: Script
    private(set) var nextDeadline: MonotonicInstant?

    /// `script` may move the deadline, its third argument.
    init(
        deadline: MonotonicInstant? = nil,
        _ script: @escaping Script = { _, _, _ in [] }
    ) {
        self.nextDeadline = deadline
        self.script = script
    }

    /// Everything so far.
    var events: [ClientEvent] { self.log.withLock { $0 } }

    mutating func handle(
        _ event: ClientEvent,
        at now: MonotonicInstant,
        effects: inout [ClientEffect]
    ) {
        self.log.withLock { $0.append(event) }
        effects += self.script(event, now, &self.nextDeadline)
    }
}

/// A point in time of a test.
func at(_ seconds: Double) -> MonotonicInstant {
    MonotonicInstant(offset: .milliseconds(Int64(seconds * 1000)))
}
