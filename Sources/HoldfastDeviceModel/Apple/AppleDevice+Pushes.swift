import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// What arrives by push.
    struct Pushes: Hashable, Sendable {
        /// A VoIP push that must be reported.
        struct Report: Hashable, Sendable {
            var until: MonotonicInstant
            /// What the app is killed by.
            var rule: Rule.ID
        }

        var hasRegistry = false
        /// VoIP pushes that wait for the app's launch or for its registry.
        var waitingCount = 0
        var reports: [Report] = []
        var failureCount = 0
        var isStopped = false
        /// Whether a background push waits for the app's launch.
        var isBackgroundPushWaiting = false
        /// Until when a background push must be completed.
        var handledUntil: MonotonicInstant?
        /// When background pushes last woke the app, oldest first.
        var wakes: [MonotonicInstant] = []

        var keepsRunning: Bool { !self.reports.isEmpty || self.handledUntil != nil }

        var deadline: MonotonicInstant? {
            let report = self.reports.first?.until
            guard let handledUntil else { return report }
            return report.map { min($0, handledUntil) } ?? handledUntil
        }

        /// A call was reported: the oldest push is answered.
        mutating func takeReport() {
            if !self.reports.isEmpty { self.reports.removeFirst() }
        }

        mutating func endProcess() {
            self.hasRegistry = false
            self.waitingCount = 0
            self.reports.removeAll()
            self.isBackgroundPushWaiting = false
            self.handledUntil = nil
        }
    }

    mutating func takeVoIPPush(at now: MonotonicInstant) {
        let info = self.configuration.info
        guard info.backgroundModes.contains(.voip), info.entitlements.contains(.push) else {
            self.tell(.pushDropped, "I-PK-03")
            return
        }
        if self.pushes.isStopped {
            self.tell(.pushDropped, "I-PK-01")
            return
        }
        if self.isDead, self.screen.isSwipedAway,
            !self.configuration.options.contains(.pushLaunchesSwipedApp)
        {
            self.tell(.pushDropped, "I-KILL-03")
            return
        }
        guard self.wake(at: now) else { return }
        if case .launching = self.stage {
            self.pushes.waitingCount += 1
        } else if self.pushes.hasRegistry {
            self.deliverVoIPPush(at: now)
        } else {
            self.pushes.waitingCount += 1
        }
    }

    private mutating func deliverVoIPPush(at now: MonotonicInstant) {
        let mustReport = !(self.traits.contains(.pushMetadata) && self.stage == .foreground)
        self.tell(.voipPush(mustReport: mustReport), mustReport ? "I-PK-01" : "I-PK-02")
        guard mustReport else { return }
        self.pushes.reports.append(
            Pushes.Report(until: now.advanced(by: self.limits.pushReport), rule: "I-PK-01")
        )
    }

    /// The app has launched: what it was launched for comes now.
    mutating func deliverWaiting(at now: MonotonicInstant) {
        for _ in 0..<self.pushes.waitingCount {
            if self.pushes.hasRegistry {
                self.deliverVoIPPush(at: now)
            } else {
                self.pushes.reports.append(
                    Pushes.Report(until: now.advanced(by: self.limits.pushReport), rule: "I-PK-04")
                )
            }
        }
        if self.pushes.hasRegistry { self.pushes.waitingCount = 0 }
        if self.pushes.isBackgroundPushWaiting {
            self.pushes.isBackgroundPushWaiting = false
            self.deliverBackgroundPush(at: now)
        }
        let tasks = self.scheduled.waiting
        self.scheduled.waiting = []
        for task in tasks { self.startScheduled(task, at: now) }
    }

    mutating func createPushRegistry() {
        self.pushes.hasRegistry = true
        if case .launching = self.stage { return }
        // Made too late, it still gets what waits; the time for the report runs already.
        for _ in 0..<self.pushes.waitingCount { self.tell(.voipPush(mustReport: true), "I-PK-04") }
        self.pushes.waitingCount = 0
    }

    mutating func takeBackgroundPush(at now: MonotonicInstant) {
        let info = self.configuration.info
        guard info.backgroundModes.contains(.remoteNotification),
            info.entitlements.contains(.push)
        else {
            self.tell(.pushDropped, "I-MODE-03")
            return
        }
        if self.isDead, self.screen.isSwipedAway {
            self.tell(.pushDropped, "I-KILL-02")
            return
        }
        if self.stage != .foreground {
            self.pushes.wakes.removeAll {
                $0.advanced(by: self.limits.backgroundPushWindow) <= now
            }
            guard self.pushes.wakes.count < self.limits.backgroundPushCountMax else {
                self.tell(.pushDropped, "I-MODE-03")
                return
            }
            self.pushes.wakes.append(now)
        }
        guard self.wake(at: now) else { return }
        if case .launching = self.stage {
            self.pushes.isBackgroundPushWaiting = true
        } else {
            self.deliverBackgroundPush(at: now)
        }
    }

    private mutating func deliverBackgroundPush(at now: MonotonicInstant) {
        self.tell(.backgroundPush, "I-MODE-03")
        if self.stage == .background {
            self.pushes.handledUntil = now.advanced(by: self.limits.backgroundPush)
        }
    }

    mutating func expirePushes(at now: MonotonicInstant) {
        if let report = self.pushes.reports.first, report.until <= now {
            self.pushes.failureCount += 1
            self.kill(.code(.unreportedPush), report.rule)
            if self.pushes.failureCount >= self.configuration.pushFailureCountMax {
                self.pushes.isStopped = true
                self.tell(.voipPushesStopped, "I-PK-01")
            }
        }
        if let until = self.pushes.handledUntil, until <= now {
            self.pushes.handledUntil = nil
            // An app that the user has opened meanwhile may take its time.
            if self.stage == .background { self.kill(.code(.slowFetch), "I-BG-12") }
        }
    }
}
