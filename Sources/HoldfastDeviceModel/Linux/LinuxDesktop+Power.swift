import HoldfastRules
import HoldfastWire

/// Sleep, lid, shutdown, and the locks that hold them back.
extension LinuxDesktop {
    mutating func requestSleep(
        _ cause: SleepCause,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.power == .awake else { return }
        if let rule = self.prevention(of: cause) {
            outcomes.append(Outcome(.prevented(.sleep), rule))
        } else {
            self.announce(.sleep, at: now, &outcomes)
        }
    }

    mutating func requestShutdown(
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.power == .awake else { return }
        if self.isLocked(.shutdown, .block) {
            outcomes.append(Outcome(.prevented(.shutdown), "L-SLP-02"))
        } else {
            self.announce(.shutdown, at: now, &outcomes)
        }
    }

    mutating func inhibit(_ inhibitor: Inhibitor, _ outcomes: inout [Outcome<Effect>]) {
        guard self.configuration.grantedModes.contains(inhibitor.mode) else {
            outcomes.append(Outcome(.refusedInhibitor, "L-SLP-04"))
            return
        }
        let id = InhibitorID(self.nextID())
        self.held.inhibitors[id] = inhibitor
        outcomes.append(Outcome(.inhibited(id), "L-SLP-02"))
    }

    /// The last delay lock may be gone.
    mutating func endDelayUnlessHeld(
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard case .delaying(let ending) = self.power, !self.isDelayed(ending) else { return }
        self.endDelay("L-SLP-02", at: now, &outcomes)
    }

    /// It happens now.
    mutating func endDelay(
        _ rule: Rule.ID,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard case .delaying(let ending) = self.power else { return }
        self.deadlines[.delayEnd] = nil
        switch ending {
        case .sleep:
            self.power = .asleep(since: now)
            outcomes.append(Outcome(.slept, rule))
        case .shutdown:
            self.power = .off
            outcomes.append(Outcome(.shutDown, rule))
            self.session = .closed
            self.notifications = [:]
            self.die("L-SLP-01", at: now, &outcomes)
            self.deadlines = [:]
        // The end of a session is no matter of logind's delay locks.
        case .logout: break
        }
    }

    mutating func wake(
        from since: MonotonicInstant,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        self.power = .awake
        // The clock by which everything else waits stood still.
        self.deadlines = self.deadlines.mapValues { $0.advanced(by: since.duration(to: now)) }
        outcomes.append(Outcome(.woke, "L-SLP-01"))
        guard self.configuration.doesSleepLoseConnections else { return }
        if case .dead = self.process { return }
        self.held.hasDeadConnections = true
        outcomes.append(Outcome(.connectionsLost, "L-SLP-07"))
    }

    private mutating func announce(
        _ ending: Ending,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        self.power = .delaying(ending)
        outcomes.append(Outcome(.announced(ending), "L-SLP-01"))
        if self.isDelayed(ending) {
            self.deadlines[.delayEnd] = now.advanced(by: self.configuration.inhibitDelay)
        } else {
            self.endDelay("L-SLP-01", at: now, &outcomes)
        }
    }

    private func isDelayed(_ ending: Ending) -> Bool {
        switch ending {
        case .sleep: self.isLocked(.sleep, .delay)
        case .shutdown: self.isLocked(.shutdown, .delay)
        case .logout: false
        }
    }

    private func prevention(of cause: SleepCause) -> Rule.ID? {
        switch cause {
        case .menu:
            if self.isLocked(.sleep, .block) { return "L-SLP-02" }
            return self.held.portal.contains(.suspend) ? "L-XDP-01" : nil
        case .key:
            let isHeld = self.isLocked(.sleep, .block) || self.isLocked(.suspendKey, .block)
            return isHeld ? "L-SLP-05" : nil
        case .lid:
            let isHeld =
                self.configuration.isDocked || self.isLocked(.lidSwitch, .block)
                || !self.configuration.doesLidIgnoreLocks && self.isLocked(.sleep, .block)
            return isHeld ? "L-SLP-05" : nil
        case .idle:
            if !self.held.portal.isDisjoint(with: [.suspend, .idle]) { return "L-SLP-06" }
            return self.isLocked(.sleep, .block) ? "L-SLP-02" : nil
        }
    }

    private func isLocked(_ what: Inhibitor.What, _ mode: Inhibitor.Mode) -> Bool {
        self.held.inhibitors.values.contains { $0.mode == mode && $0.what.contains(what) }
    }
}
