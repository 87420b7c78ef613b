package import HoldfastRules
package import HoldfastWire

/// Whether a participant of a call can still be there: whether, after all that user and system have
/// done to the device, some legal policy of the app keeps its process, or brings it back inside the
/// detach window.
///
/// Written from the rules alone. It knows neither what our engine does nor what the models do, so that
/// it can judge both. In doubt it says that the participant is lost: a call that lives on all the same
/// is no failure, one that ends although it ``Verdict/survives`` is.
package struct SurvivalOracle: Hashable, Sendable {
    /// How long a server waits for who is away (HF-44).
    package struct Windows: Hashable, Sendable {
        /// For a participant that is gone without a word.
        package var lost: Duration
        /// For one that could say that it will be away.
        package var announced: Duration

        package init(lost: Duration = .seconds(300), announced: Duration = .seconds(300)) {
            self.lost = lost
            self.announced = announced
        }
    }

    package enum Verdict: Hashable, Sendable {
        /// Its process runs, or can, and reaches the network.
        case survives
        /// It is away, and the system starts it again at this time.
        case returns(by: MonotonicInstant)
        /// It is away, and is back if the user opens the app, or wakes the machine, before this time.
        case mayReturn(until: MonotonicInstant)
        /// No policy could have kept it, by this rule. Nil: no rule of a system's, but what happened.
        case ends(because: Rule.ID?)
    }

    private enum Presence: Hashable, Sendable {
        case notJoined
        /// It is there, and will be until then.
        case here(until: Loss?)
        case away(Loss)
        case over(Rule.ID?)
    }

    private let system: System
    private let windows: Windows
    private var circumstances: Circumstances
    private var presence = Presence.notJoined

    /// A device with the app on its screen, before the call.
    package init(_ system: System, windows: Windows = Windows()) {
        self.system = system
        self.windows = windows
        self.circumstances = Circumstances(granted: system.granted)
    }

    /// Something happened. In the order of time.
    package mutating func note(_ fact: Fact, at now: MonotonicInstant) {
        // I-MODE-01: what keeps an iPhone's app running is its sound, and no picture.
        if case .apple = self.system, fact == .floated { return self.note(.left, at: now) }
        self.advance(to: now)
        self.circumstances.take(fact, at: now)
        if let loss = self.system.rules.loss(by: fact, self.circumstances, at: now) {
            self.lose(loss)
        } else {
            self.returnIfBack(after: fact)
        }
        if case .joined = fact {
            self.circumstances.join(at: now)
            self.presence = .here(until: nil)
        }
        guard case .here = self.presence else { return }
        self.circumstances.isSheltered = self.system.rules.isSheltered(
            after: fact,
            self.circumstances,
            at: now
        )
        self.circumstances.expose(at: now)
        self.presence = .here(until: self.system.rules.loss(ahead: self.circumstances))
    }

    /// What can be said at this time, which is not before what was noted last.
    package func verdict(at now: MonotonicInstant) -> Verdict {
        var then = self
        then.advance(to: now)
        switch then.presence {
        case .notJoined, .here: return .survives
        case .away(let loss):
            return loss.returnsAt.map { .returns(by: $0) } ?? .mayReturn(until: self.end(of: loss))
        case .over(let rule): return .ends(because: rule)
        }
    }

    private func end(of loss: Loss) -> MonotonicInstant {
        loss.at.advanced(by: loss.isAnnounced ? self.windows.announced : self.windows.lost)
    }

    private mutating func advance(to now: MonotonicInstant) {
        if case .here(let loss?) = self.presence, loss.at <= now { self.lose(loss) }
        guard case .away(let loss) = self.presence else { return }
        if let back = loss.returnsAt, back <= now, back < self.end(of: loss) {
            self.circumstances.isSheltered = true
            self.presence = .here(until: nil)
        } else if self.end(of: loss) <= now {
            self.presence = .over(loss.because)
        }
    }

    private mutating func lose(_ loss: Loss) {
        if loss.isProcessGone { self.circumstances.loseProcess() }
        switch self.presence {
        case .here: self.presence = .away(loss)
        // The window runs since the first loss; a process that is gone does not come back of itself.
        case .away(var first):
            first.isProcessGone = first.isProcessGone || loss.isProcessGone
            first.returnsAt = nil
            self.presence = .away(first)
        case .notJoined, .over: break
        }
    }

    private mutating func returnIfBack(after fact: Fact) {
        guard case .away(let loss) = self.presence else { return }
        let isBack =
            switch fact {
            case .returned: true
            case .unlocked: self.circumstances.isVisible && !loss.isProcessGone
            case .awoke: !loss.isProcessGone
            default: false
            }
        if isBack { self.presence = .here(until: nil) }
    }
}
