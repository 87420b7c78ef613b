package import HoldfastCore
package import HoldfastWire

/// What the driver drives: `ClientEngine`, or a script in a test of the driver.
package protocol DrivenEngine: Sendable {
    /// Takes one event and appends what must be done, in order. `now` never goes backwards.
    mutating func handle(
        _ event: ClientEvent,
        at now: MonotonicInstant,
        effects: inout [ClientEffect]
    )

    /// When ``ClientEvent/deadlineReached`` is due; nil for never.
    var nextDeadline: MonotonicInstant? { get }
}
