import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The app's services, in the order of the manifest.
    struct Services: Sendable {
        var records: [ServiceRecord]
        /// Whether the app may have foreground services at all (A-BG-08).
        var areAllowed = true
        /// What services of limited time have used up.
        var dataSync = TimeBudget()
        var mediaProcessing = TimeBudget()

        init(_ configuration: Configuration) {
            let known = ServiceTypes.known(on: configuration.api)
            self.records = configuration.manifest.services.map {
                var declaration = $0
                // An older device does not read the bits that came later.
                declaration.types.formIntersection(known)
                return ServiceRecord(declaration: declaration)
            }
        }

        func index(of name: ServiceName) -> Int? {
            self.records.firstIndex { $0.declaration.name == name }
        }

        var areAnyRunning: Bool { self.records.contains { $0.running != nil } }

        var areAnyRunningInMain: Bool {
            self.records.contains { $0.running != nil && !$0.declaration.isInOtherProcess }
        }

        var hasForegroundInMain: Bool {
            self.records.contains { $0.isForeground && !$0.declaration.isInOtherProcess }
        }

        var hasForegroundInOther: Bool {
            self.records.contains { $0.isForeground && $0.declaration.isInOtherProcess }
        }

        var hasLongForegroundInMain: Bool {
            self.records.contains {
                $0.isForeground && !$0.declaration.isInOtherProcess
                    && $0.running?.foreground?.types != .shortService
            }
        }

        func hasForeground(of type: ServiceTypes) -> Bool {
            self.records.contains {
                $0.isForeground && $0.running?.foreground?.types.contains(type) == true
            }
        }

        func isCarried(_ id: NotificationID) -> Bool {
            self.records.contains { $0.running?.foreground?.notification.id == id }
        }

        /// What foreground services that were started in use give (A-WIU-01, A-WIU-02).
        func capabilities(target: Int) -> Capabilities {
            var capabilities: Capabilities = []
            for record in self.records where record.isForeground {
                guard let running = record.running, running.isGranted,
                    let types = running.foreground?.types
                else { continue }
                if target < 30 { return .both }
                if types.contains(.microphone) { capabilities.insert(.microphone) }
                if types.contains(.camera) { capabilities.insert(.camera) }
            }
            return capabilities
        }

        mutating func setReturnMode(_ mode: ReturnMode, of name: ServiceName) {
            guard let index = self.index(of: name) else { return }
            self.records[index].running?.returnMode = mode
        }

        var nextDeadline: MonotonicInstant? {
            var deadline: MonotonicInstant?
            for record in self.records { deadline = earliest(deadline, record.nextDeadline) }
            return deadline
        }
    }

    /// One service.
    struct ServiceRecord: Sendable {
        let declaration: Manifest.Service
        /// Nil: it does not run.
        var running: Running?
        /// What the system does to have it back.
        var recovery = Recovery()

        /// Whether it counts as a foreground service. A short one no longer does when its time is over.
        var isForeground: Bool {
            guard let foreground = self.running?.foreground else { return false }
            if case .demoted = foreground.time { return false }
            return true
        }

        var nextDeadline: MonotonicInstant? {
            let deadline = earliest(
                self.running?.promise,
                self.running?.foreground?.time.deadline
            )
            return earliest(deadline, self.recovery.at)
        }

        struct Running: Sendable {
            /// False: it is only bound.
            var isStarted: Bool
            var createdAt: MonotonicInstant
            /// By when it must be in the foreground; nil: nothing was promised, or it is kept.
            var promise: MonotonicInstant?
            /// Nil: it is in the background.
            var foreground: Foreground?
            var promotionCount = 0
            /// Whether it may be promoted although the app is in the background (A-BG-02).
            var mayPromote: Bool
            /// Whether it was started in use (A-WIU-03); kept until it leaves the foreground (A-WIU-05).
            var isGranted: Bool
            /// Whether the broadcast of a boot is the reason for it.
            var isFromBoot: Bool
            var returnMode = ReturnMode.notSticky
        }

        struct Foreground: Sendable {
            var types: ServiceTypes
            var notification: Notification
            var time: TimeLimit
        }

        /// How a service comes back after the death of its process (A-TASK-04).
        struct Recovery: Sendable {
            var at: MonotonicInstant?
            var hasIntent = false
            var delay: Duration = .zero
            var restartedAt: MonotonicInstant?
            var crashCount = 0
            var deliveryCount = 0
            /// As it was when the process died, if it is to be the same again (A-TASK-05).
            var kept: Running?
        }
    }

    // MARK: Starting

    mutating func startForegroundService(_ name: ServiceName, at now: MonotonicInstant) {
        guard let index = self.services.index(of: name) else {
            self.emit(.startIgnored(name))
            return
        }
        if self.isRestrictedInBackground {
            self.emit(.startIgnored(name), "A-BG-07")
            return
        }
        if !self.mayStartForeground {
            self.emit(.threw(.foregroundServiceStartNotAllowed), "A-BG-01")
            return
        }
        self.start(index, at: now)
        let running = self.services.records[index].running
        if self.services.areAllowed, running?.foreground == nil, running?.promise == nil {
            // The clock runs from the delivery of the start; one that runs is not set anew (A-FGS-05).
            self.services.records[index].running?.promise = now.advanced(
                by: self.limits.startForeground
            )
        }
        self.emit(.startCommand(name, hasIntent: true))
    }

    mutating func startService(_ name: ServiceName, at now: MonotonicInstant) {
        guard let index = self.services.index(of: name) else {
            self.emit(.startIgnored(name))
            return
        }
        let isAllowed = self.rights.allowedUntil != nil || self.rights.bootUntil != nil
        if self.process.isIdle, !isAllowed {
            let exception: Exception =
                self.configuration.api >= 31 ? .backgroundServiceStartNotAllowed : .illegalState
            self.emit(.threw(exception), "A-BG-06")
            return
        }
        self.start(index, at: now)
        self.emit(.startCommand(name, hasIntent: true))
    }

    mutating func bindService(_ name: ServiceName, at now: MonotonicInstant) {
        guard let index = self.services.index(of: name),
            self.services.records[index].running == nil
        else { return }
        self.start(index, at: now)
        self.services.records[index].running?.isStarted = false
    }

    /// Makes the service if it is not there, and judges what it may. A right that it has is kept.
    private mutating func start(_ index: Int, at now: MonotonicInstant) {
        self.services.records[index].recovery.at = nil
        // Another intent may be delivered as often as the first.
        self.services.records[index].recovery.deliveryCount = 0
        guard self.services.records[index].running == nil else {
            self.services.records[index].running?.isStarted = true
            self.judge(index)
            return
        }
        self.services.records[index].running = ServiceRecord.Running(
            isStarted: true,
            createdAt: now,
            mayPromote: self.mayStartForeground,
            isGranted: self.isInUse,
            isFromBoot: self.rights.bootUntil != nil && !self.isInUse
        )
    }

    /// Rights are added, and never taken away (A-FGS-09).
    mutating func judge(_ index: Int) {
        if self.mayStartForeground { self.services.records[index].running?.mayPromote = true }
        if self.isInUse {
            self.services.records[index].running?.isGranted = true
            self.services.records[index].running?.isFromBoot = false
        }
    }

    // MARK: Stopping

    mutating func stopService(_ name: ServiceName, at now: MonotonicInstant) {
        guard let index = self.services.index(of: name), let running = self.running(index) else {
            return
        }
        if running.promise != nil {
            self.breakPromise(index, "A-FGS-06", at: now)
            return
        }
        self.destroy(index, nil, at: now)
    }

    mutating func stopForeground(
        _ name: ServiceName,
        keepsNotification: Bool,
        at now: MonotonicInstant
    ) {
        guard let index = self.services.index(of: name) else { return }
        if keepsNotification, let foreground = self.running(index)?.foreground {
            self.notifications.detach(foreground.notification.id)
        }
        self.demote(index, at: now)
    }

    private func running(_ index: Int) -> ServiceRecord.Running? {
        self.services.records[index].running
    }

    /// Out of the foreground, with the notification, and with the right to microphone and camera.
    @discardableResult
    mutating func demote(_ index: Int, at now: MonotonicInstant) -> Bool {
        guard let foreground = self.running(index)?.foreground else { return false }
        self.services.records[index].running?.foreground = nil
        self.services.records[index].running?.isGranted = false
        self.services.pauseBudgets(after: foreground.types, at: now)
        self.hideCarried(foreground.notification.id)
        return true
    }

    /// `onDestroy`.
    mutating func destroy(_ index: Int, _ rule: Rule.ID?, at now: MonotonicInstant) {
        self.demote(index, at: now)
        self.services.records[index].running = nil
        self.emit(.serviceDestroyed(self.services.records[index].declaration.name), rule)
    }

    /// When the app becomes idle, what runs in the background is stopped (A-BG-10).
    mutating func stopBackgroundServices(at now: MonotonicInstant) {
        for index in self.services.records.indices {
            guard let running = self.running(index), running.isStarted, running.foreground == nil,
                running.promise == nil
            else { continue }
            self.destroy(index, "A-BG-10", at: now)
        }
    }

    /// The user restricts the app: what is in the foreground no longer is (A-BG-07).
    mutating func changeBattery(to battery: Battery, at now: MonotonicInstant) {
        self.power.battery = battery
        guard battery == .restricted else { return }
        for index in self.services.records.indices where self.demote(index, at: now) {
            self.emit(.demoted(self.services.records[index].declaration.name), "A-BG-07")
        }
    }
}
