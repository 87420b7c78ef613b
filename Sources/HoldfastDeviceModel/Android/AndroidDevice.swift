import HoldfastRules
package import HoldfastWire

/// An Android device with one app on it, as far as the system's rules decide what the app gets.
///
/// Events go in, and what the device does comes out, each with the rule that makes it. Time is what the
/// events say; what falls due between two events happens at its own time, before the later one. After
/// every change `settle` derives the app's states from the facts, and tells what differs from before.
///
/// The code that starts a service, answers a callback and so on is not here: it is the app's.
package struct AndroidDevice: Sendable {
    /// Which device and which app; battery and permissions are those of the beginning.
    package let configuration: Configuration

    let limits: Limits
    /// Of the event that is being handled.
    var outcomes: [Outcome<Effect>] = []
    /// The latest time that was seen: an event from before it happens now.
    var clock: MonotonicInstant = .zero

    var screen = Screen()
    var process = ProcessRecord()
    var services: Services
    var rights = StartRights()
    var permissions: Permissions
    var capability = CapabilityGates()
    var microphone = Microphone()
    var camera = Camera()
    var network = Network()
    var power: Power
    var notifications = Notifications()
    var projection = Projection()
    var audio = Audio()
    var telecom = Telecom()

    /// A device that lies with its screen on and its launcher open; the app is installed and not running.
    package init(_ configuration: Configuration) {
        self.configuration = configuration
        self.limits = Limits(configuration)
        self.services = Services(configuration)
        self.permissions = Permissions(configuration)
        self.power = Power(battery: configuration.battery)
    }

    /// Takes an event, and whatever fell due before it.
    package mutating func handle(
        _ event: Event,
        at now: MonotonicInstant
    ) -> [Outcome<Effect>] {
        let now = max(now, self.clock)
        while let deadline = self.nextDeadline, deadline <= now {
            self.clock = deadline
            self.elapse(at: deadline)
            self.settle(at: deadline)
        }
        self.clock = now
        self.apply(event, at: now)
        self.settle(at: now)
        defer { self.outcomes.removeAll(keepingCapacity: true) }
        return self.outcomes
    }

    /// When something happens by itself next. Asking again after it, earlier or later changes nothing.
    package var nextDeadline: MonotonicInstant? {
        earliest(
            earliest(
                earliest(self.process.nextDeadline, self.services.nextDeadline),
                earliest(self.rights.nextDeadline, self.capability.nextDeadline)
            ),
            earliest(
                earliest(self.network.nextDeadline, self.power.nextDeadline),
                earliest(
                    earliest(self.notifications.nextDeadline, self.projection.nextDeadline),
                    earliest(self.audio.nextDeadline, self.telecom.nextDeadline)
                )
            )
        )
    }

    /// What the app gets now.
    package var conditions: CallConditions {
        CallConditions(
            process: self.processCondition,
            microphone: self.microphoneAccess,
            camera: self.cameraAccess,
            network: self.networkAccess,
            notificationCount: self.notifications.visibleCallCount,
            isHolding: self.isHolding
        )
    }

    private var processCondition: CallConditions.Process {
        switch self.process.life {
        case .dead(let rule): .dead(rule)
        case .frozen: .stopped("A-CPU-03")
        case .running: self.power.sleepRule.map { .stopped($0) } ?? .running
        }
    }

    private var isHolding: Bool {
        self.services.areAnyRunning || self.power.isWakeLockHeld || self.audio.isHolding
            || self.telecom.callCount > 0 || self.projection.isHolding
    }

    /// Notes what happens.
    mutating func emit(_ effect: Effect, _ rule: Rule.ID? = nil) {
        self.outcomes.append(Outcome(effect, rule))
    }

    // MARK: The order of things

    /// Whatever is due at this time. Each topic clears the deadlines it acts on.
    private mutating func elapse(at now: MonotonicInstant) {
        self.elapseRights(at: now)
        self.elapseServices(at: now)
        self.elapseTelecom(at: now)
        self.elapseProcess(at: now)
        self.capability.elapse(at: now)
        self.network.elapse(at: now)
        self.elapsePower(at: now)
        self.notifications.elapse(at: now)
        self.elapseProjection(at: now)
        self.elapseAudio(at: now)
    }

    /// Derives what follows from the facts, and tells what has changed.
    private mutating func settle(at now: MonotonicInstant) {
        self.settleScreen(at: now)
        self.settleTelecom()
        self.settleProcess(at: now)
        self.settleProcessor(at: now)
        self.settleMicrophone()
        self.settleCamera()
        self.settleNetwork(at: now)
        self.settleProjection()
        self.settleAudioMode(at: now)
        self.settleNotifications(at: now)
    }

    private mutating func apply(_ event: Event, at now: MonotonicInstant) {
        switch event {
        case .deadlineReached: break
        case .app(let call): if self.process.life == .running { self.apply(call, at: now) }

        case .opened(let opening): self.open(opening, at: now)
        case .homePressed, .backPressed: self.leave(for: .launcher, at: now)
        case .otherAppOpened: self.leave(for: .otherApp, at: now)
        case .pictureInPictureClosed: self.closePictureInPicture(at: now)
        case .pictureInPictureExpanded: self.expandPictureInPicture()
        case .screenTurnedOff: self.screenTurned(isOn: false, at: now)
        case .screenTurnedOn: self.screenTurned(isOn: true, at: now)
        case .locked: self.screen.isLocked = true
        case .unlocked: self.unlock(at: now)

        case .swipedFromRecents: self.removeTask(at: now)
        case .stoppedInTaskList: self.stopFromTaskList(at: now)
        case .forceStopped: self.forceStop(at: now)
        case .permissionGranted(let permission): self.permissions.grant(permission, once: false)
        case .permissionGrantedOnce(let permission): self.permissions.grant(permission, once: true)
        case .permissionRevoked(let permission): self.revoke(permission, at: now)
        case .oneTimePermissionExpired(let permission): self.expire(permission, at: now)
        case .batteryChanged(let battery): self.changeBattery(to: battery, at: now)
        case .foregroundServicesAllowed(let isAllowed): self.services.areAllowed = isAllowed

        case .notificationDismissed(let id): self.dismiss(id)
        case .notificationActionTapped:
            self.receiveIntent(for: self.limits.activityGrace, at: now)
        case .mediaButtonPressed:
            self.receiveIntent(for: self.limits.mediaButtonAllowance, at: now)
        case .notificationChannelBlocked(let isBlocked):
            self.notifications.isChannelBlocked = isBlocked
        case .overlayShown(let isShown): self.rights.isOverlayShown = isShown
        case .pushArrived(let priority): self.receivePush(priority, at: now)
        case .rebooted: self.reboot(at: now)
        case .bootBroadcastArrived: self.receiveBoot(at: now)
        case .memoryRanLow(let pressure): self.reclaim(pressure, at: now)
        case .projectionConsentGiven, .projectionConsentRefused, .projectionStoppedBySystem,
            .microphoneSwitched, .otherAppCaptureStarted, .otherAppCaptureStopped,
            .otherAppOpenedCamera, .otherAppTookAudioFocus, .audioFocusReturned,
            .cellularCallBegan, .cellularCallEnded, .dataSaverSwitched, .networkChanged,
            .batterySaverSwitched, .standbyChanged, .lowPowerStandbyChanged, .deviceMoved,
            .chargingChanged:
            self.applySurroundings(event, at: now)
        }
    }

    /// What happens around the app.
    private mutating func applySurroundings(_ event: Event, at now: MonotonicInstant) {
        switch event {
        case .projectionConsentGiven: self.projection.consentGiven(at: now)
        case .projectionConsentRefused: self.projection.consentRefused()
        case .projectionStoppedBySystem: self.endProjection("A-MPJ-08")
        case .microphoneSwitched(let isOff):
            self.microphone.isSwitchedOff = isOff && self.configuration.api >= 31
        case .otherAppCaptureStarted(let capture):
            self.microphone.other = Microphone.Other(
                isPrivacySensitive: capture == .privacySensitive
            )
        case .otherAppCaptureStopped: self.microphone.other = nil
        case .otherAppOpenedCamera: self.loseCameraToOther()
        case .otherAppTookAudioFocus(let isTransient): self.loseFocus(isTransient: isTransient)
        case .audioFocusReturned: self.returnFocus()
        case .cellularCallBegan: self.beginCellularCall(at: now)
        case .cellularCallEnded:
            self.microphone.isInCellularCall = false
            self.returnFocus()
        case .dataSaverSwitched(let isOn): self.network.isDataSaverOn = isOn
        case .networkChanged(let isMetered): self.network.isMetered = isMetered
        case .batterySaverSwitched(let isOn): self.network.isBatterySaverOn = isOn
        case .standbyChanged(let isStandby): self.network.isStandby = isStandby
        case .lowPowerStandbyChanged(let isOn):
            self.network.isLowPowerStandby = isOn && self.configuration.api >= 33
        case .deviceMoved: self.power.moved(at: now, self.limits)
        case .chargingChanged(let isCharging):
            self.power.setCharging(isCharging, isScreenOn: self.screen.isOn, at: now, self.limits)
        case .deadlineReached, .app, .opened, .homePressed, .backPressed, .otherAppOpened,
            .pictureInPictureClosed, .pictureInPictureExpanded, .screenTurnedOff, .screenTurnedOn,
            .locked, .unlocked, .swipedFromRecents, .stoppedInTaskList, .forceStopped,
            .permissionGranted, .permissionGrantedOnce, .permissionRevoked,
            .oneTimePermissionExpired, .batteryChanged, .foregroundServicesAllowed,
            .notificationDismissed, .notificationActionTapped, .mediaButtonPressed,
            .notificationChannelBlocked, .overlayShown, .pushArrived, .rebooted,
            .bootBroadcastArrived, .memoryRanLow:
            // The caller takes these itself.
            break
        }
    }
}

extension MonotonicInstant? {
    /// Whether this deadline is there and has come.
    func isDue(at now: MonotonicInstant) -> Bool {
        guard let self else { return false }
        return self <= now
    }
}
