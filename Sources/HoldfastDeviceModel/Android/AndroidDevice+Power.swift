import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The processor, wake locks and Doze.
    struct Power: Sendable {
        enum Doze: Hashable, Sendable { case none, light, deep }

        /// Whether the processor runs.
        enum Processor: Hashable, Sendable {
            case awake
            case dozingOff(MonotonicInstant)
            case asleep(Rule.ID)
        }

        var battery: Battery
        var isWakeLockHeld = false
        var doze = Doze.none
        var processor = Processor.awake
        private var isCharging = false
        private var lightDozeAt: MonotonicInstant?
        private var deepDozeAt: MonotonicInstant?

        init(battery: Battery) { self.battery = battery }

        var sleepRule: Rule.ID? {
            switch self.processor {
            case .asleep(let rule): rule
            case .awake, .dozingOff: nil
            }
        }

        var nextDeadline: MonotonicInstant? {
            let doze = earliest(self.lightDozeAt, self.deepDozeAt)
            switch self.processor {
            case .dozingOff(let deadline): return earliest(doze, deadline)
            case .awake, .asleep: return doze
            }
        }

        mutating func elapseDoze(at now: MonotonicInstant) {
            if self.lightDozeAt.isDue(at: now) {
                self.lightDozeAt = nil
                self.doze = .light
            }
            if self.deepDozeAt.isDue(at: now) {
                self.deepDozeAt = nil
                self.lightDozeAt = nil
                self.doze = .deep
            }
        }

        mutating func screenTurned(isOn: Bool, at now: MonotonicInstant, _ limits: Limits) {
            self.stopDoze()
            if !isOn, !self.isCharging { self.startDoze(at: now, limits) }
        }

        /// Light Doze goes on; deep Doze waits for a device that lies still again.
        mutating func moved(at now: MonotonicInstant, _ limits: Limits) {
            guard self.lightDozeAt != nil || self.deepDozeAt != nil || self.doze != .none else {
                return
            }
            if self.doze == .deep { self.doze = .light }
            self.deepDozeAt = now.advanced(by: limits.deepDoze)
        }

        mutating func setCharging(
            _ isCharging: Bool,
            isScreenOn: Bool,
            at now: MonotonicInstant,
            _ limits: Limits
        ) {
            guard isCharging != self.isCharging else { return }
            self.isCharging = isCharging
            self.stopDoze()
            if !isCharging, !isScreenOn { self.startDoze(at: now, limits) }
        }

        mutating func restarted() {
            self.isWakeLockHeld = false
            self.processor = .awake
            self.stopDoze()
        }

        private mutating func startDoze(at now: MonotonicInstant, _ limits: Limits) {
            self.lightDozeAt = now.advanced(by: limits.lightDoze)
            self.deepDozeAt = now.advanced(by: limits.deepDoze)
        }

        private mutating func stopDoze() {
            self.doze = .none
            self.lightDozeAt = nil
            self.deepDozeAt = nil
        }
    }

    mutating func elapsePower(at now: MonotonicInstant) {
        self.power.elapseDoze(at: now)
        if case .dozingOff(let deadline) = self.power.processor, deadline <= now {
            self.power.processor = .asleep("A-CPU-01")
            self.emit(.processorSlept, "A-CPU-01")
        }
    }

    mutating func acquireWakeLock() {
        guard self.configuration.manifest.permissions.contains("WAKE_LOCK") else {
            self.emit(.threw(.security), "A-CPU-01")
            return
        }
        self.power.isWakeLockHeld = true
    }

    /// Why the wake lock of the app counts for nothing.
    private var wakeLockRefusal: Rule.ID? {
        let state = self.process.appState
        if self.network.isLowPowerStandby, state > .top { return "A-NET-05" }
        let isUnimportant = state > .receiver && self.process.isIdle
        let isDozing =
            self.power.doze == .deep && state > .boundForegroundService
            && self.power.battery != .unrestricted
        return isUnimportant || isDozing ? "A-CPU-02" : nil
    }

    mutating func settleProcessor(at now: MonotonicInstant) {
        let refusal = self.power.isWakeLockHeld ? self.wakeLockRefusal : nil
        let isHeard = self.configuration.options.contains(.audioKeepsAwake) && self.hasSound
        let isKeptAwake =
            self.screen.isOn || isHeard || self.process.receiverUntil != nil
            || self.power.isWakeLockHeld && refusal == nil
        switch self.power.processor {
        case .awake:
            // A frozen or dead process has nothing to lose by it.
            guard !isKeptAwake, self.process.life == .running else { return }
            if let refusal {
                self.power.processor = .asleep(refusal)
                self.emit(.processorSlept, refusal)
            } else {
                self.power.processor = .dozingOff(now.advanced(by: self.limits.processorSleep))
            }
        case .dozingOff:
            if isKeptAwake || self.process.life != .running { self.power.processor = .awake }
        case .asleep:
            guard isKeptAwake || self.process.life != .running else { return }
            self.power.processor = .awake
            if self.process.life.isAlive { self.emit(.processorWoke) }
        }
    }

    private var hasSound: Bool { self.microphone.state != .closed || self.audio.isPlaying }
}
