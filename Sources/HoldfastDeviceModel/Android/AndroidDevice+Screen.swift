import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// What is on the screen, and where the app's activity is.
    struct Screen: Sendable {
        /// Where the app's activity is.
        enum Activity: Hashable, Sendable {
            /// There is none.
            case absent
            /// On top of the others; seen if the screen is on and unlocked.
            case front
            /// It floats above the others; seen under the same conditions.
            case floating
            /// Behind another app or the launcher.
            case behind
        }

        /// What the user looks at instead.
        enum Other: Hashable, Sendable { case launcher, otherApp }

        var isOn = true
        var isLocked = false
        var activity = Activity.absent
        var other = Other.launcher
        /// Whether leaving the app makes it float.
        var entersPictureInPicture = false
        /// As it was told last.
        var isVisible = false
        /// When the user left the app for another; `enterPictureInPictureMode()` works at that moment.
        var leftAt: MonotonicInstant?
    }

    /// Whether any of the app can be seen. A picture that floats is hidden by the keyguard (A-PIP-02);
    /// an activity in front may be shown above it (A-PIP-05).
    private var isSeen: Bool {
        guard self.process.life.isAlive, self.screen.isOn else { return false }
        switch self.screen.activity {
        case .front:
            return !self.screen.isLocked || self.configuration.manifest.showsWhenLocked
        case .floating: return !self.screen.isLocked
        case .behind, .absent: return false
        }
    }

    mutating func settleScreen(at now: MonotonicInstant) {
        let isSeen = self.isSeen
        guard isSeen != self.screen.isVisible else { return }
        self.screen.isVisible = isSeen
        if isSeen {
            self.rights.becameVisible()
            self.services.becameVisible(at: now, self.limits)
        } else if self.configuration.api >= 31, self.process.life.isAlive {
            self.rights.invisibleUntil = now.advanced(by: self.limits.backgroundStartGrace)
        }
        if self.process.life.isAlive { self.emit(.visibilityChanged(isVisible: isSeen)) }
    }

    mutating func open(_ opening: Opening, at now: MonotonicInstant) {
        self.process.isForceStopped = false
        self.startProcess()
        if opening == .fullScreenIntent, self.configuration.manifest.showsWhenLocked {
            self.screenTurned(isOn: true, at: now)
        }
        if self.screen.activity == .floating {
            self.emit(.pictureInPictureChanged(isActive: false))
        }
        self.screen.activity = .front
        self.screen.leftAt = nil
        self.process.previous = .no
        self.process.removalAt = nil
        self.rights.activityChanged(at: now, self.limits)
    }

    /// The user looks at something else.
    mutating func leave(for other: Screen.Other, at now: MonotonicInstant) {
        let before = self.screen.other
        self.screen.other = other
        switch self.screen.activity {
        case .front:
            self.screen.leftAt = now
            if self.screen.entersPictureInPicture, self.isSeen {
                self.screen.activity = .floating
                self.emit(.pictureInPictureChanged(isActive: true), "A-PIP-04")
            } else {
                self.goBehind(at: now)
            }
        case .behind:
            // The other app that was left is now the one that was left last.
            if before == .otherApp { self.process.previous = .no }
        case .floating, .absent: break
        }
    }

    private mutating func goBehind(at now: MonotonicInstant) {
        self.screen.activity = .behind
        self.process.previous = .since(
            now,
            until: self.configuration.api >= 34
                ? now.advanced(by: self.limits.previousApp) : nil
        )
    }

    mutating func enterPictureInPicture(at now: MonotonicInstant) {
        guard self.configuration.manifest.supportsPictureInPicture else {
            self.emit(.threw(.illegalState), "A-PIP-04")
            return
        }
        // `onUserLeaveHint` runs at the moment of leaving.
        let isLeaving = self.screen.activity == .behind && self.screen.leftAt == now
        guard self.isSeen || isLeaving, self.screen.activity != .floating else { return }
        self.screen.activity = .floating
        self.process.previous = .no
        self.emit(.pictureInPictureChanged(isActive: true), "A-PIP-04")
    }

    mutating func closePictureInPicture(at now: MonotonicInstant) {
        guard self.screen.activity == .floating else { return }
        self.goBehind(at: now)
        self.emit(.pictureInPictureChanged(isActive: false), "A-PIP-03")
    }

    mutating func expandPictureInPicture() {
        guard self.screen.activity == .floating else { return }
        self.screen.activity = .front
        self.emit(.pictureInPictureChanged(isActive: false))
    }

    mutating func finishActivity(at now: MonotonicInstant) {
        guard self.screen.activity != .absent else { return }
        if self.screen.activity == .floating {
            self.emit(.pictureInPictureChanged(isActive: false))
        }
        self.screen.activity = .absent
        self.process.previous = .no
        self.rights.activityChanged(at: now, self.limits)
    }

    mutating func screenTurned(isOn: Bool, at now: MonotonicInstant) {
        guard isOn != self.screen.isOn else { return }
        self.screen.isOn = isOn
        self.power.screenTurned(isOn: isOn, at: now, self.limits)
    }

    mutating func unlock(at now: MonotonicInstant) {
        self.screenTurned(isOn: true, at: now)
        self.screen.isLocked = false
    }

    /// The app wants to show itself.
    mutating func startActivity(at now: MonotonicInstant) {
        let isFree =
            self.screen.isVisible || self.configuration.api < 29
            || self.rights.activityUntil != nil
        let isFromNotification = self.rights.intentUntil != nil
        if isFree || isFromNotification && self.configuration.api < 31 {
            self.open(.launcher, at: now)
        } else {
            self.emit(.activityBlocked, isFromNotification ? "A-NOT-11" : nil)
        }
    }
}
