package import HoldfastRules

extension LinuxDesktop {
    /// What differs between desktops, and between their users.
    package struct Configuration: Hashable, Sendable {
        /// Where the process with the call runs.
        package enum Residence: Hashable, Sendable {
            /// In the user's session, as an app that was clicked.
            case session
            /// As a service of the user's.
            case userService
        }

        /// What the server of notifications can do.
        package enum Capability: Hashable, Sendable {
            /// Buttons.
            case actions
            /// Notifications that stay.
            case persistence
        }

        /// Whether an app in a Flatpak may run without a window.
        package enum Background: Hashable, Sendable {
            case undecided
            case allowed
            case forbidden
        }

        /// For how long a delay lock holds something back: InhibitDelayMaxSec.
        package var inhibitDelay: Duration
        package var userStop: Duration
        package var stopSignal: Duration
        package var backgroundCheck: Duration
        package var queryEndResponse: Duration
        /// Which locks policy grants the user.
        package var grantedModes: Set<Inhibitor.Mode>
        /// A lid overrides block locks for sleep: LidSwitchIgnoreInhibited.
        package var doesLidIgnoreLocks: Bool
        /// A lid that is closed means nothing, for there is another screen.
        package var isDocked: Bool
        package var residence: Residence
        /// Processes of a session end with it: KillUserProcesses.
        package var doesLogoutKill: Bool
        package var doesUserLinger: Bool
        package var capabilities: Set<Capability>
        /// A notification that is replaced keeps its name. One server in three gives a new one.
        package var doesReplacedKeepID: Bool
        /// Nil: the app is in no Flatpak.
        package var background: Background?
        /// L-SLP-07, which nobody has verified: connections do not outlive a sleep.
        package var doesSleepLoseConnections: Bool

        package init(
            profile: Timing.Profile = .stock,
            grantedModes: Set<Inhibitor.Mode> = [.delay, .block],
            doesLidIgnoreLocks: Bool = true,
            isDocked: Bool = false,
            residence: Residence = .session,
            doesLogoutKill: Bool = true,
            doesUserLinger: Bool = false,
            capabilities: Set<Capability> = [.actions],
            doesReplacedKeepID: Bool = true,
            background: Background? = nil,
            doesSleepLoseConnections: Bool = false
        ) {
            self.inhibitDelay = Self.duration(Timing.Linux.inhibitDelay, profile)
            self.userStop = Self.duration(Timing.Linux.userStop, profile)
            self.stopSignal = Self.duration(Timing.Linux.stopSignal, profile)
            self.backgroundCheck = Self.duration(Timing.Linux.backgroundCheck, profile)
            self.queryEndResponse = Self.duration(Timing.Linux.queryEndResponse, profile)
            self.grantedModes = grantedModes
            self.doesLidIgnoreLocks = doesLidIgnoreLocks
            self.isDocked = isDocked
            self.residence = residence
            self.doesLogoutKill = doesLogoutKill
            self.doesUserLinger = doesUserLinger
            self.capabilities = capabilities
            self.doesReplacedKeepID = doesReplacedKeepID
            self.background = background
            self.doesSleepLoseConnections = doesSleepLoseConnections
        }

        /// Desktops have no versions: each of their durations holds on all.
        private static func duration(_ timing: Timing, _ profile: Timing.Profile) -> Duration {
            timing.duration(on: .newest, profile) ?? .zero
        }
    }
}
