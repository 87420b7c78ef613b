import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// How often a start is delivered again to a service that asked for it.
    private static let deliveryCountMax = 3

    /// What is to happen to the sticky services of a process that ends.
    enum Afterlife: Hashable, Sendable {
        case restart
        case none
    }

    /// The process with the call ends, with all that was in it.
    mutating func die(
        _ death: Death,
        _ rule: Rule.ID?,
        _ afterlife: Afterlife = .restart,
        at now: MonotonicInstant
    ) {
        guard self.process.life.isAlive else { return }
        self.process = ProcessRecord(
            life: .dead(rule),
            isForceStopped: self.process.isForceStopped
        )
        self.emit(.processDied(death), rule)
        var isCrash = false
        if case .crash = death { isCrash = true }
        for index in self.services.records.indices
        where !self.services.records[index].declaration.isInOtherProcess {
            guard let running = self.services.records[index].running else { continue }
            self.services.records[index].running = nil
            if let foreground = running.foreground {
                self.services.pauseBudgets(after: foreground.types, at: now)
            }
            if afterlife == .restart {
                self.planRestart(index, running, isCrash: isCrash, at: now)
            }
        }
        self.removeCarriedNotifications()
        self.forgetProcess()
    }

    /// The process in which this service runs ends for its sake.
    mutating func endProcess(
        of index: Int,
        _ death: Death,
        _ rule: Rule.ID,
        at now: MonotonicInstant
    ) {
        guard self.services.records[index].declaration.isInOtherProcess else {
            self.die(death, rule, at: now)
            return
        }
        self.emit(.otherProcessDied(death), rule)
        for other in self.services.records.indices
        where self.services.records[other].declaration.isInOtherProcess {
            let foreground = self.services.records[other].running?.foreground
            self.services.records[other].running = nil
            if let foreground { self.services.pauseBudgets(after: foreground.types, at: now) }
        }
        self.removeCarriedNotifications()
    }

    /// What the process held, the system takes back.
    private mutating func forgetProcess() {
        self.screen.activity = .absent
        self.screen.isVisible = false
        self.screen.entersPictureInPicture = false
        self.screen.leftAt = nil
        self.rights.invisibleUntil = nil
        self.rights.activityUntil = nil
        self.rights.intentUntil = nil
        self.microphone.stop()
        self.camera.state = .closed
        self.power.isWakeLockHeld = false
        self.audio = Audio()
        self.endProjection(nil)
        while self.telecom.callCount > 0 { self.endTelecomCall("A-TEL-10") }
    }

    // MARK: Restart

    private mutating func planRestart(
        _ index: Int,
        _ running: ServiceRecord.Running,
        isCrash: Bool,
        at now: MonotonicInstant
    ) {
        var recovery = self.services.records[index].recovery
        // A short service is never restarted.
        guard running.isStarted, running.returnMode != .notSticky,
            running.foreground?.types != .shortService,
            running.returnMode == .sticky || recovery.deliveryCount < Self.deliveryCountMax
        else { return }
        if isCrash { recovery.crashCount += 1 }
        if recovery.crashCount >= 2 {
            recovery.delay = self.limits.stickyCrash * (recovery.crashCount - 1)
        } else if let restartedAt = recovery.restartedAt,
            restartedAt.advanced(by: self.limits.stickyReset) >= now
        {
            recovery.delay *= 4
        } else {
            recovery.delay = self.limits.stickyRestart
        }
        recovery.hasIntent = running.returnMode == .redeliver
        let keepsForeground = self.configuration.options.contains(.restartKeepsForeground)
        recovery.kept =
            keepsForeground && self.configuration.api >= 31 && running.foreground != nil
            ? running : nil
        recovery.at = self.spaced(now.advanced(by: recovery.delay), except: index)
        self.services.records[index].recovery = recovery
        self.services.records[index].recovery.kept?.returnMode = running.returnMode
    }

    /// No two services are restarted close to each other.
    private func spaced(_ wanted: MonotonicInstant, except index: Int) -> MonotonicInstant {
        var instant = wanted
        let others = self.services.records.indices.filter { $0 != index }
            .compactMap { self.services.records[$0].recovery.at }.sorted()
        for other in others {
            let isClose =
                other < instant.advanced(by: self.limits.stickySpacing)
                && instant < other.advanced(by: self.limits.stickySpacing)
            if isClose { instant = other.advanced(by: self.limits.stickySpacing) }
        }
        return instant
    }

    mutating func restart(_ index: Int, at now: MonotonicInstant) {
        let recovery = self.services.records[index].recovery
        self.services.records[index].recovery.at = nil
        self.services.records[index].recovery.restartedAt = now
        if recovery.hasIntent { self.services.records[index].recovery.deliveryCount += 1 }
        self.services.records[index].recovery.kept = nil
        self.startProcess()
        let name = self.services.records[index].declaration.name
        var running = ServiceRecord.Running(
            isStarted: true,
            createdAt: now,
            mayPromote: self.mayStartForeground,
            isGranted: self.isInUse,
            isFromBoot: false
        )
        if let kept = recovery.kept {
            running = kept
            running.createdAt = now
        }
        self.services.records[index].running = running
        if let foreground = running.foreground {
            self.emit(.promoted(name, foreground.types), "A-TASK-05")
            self.carry(foreground.notification, types: foreground.types, isNew: false, at: now)
        }
        self.emit(.startCommand(name, hasIntent: recovery.hasIntent), "A-TASK-04")
    }

    // MARK: The user, the device

    mutating func removeTask(at now: MonotonicInstant) {
        if self.screen.activity == .floating {
            self.emit(.pictureInPictureChanged(isActive: false))
        }
        self.screen.activity = .absent
        self.screen.leftAt = nil
        self.process.previous = .no
        guard self.process.life.isAlive else { return }
        for index in self.services.records.indices {
            let record = self.services.records[index]
            guard let running = record.running, running.isStarted else { continue }
            if record.declaration.stopsWithTask {
                self.destroy(index, "A-TASK-01", at: now)
            } else if self.process.life == .running {
                self.emit(.taskRemoved(record.declaration.name), "A-TASK-02")
            }
        }
        if !self.services.hasForegroundInMain, !self.telecom.isDelegated {
            self.process.removalAt = now.advanced(by: self.limits.taskRemovalWait)
        }
    }

    /// Only apps with a foreground service are in the list.
    mutating func stopFromTaskList(at now: MonotonicInstant) {
        let isListed = self.services.hasForegroundInMain || self.services.hasForegroundInOther
        guard self.configuration.api >= 33, isListed else { return }
        self.die(.userRequested, "A-TASK-06", .none, at: now)
        self.forgetServices()
    }

    mutating func forceStop(at now: MonotonicInstant) {
        self.die(.userRequested, "A-TASK-07", .none, at: now)
        self.forgetServices()
        self.removeAllNotifications()
        self.rights = StartRights()
        self.process.isForceStopped = true
    }

    mutating func reboot(at now: MonotonicInstant) {
        self.die(.reboot, nil, .none, at: now)
        self.forgetServices()
        self.removeAllNotifications()
        self.rights = StartRights()
        self.process.life = .dead(nil)
        self.screen = Screen()
        self.screen.isLocked = true
        self.power.restarted()
        self.microphone.other = nil
        self.microphone.isInCellularCall = false
    }

    /// What ran in other processes ends too, and nothing comes back.
    private mutating func forgetServices() {
        for index in self.services.records.indices {
            self.services.records[index].running = nil
            self.services.records[index].recovery = ServiceRecord.Recovery()
        }
        self.removeCarriedNotifications()
    }

    private mutating func removeAllNotifications() {
        for posted in self.notifications.posted where posted.isShown {
            self.emit(.notificationHidden(posted.notification.id))
        }
        self.notifications.posted = []
    }

    /// The system needs memory.
    mutating func reclaim(_ pressure: MemoryPressure, at now: MonotonicInstant) {
        let isDoomed: Bool
        switch pressure {
        case .moderate: isDoomed = self.process.state >= .cached
        case .high: isDoomed = self.process.state >= .lastActivity
        case .critical: isDoomed = self.process.state > .top
        }
        if isDoomed { self.die(.lowMemory, "A-KILL-01", at: now) }
    }
}
