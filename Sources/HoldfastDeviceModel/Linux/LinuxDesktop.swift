import HoldfastRules
package import HoldfastWire

/// A Linux desktop in invented time: logind, the user's session, the server of notifications, the
/// portals, and one app with a call.
///
/// What is due happens at its own time, before an event that comes later. While the machine sleeps
/// nothing is due.
package struct LinuxDesktop: Hashable, Sendable {
    enum Power: Hashable, Sendable {
        case awake
        /// Delay locks hold it back.
        case delaying(Ending)
        case asleep(since: MonotonicInstant)
        case off
    }

    enum Session: Hashable, Sendable {
        case running
        /// The portal waits for the app's answer.
        case askingToEnd
        case closed
    }

    enum Process: Hashable, Sendable {
        case running
        /// Asked to end by SIGTERM.
        case terminating
        case dead(Rule.ID?)
    }

    /// In the order in which they happen when they are due at once.
    enum Deadline: Int, Hashable, Sendable {
        case delayEnd, queryEnd, userStop, kill, firstBackgroundCheck, secondBackgroundCheck
    }

    /// What the process with the call has and does. Gone with it.
    struct Holdings: Hashable, Sendable {
        var inhibitors: [InhibitorID: Inhibitor] = [:]
        var portal: Set<PortalInhibition> = []
        var isWatchingSession = false
        var usesMicrophone = false
        var usesCamera = false
        var hasDeadConnections = false
        var windowCount = 1
    }

    let configuration: Configuration
    var power = Power.awake
    var session = Session.running
    var process = Process.running
    var held = Holdings()
    var notifications: [NotificationID: DesktopNotification] = [:]
    var background: Configuration.Background?
    /// The user is asked whether the app may run in the background.
    var isAskingUser = false
    var deadlines: [Deadline: MonotonicInstant] = [:]
    private var lastID = 0

    /// A desktop with the app on its screen.
    package init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.background = configuration.background
    }

    /// When ``Event/deadlineReached`` is due next.
    package var nextDeadline: MonotonicInstant? { self.nextDue?.at }

    private var nextDue: (deadline: Deadline, at: MonotonicInstant)? {
        if case .asleep = self.power { return nil }
        let next = self.deadlines.min { left, right in
            (left.value, left.key.rawValue) < (right.value, right.key.rawValue)
        }
        return next.map { ($0.key, $0.value) }
    }

    /// Something happens. Answers what the machine does, in order.
    package mutating func handle(
        _ event: Event,
        at now: MonotonicInstant
    ) -> [Outcome<Effect>] {
        var outcomes: [Outcome<Effect>] = []
        while let (deadline, due) = self.nextDue, due <= now {
            self.deadlines[deadline] = nil
            self.reach(deadline, at: due, &outcomes)
        }
        switch (self.power, event) {
        case (.asleep(let since), .wokeUp), (.asleep(let since), .lidOpened):
            self.wake(from: since, at: now, &outcomes)
        case (.off, .startedUp):
            self.power = .awake
            self.session = .running
        // Nobody is there to do anything else.
        case (.asleep, _), (.off, _): break
        case (.awake, .app(let call)), (.delaying, .app(let call)):
            self.take(call, at: now, &outcomes)
        case (.awake, _), (.delaying, _): self.take(event, at: now, &outcomes)
        }
        return outcomes
    }

    mutating func nextID() -> Int {
        self.lastID += 1
        return self.lastID
    }

    /// What the app with the call gets now.
    package var conditions: CallConditions {
        let closed: Rule.ID? = if case .asleep = self.power { "L-SLP-01" } else { nil }
        let access = closed.map { CallConditions.Access.closed($0) } ?? .open
        let process: CallConditions.Process =
            switch self.process {
            case .running, .terminating: closed.map { .stopped($0) } ?? .running
            case .dead(let rule): .dead(rule)
            }
        return CallConditions(
            process: process,
            microphone: self.held.usesMicrophone ? access : .unused,
            camera: self.held.usesCamera ? access : .unused,
            network: self.held.hasDeadConnections ? .closed("L-SLP-07") : access,
            notificationCount: self.notifications.count,
            isHolding: !self.held.inhibitors.isEmpty || !self.held.portal.isEmpty
        )
    }
}

extension LinuxDesktop {
    private mutating func reach(
        _ deadline: Deadline,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        switch deadline {
        case .delayEnd: self.endDelay("L-SLP-03", at: now, &outcomes)
        case .queryEnd: self.endQuery(at: now, &outcomes)
        case .userStop:
            self.process = .terminating
            outcomes.append(Outcome(.terminated, "L-SES-02"))
            self.deadlines[.kill] = now.advanced(by: self.configuration.stopSignal)
        case .kill: self.die("L-SES-03", at: now, &outcomes)
        case .firstBackgroundCheck:
            self.deadlines[.secondBackgroundCheck] = now.advanced(
                by: self.configuration.backgroundCheck
            )
        case .secondBackgroundCheck: self.checkBackground(at: now, &outcomes)
        }
    }

    private mutating func take(
        _ event: Event,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        switch event {
        case .sleepRequested(let cause): self.requestSleep(cause, at: now, &outcomes)
        case .shutdownRequested: self.requestShutdown(at: now, &outcomes)
        case .locked: outcomes.append(Outcome(.lockChanged(isLocked: true), "L-LCK-01"))
        case .unlocked: outcomes.append(Outcome(.lockChanged(isLocked: false), "L-LCK-01"))
        case .logoutRequested: self.requestLogout(at: now, &outcomes)
        case .loggedIn:
            guard self.session == .closed else { return }
            self.session = .running
            self.deadlines[.userStop] = nil
        case .windowOpened: self.openWindow()
        case .windowClosed: self.closeWindow(at: now)
        case .launched:
            guard case .dead = self.process, self.session == .running else { return }
            self.process = .running
            self.held = Holdings()
        case .crashed: self.die(nil, at: now, &outcomes)
        case .buttonTapped(let id): self.tapButton(of: id, &outcomes)
        case .notificationDismissed(let id): self.dismiss(id, &outcomes)
        case .notificationExpired(let id): self.expire(id, &outcomes)
        case .backgroundAnswered(let isAllowed):
            self.answerBackground(isAllowed: isAllowed, at: now, &outcomes)
        // A machine that runs neither wakes nor starts; a call comes by another way; what is due
        // has happened before any event.
        case .wokeUp, .lidOpened, .startedUp, .deadlineReached, .app: break
        }
    }

    private mutating func take(
        _ call: AppCall,
        at now: MonotonicInstant,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        if case .dead = self.process { return }
        switch call {
        case .inhibit(let inhibitor): self.inhibit(inhibitor, &outcomes)
        case .release(let id):
            self.held.inhibitors[id] = nil
            self.endDelayUnlessHeld(at: now, &outcomes)
        case .inhibitByPortal(let what): self.held.portal = what
        case .watchSession: self.held.isWatchingSession = true
        case .answerQueryEnd:
            if self.session == .askingToEnd { self.endQuery(at: now, &outcomes) }
        case .notify(let notification, let replaced):
            self.show(notification, replacing: replaced, &outcomes)
        case .closeNotification(let id): self.close(id, .asked, "L-DBUS-04", &outcomes)
        case .requestBackground: self.requestBackground(&outcomes)
        case .useMicrophone(let isUsed): self.held.usesMicrophone = isUsed
        case .useCamera(let isUsed): self.held.usesCamera = isUsed
        case .connect: self.held.hasDeadConnections = false
        case .exit: self.die(nil, at: now, &outcomes)
        }
    }
}
