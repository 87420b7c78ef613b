import HoldfastRules
import HoldfastWire

extension SurvivalOracle {
    /// What user and system did. A fact that a platform does not have changes nothing there.
    package enum Fact: Hashable, Sendable {
        package enum Joining: Hashable, Sendable {
            case visible
            /// By a push that wakes the app for a call.
            case pushed
            /// In the background, for another reason.
            case hidden
        }

        package enum Permission: Hashable, Sendable {
            case microphone, camera
        }

        case joined(Joining)
        /// Home, another app, the window covered.
        case left
        /// Left, with the picture floating above other apps.
        case floated
        /// The user opened the app, whether it still ran or not.
        case returned
        /// The screen is off and locked.
        case locked
        case unlocked
        /// Removed from the list of recent apps; on Apple's systems: ended by the user.
        case swiped
        /// Stopped in the list of active apps.
        case stoppedByUser
        case forceStopped
        case revoked(Permission)
        case granted(Permission)
        case memoryKilled
        /// The user restricted what the app may do in the background.
        case restricted
        case unrestricted
        case systemCallBegan
        case systemCallEnded
        case rebooted
        /// The machine sleeps, by its lid or otherwise.
        case slept
        case awoke
        case loggedOut
        /// The last window was closed.
        case windowsClosed
    }

    /// How the device stands.
    struct Circumstances: Hashable, Sendable {
        var granted: Set<Fact.Permission>
        var isInFront = true
        var lockedSince: MonotonicInstant?
        /// When the app was last left, if it is not visible.
        var leftAt: MonotonicInstant?
        /// Something but the screen keeps the process running: a service, sound.
        var isSheltered = false
        /// Since when neither does.
        var exposedSince: MonotonicInstant?
        /// For how long neither did before that, since the app was last visible.
        var exposedBefore: Duration = .zero
        var isRestricted = false
        var isInSystemCall = false
        var loggedOutAt: MonotonicInstant?
        var windowsClosedAt: MonotonicInstant?

        var isVisible: Bool { self.isInFront && self.lockedSince == nil }

        mutating func loseProcess() {
            self.isInFront = false
            self.isSheltered = false
            self.exposedSince = nil
        }

        /// A call begins. Before it nothing kept the process running.
        mutating func join(at now: MonotonicInstant) {
            self.exposedSince = nil
            self.exposedBefore = self.leftAt?.duration(to: now) ?? .zero
        }

        /// Follows whether anything keeps the process running.
        mutating func expose(at now: MonotonicInstant) {
            if self.isVisible { self.exposedBefore = .zero }
            if self.isVisible || self.isSheltered {
                if let exposedSince, !self.isVisible {
                    self.exposedBefore += exposedSince.duration(to: now)
                }
                self.exposedSince = nil
            } else {
                self.exposedSince = self.exposedSince ?? now
            }
        }

        mutating func take(_ fact: Fact, at now: MonotonicInstant) {
            let wasVisible = self.isVisible
            switch fact {
            case .joined(.visible): self.isInFront = true
            case .joined(.pushed), .joined(.hidden), .left, .swiped: self.isInFront = false
            case .returned:
                self.isInFront = true
                self.lockedSince = nil
                self.loggedOutAt = nil
                self.windowsClosedAt = nil
            case .locked: self.lockedSince = self.lockedSince ?? now
            case .unlocked: self.lockedSince = nil
            case .revoked(let permission): self.granted.remove(permission)
            case .granted(let permission): self.granted.insert(permission)
            case .restricted: self.isRestricted = true
            case .unrestricted: self.isRestricted = false
            case .systemCallBegan: self.isInSystemCall = true
            case .systemCallEnded: self.isInSystemCall = false
            case .loggedOut: self.loggedOutAt = now
            case .windowsClosed: self.windowsClosedAt = now
            // They end a process, or stop it, or leave it on the screen.
            case .floated, .stoppedByUser, .forceStopped, .memoryKilled, .rebooted, .slept, .awoke:
                break
            }
            if self.isVisible { self.leftAt = nil } else if wasVisible { self.leftAt = now }
        }
    }

    /// The end of a presence.
    struct Loss: Hashable, Sendable {
        var at: MonotonicInstant
        var because: Rule.ID?
        /// The app could say so before.
        var isAnnounced = false
        var isProcessGone = false
        /// The system starts the process again.
        var returnsAt: MonotonicInstant?
    }

    /// What a system offers to a call.
    package enum System: Hashable, Sendable {
        case android(Android)
        case apple(Apple)
        case linux(Linux)

        var rules: any SurvivalRules {
            switch self {
            case .android(let android): android
            case .apple(let apple): apple
            case .linux(let linux): linux
            }
        }

        var granted: Set<Fact.Permission> {
            if case .android(let android) = self {
                android.granted
            } else {
                [.microphone, .camera]
            }
        }
    }
}

/// What one system does to a participant.
protocol SurvivalRules {
    /// Whether a policy can have something that keeps the process running, after this.
    func isSheltered(
        after fact: SurvivalOracle.Fact,
        _ circumstances: SurvivalOracle.Circumstances,
        at now: MonotonicInstant
    ) -> Bool

    /// What the fact itself ends.
    func loss(
        by fact: SurvivalOracle.Fact,
        _ circumstances: SurvivalOracle.Circumstances,
        at now: MonotonicInstant
    ) -> SurvivalOracle.Loss?

    /// What ends it next if nothing else happens.
    func loss(ahead circumstances: SurvivalOracle.Circumstances) -> SurvivalOracle.Loss?
}
