package import HoldfastDeviceModel
package import HoldfastRules
package import HoldfastWire

/// What a history did to a call, seen from outside the app.
package struct Judge: Hashable, Sendable {
    /// What went wrong. In the order of severity.
    package enum Finding: Hashable, Sendable {
        /// The call is over although nobody ended it.
        case died(Rule.ID?)
        /// The process ended by a fault: an exception, a time-out, a watchdog.
        case crashed(Rule.ID?)
        /// Nothing was sent or received for ``Judge/patience`` or longer.
        case stoodStill(Rule.ID)
        /// The others heard nothing for ``Judge/patience`` or longer, and the user did not want that.
        case silent(Rule.ID)
        /// The others saw nothing for ``Judge/patience`` or longer, and the user did not want that.
        case unseen(Rule.ID)
        /// The notification of a call was there ``Judge/afterlife`` after the call's end.
        case notificationStayed
        /// A service, or another hold on the system, was there ``Judge/afterlife`` after the call's end.
        case serviceStayed
        /// The process was ended by no fault of the app's, and its successor returned to the call. No
        /// failure: nobody can do more.
        case returned(Rule.ID)
    }

    /// What the user and the server know of the call.
    package enum Call: Hashable, Sendable {
        /// None was joined yet.
        case none
        /// `isVideo`: the user wants to be seen.
        case lasts(isMuted: Bool, isVideo: Bool)
        /// It was ended by somebody who meant it.
        case over(since: MonotonicInstant)
    }

    /// Shorter troubles are not counted.
    package static let patience: Duration = .seconds(10)
    /// After so long the server gives up a connection that was lost without a word (HF-44).
    package static let detachWindow: Duration = .seconds(300)
    /// What a call may leave behind, and for how long (K2).
    package static let afterlife: Duration = .seconds(5)

    private var found: [Finding] = []
    /// Since when there is no process, and why.
    private var deadSince: (instant: MonotonicInstant, rule: Rule.ID)?
    private var stillSince: (instant: MonotonicInstant, rule: Rule.ID)?
    private var silentSince: (instant: MonotonicInstant, rule: Rule.ID)?
    private var unseenSince: (instant: MonotonicInstant, rule: Rule.ID)?

    package init() {}

    package static func == (left: Judge, right: Judge) -> Bool { left.found == right.found }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.found) }

    /// What was found, the first of each kind, the worst one first.
    package var findings: [Finding] { self.found.sorted { $0.severity < $1.severity } }

    /// Whether the call is over although nobody ended it.
    package var isDead: Bool {
        self.found.contains { if case .died = $0 { true } else { false } }
    }

    /// A process ended by a fault.
    package mutating func crashed(_ rule: Rule.ID?) { self.add(.crashed(rule)) }

    /// The app gave up the call, or cannot return to it.
    package mutating func died(_ rule: Rule.ID?) { self.add(.died(rule)) }

    /// Looks at a phone: after each event, and with time between them.
    package mutating func look(
        at conditions: CallConditions,
        _ call: Call,
        _ now: MonotonicInstant
    ) {
        guard case .lasts(let isMuted, let isVideo) = call, !self.isDead else {
            (self.stillSince, self.silentSince, self.unseenSince) = (nil, nil, nil)
            self.deadSince = nil
            if case .over(let since) = call, since.duration(to: now) >= Self.afterlife {
                if conditions.notificationCount > 0 { self.add(.notificationStayed) }
                if conditions.isHolding { self.add(.serviceStayed) }
            }
            return
        }
        let death: Rule.ID? =
            if case .dead(let rule) = conditions.process { rule ?? "–" } else { nil }
        if let (_, rule) = self.deadSince, death == nil { self.add(.returned(rule)) }
        Self.follow(&self.deadSince, death, now)
        if let (since, rule) = self.deadSince {
            (self.stillSince, self.silentSince, self.unseenSince) = (nil, nil, nil)
            if since.duration(to: now) >= Self.detachWindow { self.add(.died(rule)) }
            return
        }
        Self.follow(&self.stillSince, Self.standstill(conditions), now)
        Self.follow(&self.silentSince, isMuted ? nil : Self.closed(conditions.microphone), now)
        Self.follow(&self.unseenSince, isVideo ? Self.closed(conditions.camera) : nil, now)
        if let (since, rule) = self.stillSince {
            let length = since.duration(to: now)
            if length >= Self.patience { self.add(.stoodStill(rule)) }
            if length >= Self.detachWindow { self.add(.died(rule)) }
            // Whoever stands still is silent, too.
            return
        }
        if let (since, rule) = self.silentSince, since.duration(to: now) >= Self.patience {
            self.add(.silent(rule))
        }
        if let (since, rule) = self.unseenSince, since.duration(to: now) >= Self.patience {
            self.add(.unseen(rule))
        }
    }

    /// When looking again would find something.
    package func nextLook(_ call: Call) -> MonotonicInstant? {
        if case .over(let since) = call { return since.advanced(by: Self.afterlife) }
        return [
            self.deadSince?.instant.advanced(by: Self.detachWindow),
            self.stillSince?.instant.advanced(by: Self.patience),
            self.stillSince?.instant.advanced(by: Self.detachWindow),
            self.silentSince?.instant.advanced(by: Self.patience),
            self.unseenSince?.instant.advanced(by: Self.patience),
        ].compactMap { $0 }.min()
    }

    private mutating func add(_ finding: Finding) {
        guard !self.found.contains(where: { $0.severity == finding.severity }) else { return }
        self.found.append(finding)
    }

    private static func follow(
        _ spell: inout (instant: MonotonicInstant, rule: Rule.ID)?,
        _ rule: Rule.ID?,
        _ now: MonotonicInstant
    ) {
        guard let rule else { return spell = nil }
        if spell == nil { spell = (now, rule) }
    }

    /// Which rule keeps the app from sending and receiving.
    private static func standstill(_ conditions: CallConditions) -> Rule.ID? {
        switch conditions.process {
        case .running: self.closed(conditions.network)
        case .stopped(let rule): rule
        case .dead: nil
        }
    }

    private static func closed(_ access: CallConditions.Access) -> Rule.ID? {
        if case .closed(let rule) = access { rule } else { nil }
    }
}

extension Judge.Finding {
    /// Whether the app could have done better.
    package var isFailure: Bool { if case .returned = self { false } else { true } }

    /// The lower, the worse; one for each kind.
    fileprivate var severity: Int {
        switch self {
        case .died: 0
        case .crashed: 1
        case .stoodStill: 2
        case .silent: 3
        case .unseen: 4
        case .notificationStayed: 5
        case .serviceStayed: 6
        case .returned: 7
        }
    }

    /// In a table, in few words.
    package var summary: String {
        switch self {
        case .crashed(let rule): "crashes" + Self.suffix(rule)
        case .died(let rule): "dies" + Self.suffix(rule)
        case .stoodStill(let rule): "stands still" + Self.suffix(rule)
        case .silent(let rule): "silent" + Self.suffix(rule)
        case .unseen(let rule): "unseen" + Self.suffix(rule)
        case .notificationStayed: "notification stays"
        case .serviceStayed: "service stays"
        case .returned: "returns"
        }
    }

    private static func suffix(_ rule: Rule.ID?) -> String { rule.map { " \($0)" } ?? "" }
}
