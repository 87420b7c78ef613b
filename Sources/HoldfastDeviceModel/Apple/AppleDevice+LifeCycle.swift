import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// What the user sees, as far as it concerns the app.
    struct Screen: Hashable, Sendable {
        /// Whether the app would be seen if the device were unlocked.
        var isFront = false
        var isLocked = false
        var isSceneConnected = false
        /// What covers the app without sending it away.
        var covers: Covers = []
        /// Whether the app was told that it is about to be left.
        var isLeaving = false
        /// Whether the user swiped the app away and has not opened it since (I-KILL-02).
        var isSwipedAway = false
        var isVisible: Bool { self.isFront && !self.isLocked }
    }

    struct Covers: OptionSet, Hashable, Sendable {
        let rawValue: UInt8

        static let controlCentre = Covers(rawValue: 1)
        static let callBanner = Covers(rawValue: 2)
        static let siri = Covers(rawValue: 4)
        static let alarm = Covers(rawValue: 8)
    }

    /// Whether the user lets the app use something.
    enum PermissionAnswer: Hashable, Sendable {
        case undetermined, granted, denied
    }

    /// Whether calls of the app are possible.
    var runsCode: Bool {
        switch self.stage {
        case .launching, .foreground, .background, .terminating: true
        case .dead, .suspended: false
        }
    }

    mutating func apply(_ event: ScreenEvent, at now: MonotonicInstant) {
        switch event {
        case .appOpened:
            guard !self.screen.isLocked else { return }
            self.screen.isFront = true
            self.screen.isSwipedAway = false
            self.show(at: now)
        case .appLeaving:
            guard self.stage == .foreground, !self.screen.isLeaving else { return }
            self.screen.isLeaving = true
            if self.screen.covers.isEmpty { self.tellLifeCycle(.willResignActive, "I-STATE-01") }
        case .appLeft:
            // On a locked screen nobody leaves an app.
            guard self.screen.isVisible else { return }
            self.screen.isFront = false
            self.leave(at: now, startsPicture: true)
        case .locked:
            guard !self.screen.isLocked else { return }
            let wasVisible = self.screen.isVisible
            self.screen.isLocked = true
            if wasVisible { self.leave(at: now, startsPicture: false) }
            if self.configuration.options.contains(.lockEndsPictureInPicture) {
                self.endFloating("I-CAM-10")
            }
            self.reclaimSockets()
        case .unlocked:
            guard self.screen.isLocked else { return }
            self.screen.isLocked = false
            // One that died is not in front any more.
            if self.screen.isFront { self.show(at: now) }
        case .controlCentreOpened: self.cover(.controlCentre, at: now)
        case .controlCentreClosed: self.uncover(.controlCentre, at: now)
        case .sceneDisconnected: self.disconnectScene()
        case .permissionChanged(let permission, let isGranted):
            self.permissions[permission] = isGranted ? .granted : .denied
            if self.configuration.options.contains(.permissionChangeKills),
                permission != .localNetwork
            {
                self.kill(.permissionChanged, "I-PRIV-03")
            }
        case .appSwipedAway: self.swipeAway(at: now)
        }
    }

    var isDead: Bool {
        if case .dead = self.stage { true } else { false }
    }

    /// Starts the process. In the background, what it is launched for waits until it has launched.
    mutating func launch(at now: MonotonicInstant) {
        guard self.traits.contains(.launches) else {
            self.stage = .dead("I-LC-02")
            self.tell(.killed(.notLaunchable), "I-LC-02")
            return
        }
        self.stage = .launching(until: now.advanced(by: self.limits.launch))
        self.tell(
            .launched(isForeground: self.screen.isVisible),
            self.screen.isVisible ? "I-STATE-02" : "I-STATE-04"
        )
    }

    /// `didFinishLaunching` has returned.
    mutating func finishLaunching(at now: MonotonicInstant) {
        guard case .launching = self.stage else { return }
        if self.screen.isVisible {
            self.enterForeground(at: now, rule: "I-STATE-02")
        } else {
            self.stage = .background
            self.runtime.enter(at: now, self.limits)
            if !self.configuration.info.hasScenes {
                self.tell(.lifeCycle(.didEnterBackground, .appDelegate), "I-STATE-04")
            }
        }
        self.deliverWaiting(at: now)
    }

    /// The app is seen: by the user's wish, or because the device was unlocked.
    private mutating func show(at now: MonotonicInstant) {
        switch self.stage {
        case .dead: self.launch(at: now)
        case .suspended:
            self.resume(at: now)
            self.enterForeground(at: now, rule: "I-STATE-02")
        case .background: self.enterForeground(at: now, rule: "I-STATE-02")
        // One that launches learns of it when it has launched, one that is there knows it, and one
        // that ends is opened anew later.
        case .launching, .foreground, .terminating: break
        }
    }

    private mutating func enterForeground(at now: MonotonicInstant, rule: Rule.ID) {
        self.stage = .foreground
        self.runtime.leaveBackground()
        self.tasks.refill()
        if self.configuration.info.hasScenes, !self.screen.isSceneConnected {
            self.screen.isSceneConnected = true
            self.tellLifeCycle(.willConnect, rule)
        }
        self.tellLifeCycle(.willEnterForeground, rule)
        if self.screen.covers.isEmpty { self.tellLifeCycle(.didBecomeActive, rule) }
        self.mainThread.changeScene(at: now, within: self.limits.scene, "I-BG-09")
    }

    private mutating func leave(at now: MonotonicInstant, startsPicture: Bool) {
        guard case .foreground = self.stage else { return }
        if self.screen.covers.isEmpty, !self.screen.isLeaving {
            self.tellLifeCycle(.willResignActive, "I-STATE-01")
        }
        self.screen.isLeaving = false
        self.screen.covers = self.screen.covers.subtracting(.controlCentre)
        self.tellLifeCycle(.didEnterBackground, "I-STATE-01")
        self.stage = .background
        self.runtime.enter(at: now, self.limits)
        self.mainThread.changeScene(at: now, within: self.limits.enterBackground, "I-LC-03")
        if startsPicture, self.picture == .armed {
            self.picture = .floating
            self.tell(.pictureInPictureChanged(isActive: true), "I-PIP-01")
        }
        if self.configuration.options.contains(.backgroundEndsScreenCapture), self.isScreenCaptured
        {
            self.isScreenCaptured = false
            self.tell(.screenCaptureStopped, "I-SS-02")
        }
        if self.configuration.options.contains(.audioStopsWithoutMode),
            !self.configuration.info.backgroundModes.contains(.audio)
        {
            self.audio.cut("I-AUD-02")
        }
    }

    mutating func cover(_ cover: Covers, at now: MonotonicInstant) {
        let wasActive = self.screen.covers.isEmpty
        self.screen.covers.insert(cover)
        guard wasActive, case .foreground = self.stage else { return }
        self.tellLifeCycle(.willResignActive, "I-STATE-03")
        self.mainThread.changeScene(at: now, within: self.limits.scene, "I-BG-09")
    }

    mutating func uncover(_ cover: Covers, at now: MonotonicInstant) {
        let wasCovered = !self.screen.covers.isEmpty
        self.screen.covers.remove(cover)
        guard wasCovered, self.screen.covers.isEmpty, case .foreground = self.stage else { return }
        self.tellLifeCycle(.didBecomeActive, "I-STATE-03")
        self.mainThread.changeScene(at: now, within: self.limits.scene, "I-BG-09")
    }

    private mutating func disconnectScene() {
        switch self.stage {
        case .background, .suspended: break
        // A scene on the screen is not let go of, and a dead or new process has none.
        case .dead, .launching, .foreground, .terminating: return
        }
        guard self.screen.isSceneConnected else { return }
        self.screen.isSceneConnected = false
        if self.runsCode { self.tellLifeCycle(.didDisconnect, "I-LC-04") }
    }

    /// Scenes have no willTerminate, and there is no scene to tell in an app without them (I-LC-01).
    func tellReceiver(of callback: LifeCycleCallback) -> Receiver {
        self.configuration.info.hasScenes && callback != .willTerminate ? .scene : .appDelegate
    }

    mutating func tellLifeCycle(_ callback: LifeCycleCallback, _ rule: Rule.ID) {
        self.tell(.lifeCycle(callback, self.tellReceiver(of: callback)), rule)
    }
}
