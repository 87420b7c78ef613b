import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// Whether the app's packets pass.
    struct Network: Sendable {
        /// The system's cut for apps in the background.
        enum Cut: Hashable, Sendable {
            case no
            /// `isSoon`: by the limit for an app that was just left.
            case pending(MonotonicInstant, isSoon: Bool)
            case yes
        }

        var cut = Cut.no
        var isDataSaverOn = false
        var isMetered = false
        var isBatterySaverOn = false
        var isStandby = false
        var isLowPowerStandby = false
        /// As it was told last.
        var blockedBy: Rule.ID?

        var nextDeadline: MonotonicInstant? {
            switch self.cut {
            case .pending(let deadline, _): deadline
            case .no, .yes: nil
            }
        }

        mutating func elapse(at now: MonotonicInstant) {
            if self.nextDeadline.isDue(at: now) { self.cut = .yes }
        }
    }

    var networkAccess: CallConditions.Access {
        guard self.process.life.isAlive else { return .unused }
        return self.network.blockedBy.map { .closed($0) } ?? .open
    }

    mutating func settleNetwork(at now: MonotonicInstant) {
        self.settleCut(at: now)
        let rule = self.process.life.isAlive ? self.blockingRule : nil
        guard rule != self.network.blockedBy else { return }
        let before = self.network.blockedBy
        self.network.blockedBy = rule
        if let rule {
            if before == nil { self.emit(.networkBlocked, rule) }
        } else if self.process.life.isAlive {
            self.emit(.networkUnblocked, before)
        }
    }

    private mutating func settleCut(at now: MonotonicInstant) {
        let state = self.process.appState
        guard let soon = self.limits.networkCutSoon, let other = self.limits.networkCutOther,
            self.process.life.isAlive, state >= .topSleeping,
            self.power.battery != .unrestricted
        else {
            self.network.cut = .no
            return
        }
        let isSoon = state <= .lastActivity
        switch self.network.cut {
        case .no:
            self.network.cut = .pending(now.advanced(by: isSoon ? soon : other), isSoon: isSoon)
        case .pending(let deadline, isSoon: true) where !isSoon:
            // It is no longer the app that was just left.
            self.network.cut = .pending(min(deadline, now.advanced(by: other)), isSoon: false)
        case .pending, .yes: break
        }
    }

    private var blockingRule: Rule.ID? {
        let state = self.process.appState
        if self.network.isLowPowerStandby, state > .top { return "A-NET-05" }
        // What has a foreground service, or is bound by one that counts as such, is exempt.
        if state <= .boundForegroundService { return nil }
        if self.network.cut == .yes { return "A-NET-01" }
        if self.network.isDataSaverOn, self.network.isMetered { return "A-NET-03" }
        if self.power.battery == .unrestricted { return nil }
        let isSaving =
            self.power.doze != .none || self.network.isStandby || self.network.isBatterySaverOn
        return isSaving ? "A-NET-02" : nil
    }
}
