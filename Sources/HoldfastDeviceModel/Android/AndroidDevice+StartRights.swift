import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// What lets the app start services, and use microphone and camera in them, although it is not seen.
    struct StartRights: Sendable {
        /// Since it was seen last; from API 31 on.
        var invisibleUntil: MonotonicInstant?
        /// After an activity began or ended.
        var activityUntil: MonotonicInstant?
        /// After a notification's intent, or a media button.
        var intentUntil: MonotonicInstant?
        /// The list that pushes and broadcasts put the app on.
        var allowedUntil: MonotonicInstant?
        /// The same, because the device has started.
        var bootUntil: MonotonicInstant?
        var isOverlayShown = false

        var nextDeadline: MonotonicInstant? {
            earliest(
                earliest(self.invisibleUntil, self.activityUntil),
                earliest(self.intentUntil, earliest(self.allowedUntil, self.bootUntil))
            )
        }

        mutating func becameVisible() { self.invisibleUntil = nil }

        mutating func activityChanged(at now: MonotonicInstant, _ limits: Limits) {
            self.activityUntil = now.advanced(by: limits.activityGrace)
        }

        /// Whether the app may show itself, or counts as in use, without being seen.
        var isPrivileged: Bool {
            self.activityUntil != nil || self.intentUntil != nil
        }
    }

    mutating func elapseRights(at now: MonotonicInstant) {
        if self.rights.invisibleUntil.isDue(at: now) { self.rights.invisibleUntil = nil }
        if self.rights.activityUntil.isDue(at: now) { self.rights.activityUntil = nil }
        if self.rights.intentUntil.isDue(at: now) { self.rights.intentUntil = nil }
        if self.rights.allowedUntil.isDue(at: now) { self.rights.allowedUntil = nil }
        if self.rights.bootUntil.isDue(at: now) { self.rights.bootUntil = nil }
    }

    /// Whether a service that is started now may use microphone and camera later (A-WIU-03). What only
    /// allows a start from the background does not (A-WIU-04).
    var isInUse: Bool {
        self.screen.isVisible || self.telecom.isBound || self.rights.isPrivileged
    }

    /// Whether a foreground service may be started now (A-BG-02).
    var mayStartForeground: Bool {
        guard self.configuration.isAtLeast(api: 31, target: 31) else { return true }
        return self.isInUse || self.rights.invisibleUntil != nil
            || self.rights.allowedUntil != nil || self.rights.bootUntil != nil
            || self.power.battery == .unrestricted || self.mayStartBesideService
            || self.mayStartBeneathOverlay
    }

    /// A foreground service that is not a short one allows others (A-BG-09).
    private var mayStartBesideService: Bool {
        guard self.configuration.api >= 34 else { return false }
        return self.telecom.isDelegated || self.services.hasLongForegroundInMain
    }

    private var mayStartBeneathOverlay: Bool {
        guard self.permissions.isGranted(.overlay) else { return false }
        return !self.configuration.isAtLeast(api: 35, target: 35) || self.rights.isOverlayShown
    }

    // MARK: Where the rights come from

    mutating func receivePush(_ priority: PushPriority, at now: MonotonicInstant) {
        // A stopped package gets nothing until the user opens it.
        guard !self.process.isForceStopped else { return }
        // In Doze only urgent pushes arrive.
        guard priority == .high || self.power.doze == .none else { return }
        self.startProcess()
        self.process.receiverUntil = now.advanced(by: self.limits.pushAllowance)
        if priority == .high {
            self.rights.allowedUntil = now.advanced(by: self.limits.pushAllowance)
        }
        self.emit(.pushDelivered, priority == .downranked ? "A-BG-03" : nil)
    }

    mutating func receiveBoot(at now: MonotonicInstant) {
        guard !self.process.isForceStopped,
            self.configuration.manifest.permissions.contains("RECEIVE_BOOT_COMPLETED")
        else { return }
        self.startProcess()
        let end = now.advanced(by: self.limits.bootAllowance)
        self.rights.bootUntil = end
        self.process.receiverUntil = end
        self.emit(.bootDelivered, "A-BG-04")
    }

    /// A notification's intent, or a media button, reaches a receiver or a service.
    mutating func receiveIntent(for allowance: Duration, at now: MonotonicInstant) {
        guard !self.process.isForceStopped else { return }
        self.startProcess()
        let end = now.advanced(by: allowance)
        self.rights.intentUntil = end
        self.process.receiverUntil = end
    }
}
