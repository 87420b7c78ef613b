import HoldfastRules
import HoldfastWire

/// The end of the session, of the process, and windows.
extension LinuxDesktop {
    mutating func requestLogout(
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.session == .running else { return }
        if self.held.portal.contains(.logout) {
            outcomes.append(Outcome(.prevented(.logout), "L-XDP-01"))
        } else if self.held.isWatchingSession {
            self.session = .askingToEnd
            outcomes.append(Outcome(.askedToEnd, "L-XDP-02"))
            self.deadlines[.queryEnd] = now.advanced(by: self.configuration.queryEndResponse)
        } else {
            self.endSession(at: now, &outcomes)
        }
    }

    /// The app has agreed, or its time for it has passed.
    mutating func endQuery(at now: MonotonicInstant, _ outcomes: inout [Outcome<Effect>]) {
        self.deadlines[.queryEnd] = nil
        outcomes.append(Outcome(.sessionEnding, "L-XDP-02"))
        self.endSession(at: now, &outcomes)
    }

    private mutating func endSession(
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        self.session = .closed
        self.notifications = [:]
        self.held.windowCount = 0
        self.isAskingUser = false
        self.stopLookingForWindows()
        outcomes.append(Outcome(.sessionEnded))
        if case .dead = self.process { return }
        let configuration = self.configuration
        switch (configuration.residence, configuration.doesLogoutKill, configuration.doesUserLinger)
        {
        case (.session, true, _): self.die("L-SES-01", at: now, &outcomes)
        case (.session, false, _): outcomes.append(Outcome(.processKept, "L-SES-01"))
        case (.userService, _, true): outcomes.append(Outcome(.processKept, "L-SES-02"))
        case (.userService, _, false):
            self.deadlines[.userStop] = now.advanced(by: configuration.userStop)
        }
    }

    /// The process is gone, and with it everything that it held. Its notifications stay: they are the
    /// server's.
    mutating func die(
        _ rule: Rule.ID?,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        if case .dead = self.process { return }
        self.process = .dead(rule)
        self.held = Holdings()
        self.held.windowCount = 0
        self.isAskingUser = false
        self.deadlines[.userStop] = nil
        self.deadlines[.kill] = nil
        self.stopLookingForWindows()
        outcomes.append(Outcome(.processDied, rule))
        self.endDelayUnlessHeld(at: now, &outcomes)
        // Who was asked is gone.
        if self.session == .askingToEnd { self.endQuery(at: now, &outcomes) }
    }

    mutating func openWindow() {
        if case .dead = self.process { return }
        self.held.windowCount += 1
        self.stopLookingForWindows()
    }

    mutating func closeWindow(at now: MonotonicInstant) {
        guard self.held.windowCount > 0 else { return }
        self.held.windowCount -= 1
        guard self.held.windowCount == 0, self.background != nil else { return }
        self.deadlines[.firstBackgroundCheck] = now.advanced(by: self.configuration.backgroundCheck)
    }

    private mutating func stopLookingForWindows() {
        self.deadlines[.firstBackgroundCheck] = nil
        self.deadlines[.secondBackgroundCheck] = nil
    }

    /// The app was found without a window twice.
    mutating func checkBackground(
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        switch self.background {
        case .forbidden: self.die("L-XDP-03", at: now, &outcomes)
        case .undecided: self.askUser(&outcomes)
        // It may.
        case .allowed, nil: break
        }
    }

    mutating func requestBackground(_ outcomes: inout [Outcome<Effect>]) {
        switch self.background {
        case .undecided: self.askUser(&outcomes)
        case .forbidden:
            outcomes.append(Outcome(.backgroundAnswered(isAllowed: false), "L-XDP-03"))
        case .allowed, nil:
            outcomes.append(Outcome(.backgroundAnswered(isAllowed: true), "L-XDP-03"))
        }
    }

    private mutating func askUser(_ outcomes: inout [Outcome<Effect>]) {
        guard !self.isAskingUser else { return }
        self.isAskingUser = true
        outcomes.append(Outcome(.askedUser, "L-XDP-03"))
    }

    mutating func answerBackground(
        isAllowed: Bool,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.isAskingUser else { return }
        self.isAskingUser = false
        self.background = isAllowed ? .allowed : .forbidden
        outcomes.append(Outcome(.backgroundAnswered(isAllowed: isAllowed), "L-XDP-03"))
        if !isAllowed, self.held.windowCount == 0 { self.die("L-XDP-03", at: now, &outcomes) }
    }
}
