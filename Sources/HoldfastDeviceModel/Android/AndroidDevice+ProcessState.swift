import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// How important the system takes a process to be; the smaller the more.
    enum ProcessState: UInt8, Comparable, Sendable {
        case top = 2
        case foregroundService = 4
        case boundForegroundService = 5
        case service = 10
        case receiver = 11
        /// On top of a screen that is off or locked.
        case topSleeping = 12
        /// The app that was left last.
        case lastActivity = 15
        case cached = 16

        static func < (left: ProcessState, right: ProcessState) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The process with the call in it.
    struct ProcessRecord: Sendable {
        enum Life: Hashable, Sendable {
            case dead(Rule.ID?)
            case running
            /// It exists, and none of its code runs.
            case frozen

            var isAlive: Bool {
                switch self {
                case .dead: false
                case .running, .frozen: true
                }
            }
        }

        /// Whether it is the app that was left last.
        enum Previous: Hashable, Sendable {
            case no
            /// Nil: until another takes its place.
            case since(MonotonicInstant, until: MonotonicInstant?)
        }

        var life = Life.dead(nil)
        /// Stopped in the settings: nothing reaches it until the user opens it.
        var isForceStopped = false
        /// Of the process with the call.
        var state = ProcessState.cached
        /// Of the app: the best of its processes.
        var appState = ProcessState.cached
        var previous = Previous.no
        /// For how long a broadcast runs in it.
        var receiverUntil: MonotonicInstant?
        /// Whether the app counts as unused.
        var isIdle = true
        var idleAt: MonotonicInstant?
        var freezesAt: MonotonicInstant?
        /// Cached and idle, of an app that the user has restricted.
        var restrictedKillAt: MonotonicInstant?
        /// The task was removed: the process ends if it has no foreground service then.
        var removalAt: MonotonicInstant?

        var nextDeadline: MonotonicInstant? {
            var deadline = earliest(self.receiverUntil, self.idleAt)
            if case .since(_, until: let end) = self.previous { deadline = earliest(deadline, end) }
            return earliest(
                earliest(deadline, self.freezesAt),
                earliest(self.restrictedKillAt, self.removalAt)
            )
        }
    }

    /// Whether the battery restriction holds the app back now: `restricted`, and nothing of it is seen.
    var isRestrictedInBackground: Bool {
        self.power.battery == .restricted && self.process.appState > .boundForegroundService
    }

    mutating func startProcess() {
        guard !self.process.life.isAlive else { return }
        self.process.life = .running
        self.process.removalAt = nil
        self.emit(.processStarted)
    }

    mutating func elapseProcess(at now: MonotonicInstant) {
        if self.process.receiverUntil.isDue(at: now) { self.process.receiverUntil = nil }
        if case .since(_, until: let end) = self.process.previous, end.isDue(at: now) {
            self.process.previous = .no
        }
        if self.process.idleAt.isDue(at: now) {
            self.process.idleAt = nil
            self.process.isIdle = true
            self.emit(.becameIdle, "A-BG-10")
            self.stopBackgroundServices(at: now)
        }
        if self.process.freezesAt.isDue(at: now) {
            self.process.freezesAt = nil
            self.process.life = .frozen
            self.emit(.frozen, "A-CPU-03")
            if self.configuration.api >= 34 { self.emit(.socketsDestroyed, "A-NET-04") }
        }
        if self.process.removalAt.isDue(at: now) {
            self.process.removalAt = nil
            if !self.services.hasForegroundInMain, !self.telecom.isDelegated {
                self.die(.userRequested, "A-TASK-03", at: now)
            }
        }
        if self.process.restrictedKillAt.isDue(at: now) {
            self.process.restrictedKillAt = nil
            self.die(.restricted, "A-KILL-02", at: now)
        }
    }

    /// The state of the process with the call, before a service in another process counts.
    private var mainState: ProcessState {
        if self.screen.isVisible { return .top }
        if self.services.hasForegroundInMain || self.telecom.isDelegated {
            return .foregroundService
        }
        if self.telecom.isBound { return .boundForegroundService }
        if self.services.areAnyRunningInMain { return .service }
        if self.process.receiverUntil != nil { return .receiver }
        switch self.screen.activity {
        case .front, .floating: return .topSleeping
        case .behind where self.process.previous != .no: return .lastActivity
        case .behind, .absent: return .cached
        }
    }

    mutating func settleProcess(at now: MonotonicInstant) {
        guard self.process.life.isAlive else {
            self.process.state = .cached
            self.process.appState =
                self.services.hasForegroundInOther ? .foregroundService : .cached
            self.capability.close()
            self.settleIdle(at: now)
            self.process.freezesAt = nil
            self.process.restrictedKillAt = nil
            return
        }
        let before = self.process.appState
        let state = self.mainState
        self.process.state = state
        self.process.appState =
            self.services.hasForegroundInOther ? min(state, .foregroundService) : state
        self.capability.settle(
            self.capabilities,
            isImmediate: self.configuration.options.contains(.capabilityLossIsImmediate)
                && before == .top && self.process.appState == .foregroundService,
            at: now,
            self.limits
        )
        self.settleIdle(at: now)
        self.settleFreezer(at: now)
        self.settleRestrictedKill(at: now)
    }

    /// An app that is neither seen nor has a foreground service is unused after a while, unless it is
    /// exempt.
    private mutating func settleIdle(at now: MonotonicInstant) {
        if self.process.appState <= .boundForegroundService || self.power.battery == .unrestricted {
            self.process.isIdle = false
            self.process.idleAt = nil
        } else if !self.process.life.isAlive && !self.services.hasForegroundInOther {
            self.process.isIdle = true
            self.process.idleAt = nil
        } else if !self.process.isIdle, self.process.idleAt == nil {
            self.process.idleAt = now.advanced(by: self.limits.idle)
        }
    }

    private mutating func settleFreezer(at now: MonotonicInstant) {
        guard self.process.state == .cached, let debounce = self.limits.freezerDebounce else {
            self.process.freezesAt = nil
            if self.process.life == .frozen {
                self.process.life = .running
                self.emit(.thawed, "A-CPU-03")
            }
            return
        }
        if self.process.life == .running, self.process.freezesAt == nil {
            self.process.freezesAt = now.advanced(by: debounce)
        }
    }

    private mutating func settleRestrictedKill(at now: MonotonicInstant) {
        let isDoomed =
            (33...34).contains(self.configuration.api) && self.power.battery == .restricted
            && self.process.state == .cached && self.process.isIdle
        if !isDoomed {
            self.process.restrictedKillAt = nil
        } else if self.process.restrictedKillAt == nil {
            self.process.restrictedKillAt = now.advanced(by: self.limits.restrictedKill)
        }
    }

    // MARK: Capabilities

    /// Microphone and camera as the state of the app gives them. Before API 30 every app has them.
    struct Capabilities: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let microphone = Capabilities(rawValue: 1 << 0)
        static let camera = Capabilities(rawValue: 1 << 1)
        static let both: Capabilities = [.microphone, .camera]
    }

    /// What the app may use by its state, before it settles.
    private var capabilities: Capabilities {
        if self.configuration.api < 30 || self.screen.isVisible || self.telecom.isDelegated {
            return .both
        }
        return self.services.capabilities(target: self.configuration.target)
    }

    /// What was lost stays open for a while; what is gained is open at once (A-MIC-02, A-MIC-05). Only an
    /// app on top or with a foreground service has something to lose, so there is one such while.
    struct CapabilityGates: Sendable {
        /// What is open now.
        var open: Capabilities = []
        private var microphoneClosesAt: MonotonicInstant?
        private var cameraClosesAt: MonotonicInstant?

        var nextDeadline: MonotonicInstant? {
            earliest(self.microphoneClosesAt, self.cameraClosesAt)
        }

        /// The process is gone.
        mutating func close() {
            self.open = []
            self.microphoneClosesAt = nil
            self.cameraClosesAt = nil
        }

        mutating func elapse(at now: MonotonicInstant) {
            if self.microphoneClosesAt.isDue(at: now) {
                self.microphoneClosesAt = nil
                self.open.remove(.microphone)
            }
            if self.cameraClosesAt.isDue(at: now) {
                self.cameraClosesAt = nil
                self.open.remove(.camera)
            }
        }

        mutating func settle(
            _ capabilities: Capabilities,
            isImmediate: Bool,
            at now: MonotonicInstant,
            _ limits: Limits
        ) {
            let closing = isImmediate ? now : now.advanced(by: limits.capabilitySettle)
            if capabilities.contains(.microphone) {
                self.open.insert(.microphone)
                self.microphoneClosesAt = nil
            } else if self.open.contains(.microphone), self.microphoneClosesAt == nil {
                self.microphoneClosesAt = closing
            }
            if capabilities.contains(.camera) {
                self.open.insert(.camera)
                self.cameraClosesAt = nil
            } else if self.open.contains(.camera), self.cameraClosesAt == nil {
                self.cameraClosesAt = closing
            }
            if isImmediate { self.elapse(at: now) }
        }
    }
}
