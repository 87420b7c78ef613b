import HoldfastWire

/// One connection of a call and what is known about it.
struct CallLink: Sendable {
    let id: ConnectionID
    /// The counter of its ticket; nil for a join.
    let counter: ResumeCounter?
    /// Where its ticket asked delivery to begin; zero for a join.
    let cursor: LogOffset
    /// Whether the server may join anew on it.
    let mayRejoin: Bool
    var machine: LinkMachine
    /// What the server knows about the app on this connection: what the ticket said, and with a
    /// join that it is in the foreground.
    var announced: AppState

    /// Whether it is still on its way to a welcome.
    var isAttempt: Bool { !self.machine.isWelcomed }
}
