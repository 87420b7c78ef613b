import HoldfastWire

extension ServiceMachine {
    static func transition(
        from state: State,
        on event: Event,
        given: Given,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch event {
        case .changed:
            return self.considered(state, nil, given, now)
        case .chance(let chance):
            return self.considered(state, chance, given, now)
        case .answered(.running(let types)):
            return self.ran(state, types, given, now)
        case .answered(.refused(let refusal)):
            return self.refused(state, refusal, given, now)
        case .answered(.stopped(let reason)):
            return self.stopped(state, reason, given, now)
        case .deadlineReached:
            return self.waited(state, given, now)
        }
    }

    /// The wish may be another one, or there is a chance for what was refused.
    private static func considered(
        _ state: State,
        _ chance: Chance?,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch (state, given.wish) {
        case (.off, .types(let types)):
            return self.begin(types, of: types, given, now)
        case (.off, .impossible(let refusal)):
            return (.refused(refusal), [])
        case (.running(let running), .nothing), (.demoted(let running), .nothing):
            return self.end(running, given, now)
        case (.running(let running), .types(let types)):
            return self.promote(running, types, chance, given, now)
        case (.demoted(var running), .types(let types)):
            guard let chance,
                CallServiceRefusal.restrictedByUser.isRetried(
                    by: chance,
                    isVisible: given.isVisible
                )
            else { return (state, []) }
            running.wished = types
            return self.update(running, types, given, now)
        case (.lingering(let running, _), .types), (.lingering(let running, _), .impossible):
            return self.considered(.running(running), chance, given, now)
        case (.refused, .nothing):
            return (.off, [])
        case (.refused(let refusal), .types(let types)):
            guard let chance, refusal.isRetried(by: chance, isVisible: given.isVisible) else {
                return (state, [])
            }
            return self.begin(types, of: types, given, now)
        case (.refused(let old), .impossible(let refusal)):
            guard let chance, old.isRetried(by: chance, isVisible: given.isVisible) else {
                return (state, [])
            }
            return (.refused(refusal), [])

        // Nothing is wanted and nothing runs.
        case (.off, .nothing),
            // Stopping it before its answer ends the process (A-FGS-06), and so may starting it
            // before the answer to the stop: the answer decides.
            (.starting, _), (.updating, _), (.stopping, _),
            // It runs with less than it could; stopping it would gain nothing.
            (.running, .impossible), (.demoted, .impossible),
            // It is on its way.
            (.lingering, .nothing):
            return (state, [])
        }
    }

    /// It runs, says the platform.
    private static func ran(
        _ state: State,
        _ types: CallServiceTypes,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .starting(_, let wished, let isHidden, _):
            let running = Running(
                types: types,
                wished: wished,
                isTakenHidden: isHidden,
                since: now
            )
            return self.considered(.running(running), nil, given, now)
        case .updating(var running, _, let isHidden, _):
            running.types = types
            // A right that was given stays (A-WIU-05).
            running.isTakenHidden = running.isTakenHidden && isHidden
            return self.considered(.running(running), nil, given, now)
        case .off, .refused:
            // The answer of a start that was given up: no service without a call, and no call
            // without the service that is there.
            let running = Running(
                types: types,
                wished: types,
                isTakenHidden: !given.isVisible,
                since: now
            )
            return self.considered(.running(running), nil, given, now)
        case .demoted(var running):
            // The answer of a promotion that was given up.
            running.types = types
            return self.considered(.running(running), nil, given, now)
        case .running(var running):
            running.types = types
            return (.running(running), [])
        case .lingering(var running, let until):
            running.types = types
            return (.lingering(running, until: until), [])
        case .stopping:
            // Of a promotion that was given up; the stop follows it.
            return (state, [])
        }
    }

    /// It was not started, or not promoted.
    private static func refused(
        _ state: State,
        _ refusal: CallServiceRefusal,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .starting(let asked, let wished, _, _):
            guard given.wish != .nothing else { return (.off, []) }
            guard refusal.isWorthFewer(than: asked),
                let fewer = ServiceNeeds.fewer(than: asked, declared: given.profile.declared)
            else { return (.refused(refusal), []) }
            return self.begin(fewer, of: wished, given, now)
        case .updating(let running, _, _, _) where refusal == .restrictedByUser:
            return self.considered(.demoted(running), nil, given, now)
        case .updating(let running, let asked, _, _):
            if given.wish != .nothing, refusal.isWorthFewer(than: asked),
                let fewer = ServiceNeeds.fewer(than: asked, declared: given.profile.declared),
                !fewer.isSubset(of: running.types)
            {
                return self.update(running, fewer, given, now)
            }
            // What it had it keeps.
            return self.considered(.running(running), nil, given, now)
        case .refused(.timedOut):
            // Late, and it says more.
            return (.refused(refusal), [])
        // Of something that was given up, or repeated.
        case .off, .running, .lingering, .demoted, .stopping, .refused:
            return (state, [])
        }
    }

    /// It does not run any more.
    private static func stopped(
        _ state: State,
        _ reason: PlatformFact.ServiceFact.StopReason,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .running(let running) where reason == .restricted:
            // It is there, out of the foreground, and nobody was told (A-BG-07): a promotion finds out.
            return self.update(running, running.types, given, now)
        // The answer that is due says what became of it.
        case .off where reason == .restricted, .starting where reason == .restricted,
            .updating where reason == .restricted, .lingering where reason == .restricted,
            .demoted where reason == .restricted, .stopping where reason == .restricted,
            .refused where reason == .restricted:
            return (state, [])
        case .running, .updating, .lingering, .demoted:
            // The answer to a stop of long ago: this service was started since.
            guard reason != .asked else { return (state, []) }
            return given.wish == .nothing ? (.off, []) : (.refused(reason.refusal), [])
        case .stopping:
            // A call that began meanwhile gets its service now.
            return self.considered(.off, nil, given, now)
        case .refused where reason == .user:
            return (.refused(.stoppedByUser), [])
        // The answer to the start is still due; nothing runs that could stop.
        case .starting, .off, .refused:
            return (state, [])
        }
    }

    /// A time has come.
    private static func waited(
        _ state: State,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .starting(_, _, _, let until) where now >= until:
            return given.wish == .nothing ? (.off, []) : (.refused(.timedOut), [])
        case .updating(let running, _, _, let until) where now >= until:
            return self.considered(.running(running), nil, given, now)
        case .lingering(_, let until) where now >= until:
            return (.stopping(until: now.advanced(by: given.profile.answerMax)), [.stop])
        case .stopping(let until) where now >= until:
            return self.considered(.off, nil, given, now)
        // Too early, or no time is set.
        case .starting, .updating, .lingering, .demoted, .stopping, .off, .running, .refused:
            return (state, [])
        }
    }

    // MARK: Steps

    private static func begin(
        _ types: CallServiceTypes,
        of wished: CallServiceTypes,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let next = State.starting(
            asked: types,
            wished: wished,
            isHidden: !given.isVisible,
            until: now.advanced(by: given.profile.answerMax)
        )
        return (next, [.start(types)])
    }

    /// Promotes it when that can bring something: more types, or the rights that types lack which
    /// were taken while the app was hidden (A-FGS-09, A-WIU-05). The same wish is tried again only
    /// at a new chance.
    private static func promote(
        _ running: Running,
        _ wished: CallServiceTypes,
        _ chance: Chance?,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let isNew = wished != running.wished || chance?.isNews == true
        let lacksTypes = !wished.isSubset(of: running.types) && isNew
        let lacksRights = running.isTakenHidden && chance == .visible
        guard lacksTypes || lacksRights else { return (.running(running), []) }
        var running = running
        running.wished = wished
        return self.update(running, wished, given, now)
    }

    private static func update(
        _ running: Running,
        _ types: CallServiceTypes,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let next = State.updating(
            running,
            asked: types,
            isHidden: !given.isVisible,
            until: now.advanced(by: given.profile.answerMax)
        )
        return (next, [.update(types)])
    }

    private static func end(
        _ running: Running,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let floor = running.since.advanced(by: given.profile.lifeMin)
        guard now >= floor else { return (.lingering(running, until: floor), []) }
        return (.stopping(until: now.advanced(by: given.profile.answerMax)), [.stop])
    }
}

extension ServiceMachine.Chance {
    /// Whether what the system allows may be different now. Another call, by itself, changes nothing
    /// for a service that runs.
    fileprivate var isNews: Bool {
        switch self {
        case .visible, .unlocked, .permissions, .unrestricted, .launched: true
        case .callBegan: false
        }
    }
}

extension CallServiceRefusal {
    /// Whether fewer types may do where these were refused.
    fileprivate func isWorthFewer(than types: CallServiceTypes) -> Bool {
        switch self {
        case .missingPermission, .missingType: true
        // What needs no right of a visible app was refused for the start itself.
        case .background: !types.isDisjoint(with: .whileInUse)
        case .restrictedByUser, .timedOut, .stoppedByUser, .badNotification, .noCall, .switchedOff,
            .unavailable:
            false
        }
    }

    /// Whether a start is tried again now.
    fileprivate func isRetried(by chance: ServiceMachine.Chance, isVisible: Bool) -> Bool {
        switch (self, chance) {
        case (_, .visible): true
        // What the user stopped starts again only with the app on the screen.
        case (.stoppedByUser, .callBegan), (.stoppedByUser, .launched): isVisible
        case (.stoppedByUser, _): false
        case (_, .callBegan), (_, .launched), (_, .unlocked): true
        case (.missingPermission, .permissions), (.restrictedByUser, .unrestricted): true
        case (_, .permissions), (_, .unrestricted): false
        }
    }
}

extension PlatformFact.ServiceFact.StopReason {
    /// What the app is told of a service that is gone.
    fileprivate var refusal: CallServiceRefusal {
        switch self {
        case .user: .stoppedByUser
        case .timeLimit: .timedOut
        case .restricted: .restrictedByUser
        case .system, .asked: .unavailable("The system stopped the service.")
        }
    }
}
