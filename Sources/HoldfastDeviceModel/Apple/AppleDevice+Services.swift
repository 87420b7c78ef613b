import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// The app's connection.
    enum Socket: Hashable, Sendable {
        case none
        case open
        /// Dead since a suspension, by this rule.
        case reclaimed(Rule.ID)
    }

    /// BGTaskScheduler. Of its kinds only the refresh is there.
    struct ScheduledTasks: Hashable, Sendable {
        struct Running: Hashable, Sendable {
            var id: ScheduledTaskID
            var until: MonotonicInstant
            var stage: Stage
        }

        enum Stage: Hashable, Sendable {
            case working
            /// It has a handler for its expiry.
            case handled
            /// The handler was called.
            case expiring
        }

        var handlers: Set<ScheduledTaskID> = []
        /// The system's, and outlives the process.
        var submitted: Set<ScheduledTaskID> = []
        /// Those for which the app is being launched.
        var waiting: [ScheduledTaskID] = []
        var running: [Running] = []

        var deadline: MonotonicInstant? { self.running.lazy.map(\.until).min() }

        mutating func endProcess() {
            self.handlers.removeAll()
            self.waiting.removeAll()
            self.running.removeAll()
        }
    }

    package var networkAccess: CallConditions.Access {
        switch self.socket {
        case .none: .unused
        case .open: .open
        case .reclaimed(let rule): .closed(rule)
        }
    }

    mutating func apply(_ request: ServiceRequest, at now: MonotonicInstant) {
        switch request {
        case .registerTask(let task): self.registerScheduled(task)
        case .submitTask(let task):
            let info = self.configuration.info
            guard info.backgroundModes.contains(.fetch), info.scheduledTasks.contains(task) else {
                self.tell(.error(.notPermitted), "I-BGT-03")
                return
            }
            self.scheduled.submitted.insert(task)
        case .handleExpiration(let task):
            guard let index = self.scheduled.running.firstIndex(where: { $0.id == task }),
                self.scheduled.running[index].stage == .working
            else { return }
            self.scheduled.running[index].stage = .handled
        case .completeTask(let task): self.scheduled.running.removeAll { $0.id == task }
        case .openSocket(let network): self.openSocket(to: network)
        case .closeSocket: self.socket = .none
        case .startLiveActivity:
            guard self.traits.contains(.liveActivities), self.stage == .foreground else {
                self.tell(.error(.liveActivityUnavailable), "I-LA-01")
                return
            }
            self.liveActivityEnd = now.advanced(by: self.limits.liveActivity)
        case .endLiveActivity: self.liveActivityEnd = nil
        }
    }

    private mutating func openSocket(to network: Network) {
        switch network {
        case .internet: self.socket = .open
        case .local:
            switch self.permissions[.localNetwork] ?? .undetermined {
            case .granted: self.socket = .open
            case .denied: self.tell(.error(.localNetworkDenied), "I-NET-02")
            case .undetermined:
                if self.stage == .foreground,
                    self.configuration.info.usageDescriptions.contains(.localNetwork)
                {
                    self.tell(.permissionAsked(.localNetwork))
                } else {
                    self.tell(.error(.localNetworkDenied), "I-NET-02")
                }
            }
        }
    }

    /// I-NET-01. A strict device takes them at each suspension, a stock one while it is locked.
    mutating func reclaimSockets() {
        guard case .suspended = self.stage, self.socket == .open,
            self.screen.isLocked || self.configuration.profile == .strict
        else { return }
        self.socket = .reclaimed("I-NET-01")
        self.tell(.socketsReclaimed, "I-NET-01")
    }

    private mutating func registerScheduled(_ task: ScheduledTaskID) {
        guard case .launching = self.stage,
            self.configuration.info.scheduledTasks.contains(task)
        else {
            self.tell(.scheduledTaskRefused(task), "I-BGT-01")
            return
        }
        if !self.scheduled.handlers.insert(task).inserted { self.kill(.crash, "I-BGT-02") }
    }

    mutating func takeScheduledTask(_ task: ScheduledTaskID, at now: MonotonicInstant) {
        // Of a swiped-away app nobody says that its tasks are run.
        if self.isDead, self.screen.isSwipedAway { return }
        guard self.scheduled.submitted.remove(task) != nil, self.wake(at: now) else { return }
        if case .launching = self.stage {
            self.scheduled.waiting.append(task)
        } else {
            self.startScheduled(task, at: now)
        }
    }

    mutating func startScheduled(_ task: ScheduledTaskID, at now: MonotonicInstant) {
        guard self.scheduled.handlers.contains(task) else {
            self.kill(.crash, "I-BGT-01")
            return
        }
        self.tell(.scheduledTaskStarted(task), "I-MODE-04")
        self.scheduled.running.append(
            ScheduledTasks.Running(
                id: task,
                until: now.advanced(by: self.limits.fetch),
                stage: .working
            )
        )
    }

    mutating func expireScheduled(at now: MonotonicInstant) {
        while let index = self.scheduled.running.firstIndex(where: { $0.until <= now }) {
            let task = self.scheduled.running[index]
            switch task.stage {
            case .working:
                self.scheduled.running.remove(at: index)
                self.tell(.scheduledTaskFailed(task.id), "I-BGT-04")
            case .handled:
                self.scheduled.running[index].stage = .expiring
                self.scheduled.running[index].until = now.advanced(
                    by: self.limits.expirationHandler
                )
                self.tell(.scheduledTaskExpired(task.id), "I-BGT-04")
            case .expiring: self.kill(.code(.slowTask), "I-BG-12")
            }
        }
    }
}
