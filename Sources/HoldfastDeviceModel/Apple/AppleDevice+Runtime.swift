import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// How long the app runs off the screen without a reason, and what it must not hold then.
    struct Runtime: Hashable, Sendable {
        /// Until then it runs at least. Of no meaning outside the background.
        var graceEnd: MonotonicInstant = .zero
        var held: Set<SharedResource> = []
        /// When the app that holds a database of the system's is killed (I-LC-05).
        var databaseDeadline: MonotonicInstant?

        mutating func enter(at now: MonotonicInstant, _ limits: Limits) {
            self.graceEnd = now.advanced(by: limits.enterBackground)
            self.databaseDeadline = self.held.contains(.systemDatabase) ? self.graceEnd : nil
        }

        mutating func leaveBackground() { self.databaseDeadline = nil }
    }

    /// Whether the main thread is blocked, and whether a watchdog looks at it.
    struct MainThread: Sendable {
        enum State: Hashable, Sendable {
            case free
            case blocked
            /// Something waits for it until then, by this rule.
            case watched(until: MonotonicInstant, Rule.ID)
        }

        private(set) var state = State.free
        /// The last time that the scene changed, and how long the watchdog would wait.
        private var change: (at: MonotonicInstant, within: Duration, rule: Rule.ID)?

        var deadline: MonotonicInstant? {
            switch self.state {
            case .watched(let until, _): until
            case .free, .blocked: nil
            }
        }

        mutating func changeScene(at now: MonotonicInstant, within: Duration, _ rule: Rule.ID) {
            self.change = (now, within, rule)
            guard self.state == .blocked else { return }
            self.state = .watched(until: now.advanced(by: within), rule)
        }

        /// Blocked at the instant of a change, it is the answer to that change that blocks it.
        mutating func block(at now: MonotonicInstant) {
            guard self.state == .free else { return }
            self.state = .blocked
            if let change, change.at == now {
                self.changeScene(at: now, within: change.within, change.rule)
            }
        }

        mutating func free() { self.state = .free }
    }

    /// The background tasks, which share one time.
    struct BackgroundTasks: Hashable, Sendable {
        enum Clock: Hashable, Sendable {
            case stopped
            case running(since: MonotonicInstant)
            /// The handlers were called; until then the tasks must be ended.
            case expiring(until: MonotonicInstant)
        }

        var held: Set<BackgroundTaskID> = []
        var clock = Clock.stopped
        /// Of the time of this stay in the background.
        var used: Duration = .zero

        func deadline(of limits: Limits) -> MonotonicInstant? {
            switch self.clock {
            case .stopped: nil
            case .running(let since): since.advanced(by: limits.backgroundTask - self.used)
            case .expiring(let until): until
            }
        }

        /// Back on the screen there is time anew.
        mutating func refill() {
            self.clock = .stopped
            self.used = .zero
        }

        mutating func exhaust(_ limits: Limits, at now: MonotonicInstant) {
            guard case .running = self.clock else { return }
            self.used = limits.backgroundTask
            self.clock = .running(since: now)
        }
    }

    /// I-BG-06: "about 1000".
    static let backgroundTaskCountMax = 1000

    mutating func apply(_ request: ProcessRequest, at now: MonotonicInstant) {
        switch request {
        case .finishLaunching: self.finishLaunching(at: now)
        case .finishTerminating: self.finishTerminating()
        case .blockMainThread: self.mainThread.block(at: now)
        case .freeMainThread: self.mainThread.free()
        case .beginBackgroundTask(let task): self.beginTask(task)
        case .endBackgroundTask(let task): self.endTask(task)
        case .hold(let resource):
            self.runtime.held.insert(resource)
            if resource == .systemDatabase, self.stage == .background,
                self.runtime.databaseDeadline == nil
            {
                self.runtime.databaseDeadline = now.advanced(by: self.limits.enterBackground)
            }
        case .release(let resource):
            self.runtime.held.remove(resource)
            if resource == .systemDatabase { self.runtime.databaseDeadline = nil }
        }
    }

    private mutating func beginTask(_ task: BackgroundTaskID) {
        // I-BG-05: "may be too late". The profile `strict` makes it so.
        if self.stage == .background, self.configuration.profile == .strict {
            self.tell(.backgroundTaskRefused(task), "I-BG-05")
            return
        }
        self.tasks.held.insert(task)
        if self.tasks.held.count > Self.backgroundTaskCountMax {
            self.kill(.code(.tooManyTasks), "I-BG-06")
        }
    }

    private mutating func endTask(_ task: BackgroundTaskID) {
        self.tasks.held.remove(task)
        if self.tasks.held.isEmpty, case .expiring = self.tasks.clock {
            self.tasks.clock = .stopped
        }
    }

    /// The time runs while tasks are what keeps the app running; on a strict device whenever they are
    /// held in the background.
    mutating func settleTasks(at now: MonotonicInstant) {
        let isRunning =
            self.stage == .background && !self.tasks.held.isEmpty
            && (self.configuration.profile == .strict || !self.isKeptByAudio)
        switch (self.tasks.clock, isRunning) {
        case (.stopped, true):
            self.tasks.clock = .running(since: now)
            if self.tasks.used >= self.limits.backgroundTask { self.expireTasks(at: now) }
        case (.running(let since), false):
            self.tasks.used += since.duration(to: now)
            self.tasks.clock = .stopped
        // It is as it should be, and handlers that were called must be answered in any case.
        case (.stopped, false), (.running, true), (.expiring, _): break
        }
    }

    mutating func expireTasks(at now: MonotonicInstant) {
        guard let deadline = self.tasks.deadline(of: self.limits), deadline <= now else { return }
        switch self.tasks.clock {
        case .stopped: break
        case .running:
            self.tasks.used = self.limits.backgroundTask
            self.tasks.clock = .expiring(until: now.advanced(by: self.limits.expirationHandler))
            for task in self.tasks.held.sorted(by: { $0.rawValue < $1.rawValue }) {
                self.tell(.expirationHandler(task), "I-BG-03")
            }
        case .expiring: self.kill(.code(.watchdog), "I-BG-04")
        }
    }

    mutating func expireMainThread(at now: MonotonicInstant) {
        guard case .watched(let until, let rule) = self.mainThread.state, until <= now else {
            return
        }
        self.kill(.code(.watchdog), rule)
    }

    mutating func expireDatabase(at now: MonotonicInstant) {
        guard let deadline = self.runtime.databaseDeadline, deadline <= now else { return }
        self.kill(.code(.heldLock), "I-LC-05")
    }

    /// When the app is suspended if nothing changes; nil: as long as a reason lasts.
    var suspensionDue: MonotonicInstant? {
        if self.isKeptByAudio || self.tasks.clock != .stopped || self.pushes.keepsRunning
            || !self.scheduled.running.isEmpty
            || self.configuration.options.contains(.callKeepsRunning) && !self.calls.calls.isEmpty
        {
            return nil
        }
        return self.runtime.graceEnd
    }

    /// I-AUD-01.
    var isKeptByAudio: Bool {
        self.configuration.info.backgroundModes.contains(.audio) && self.audio.isSounding
    }

    mutating func settleSuspension(at now: MonotonicInstant) {
        guard self.stage == .background, let due = self.suspensionDue, due <= now else { return }
        if self.runtime.held.contains(.fileLock) {
            self.kill(.code(.heldLock), "I-BG-08")
            return
        }
        self.stage = .suspended("I-BG-01")
        self.audio.suspend()
        self.camera.suspend()
        self.tell(.suspended, "I-BG-01")
        self.reclaimSockets()
    }

    /// The system wants the app to run: it resumes or launches it where needed. False: it can't.
    mutating func wake(at now: MonotonicInstant) -> Bool {
        switch self.stage {
        case .dead:
            self.launch(at: now)
            return !self.isDead
        case .suspended:
            self.resume(at: now)
            return true
        case .launching, .foreground, .background: return true
        case .terminating: return false
        }
    }

    mutating func resume(at now: MonotonicInstant) {
        guard case .suspended = self.stage else { return }
        self.stage = .background
        self.runtime.enter(at: now, self.limits)
        self.tell(.resumed)
        if self.audio.wasSuspended {
            self.audio.wasSuspended = false
            self.tell(.interruptionBegan(wasSuspended: true), "I-AUD-03")
        }
    }

    /// The app in the background is given a moment to act on what it was told.
    mutating func extendGrace(at now: MonotonicInstant) {
        let end = now.advanced(by: self.limits.enterBackground)
        if self.runtime.graceEnd < end { self.runtime.graceEnd = end }
    }
}
