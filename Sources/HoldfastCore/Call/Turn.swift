import HoldfastWire

/// What one turn of the engine works with: the time, the world as it is, and the effects so far.
struct Turn {
    /// What the platform last said. The same for all calls.
    struct Environment: Hashable, Sendable {
        var appState: AppState = .foreground
        /// Nil: the platform has said nothing yet, so a network is assumed.
        var path: PathStatus?

        /// What the keep-alive allows the media of every call.
        var media = MediaConditions()

        var isForeground: Bool { self.appState == .foreground }

        var hasPath: Bool { self.path != .unsatisfied }

        /// As a ticket says it (HF-28): who connects is not suspended.
        var ticketState: AppState {
            switch self.appState {
            case .foreground: .foreground
            case .background, .suspending: .background
            }
        }
    }

    let instant: MonotonicInstant
    /// Milliseconds since the Unix epoch, as far as the origin at start was right.
    let wallMilliseconds: UInt64
    var environment: Environment
    var nextConnection: UInt64
    var effects: [ClientEffect]

    /// Names the next attempt.
    mutating func makeConnection() -> ConnectionID {
        self.nextConnection &+= 1
        return ConnectionID(self.nextConnection)
    }
}
