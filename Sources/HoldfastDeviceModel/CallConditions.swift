package import HoldfastRules

/// What the app with the call gets from the system at one moment: the same questions on all platforms.
///
/// Every model of a device answers them. Who judges whether a call survived looks here, and nowhere
/// into a model.
package struct CallConditions: Hashable, Sendable {
    /// Whether something may be used, and which rule says no.
    package enum Access: Hashable, Sendable {
        /// It may.
        case open
        /// The app does not use it.
        case unused
        /// It may not, by this rule. A microphone then gives silence, a socket errors.
        case closed(Rule.ID)
    }

    /// What becomes of the process.
    package enum Process: Hashable, Sendable {
        /// Its code runs.
        case running
        /// It exists, but none of its code runs: frozen, suspended, asleep.
        case stopped(Rule.ID)
        /// There is none.
        case dead(Rule.ID?)
    }

    package var process: Process
    package var microphone: Access
    package var camera: Access
    package var network: Access
    /// Ongoing-call notifications that the user can see now. K2: one at most.
    package var notificationCount: Int
    /// Whether something is held that must be let go after the last call (K8): a service, a wake lock,
    /// the audio focus or session, a background task, an inhibitor.
    package var isHolding: Bool

    package init(
        process: Process,
        microphone: Access,
        camera: Access,
        network: Access,
        notificationCount: Int = 0,
        isHolding: Bool = false
    ) {
        self.process = process
        self.microphone = microphone
        self.camera = camera
        self.network = network
        self.notificationCount = notificationCount
        self.isHolding = isHolding
    }
}
