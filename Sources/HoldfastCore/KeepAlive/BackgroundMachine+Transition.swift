import HoldfastWire

extension BackgroundMachine {
    static func transition(
        from state: State,
        on event: Event,
        given: Given,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch event {
        case .changed: return self.changed(state, given, now)
        case .shown: return (.visible, state.ending)
        case .covered: return self.covered(state, given)
        case .uncovered:
            guard case .covered = state else { return (state, []) }
            return (.visible, state.ending)
        case .hidden: return self.hidden(state, given, now)
        case .suspended: return self.suspended(state, given)
        case .woken, .sleep(.over): return self.woken(state, given, now)
        case .task(let fact): return self.tasked(state, fact, given)
        case .sleep(.announced):
            return (.asleep(isVisible: state.isVisible), state.ending + [.allowSleep])
        case .deadlineReached:
            guard case .grace(let until, _) = state, now >= until else { return (state, []) }
            return (.released(wasKept: given.isKept), state.ending)
        }
    }

    /// A task that is asked for in the background may come too late (I-BG-05), so it is begun while the
    /// app still counts as being in front.
    private static func covered(_ state: State, _ given: Given) -> (State, [Effect]) {
        switch state {
        case .visible:
            let begins = given.hasWork && given.usesTask
            return (.covered(hasTask: begins), begins ? [.beginTask] : [])
        // Repeated, or it is off the screen already.
        case .covered, .idle, .kept, .grace, .released, .asleep:
            return (state, [])
        }
    }

    private static func changed(
        _ state: State,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .idle:
            return given.hasWork ? self.stay(hasTask: false, given, now) : (state, [])
        case .kept(let hasTask):
            guard given.hasWork else { return (.idle, state.ending) }
            return given.isKept ? (state, []) : self.stay(hasTask: hasTask, given, now)
        case .grace(_, let hasTask):
            guard given.hasWork else { return (.idle, state.ending) }
            return given.isKept ? (.kept(hasTask: hasTask), []) : (state, [])
        case .released(let wasKept):
            // What keeps the process came back: so do the connections.
            guard given.isKept, given.hasWork, !wasKept else { return (state, []) }
            return self.stay(hasTask: false, given, now)
        case .covered(hasTask: true) where !given.hasWork:
            return (.covered(hasTask: false), state.ending)
        case .covered(hasTask: false) where given.hasWork && given.usesTask:
            return (.covered(hasTask: true), [.beginTask])
        // On the screen nothing is needed; asleep nothing runs.
        case .visible, .covered, .asleep:
            return (state, [])
        }
    }

    private static func hidden(
        _ state: State,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .visible, .released:
            return given.hasWork ? self.stay(hasTask: false, given, now) : (.idle, [])
        case .covered(let hasTask):
            guard given.hasWork else { return (.idle, state.ending) }
            return self.stay(hasTask: hasTask, given, now)
        case .asleep:
            return (.asleep(isVisible: false), [])
        // Repeated.
        case .idle, .kept, .grace:
            return (state, [])
        }
    }

    private static func suspended(_ state: State, _ given: Given) -> (State, [Effect]) {
        switch state {
        case .visible, .covered, .idle, .kept, .grace:
            return (.released(wasKept: given.isKept), state.ending)
        case .released:
            // Whoever says so means it, whatever comes to keep the process.
            return (.released(wasKept: true), [])
        case .asleep:
            return (.asleep(isVisible: false), [])
        }
    }

    private static func woken(
        _ state: State,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .released, .asleep(isVisible: false):
            return given.hasWork ? self.stay(hasTask: false, given, now) : (.idle, [])
        case .asleep(isVisible: true):
            return (.visible, [])
        // It never stood still, as far as connections know.
        case .visible, .covered, .idle, .kept, .grace:
            return (state, [])
        }
    }

    private static func tasked(
        _ state: State,
        _ fact: PlatformFact.BackgroundTaskFact,
        _ given: Given
    ) -> (State, [Effect]) {
        switch (state, fact) {
        case (.kept(hasTask: true), .refused):
            return (.kept(hasTask: false), [])
        // Not asked for again under the same cover.
        case (.covered(hasTask: true), .refused):
            return (.visible, [])
        case (.covered(hasTask: true), .expiring):
            return (.visible, [.endTask])
        case (.kept(hasTask: true), .expiring):
            // Held any longer it would end the process (I-BG-04); sound keeps it running.
            return (.kept(hasTask: false), [.endTask])
        case (.grace(_, hasTask: true), .refused):
            return (.released(wasKept: given.isKept), [])
        case (.grace(_, hasTask: true), .expiring):
            return (.released(wasKept: given.isKept), [.endTask])
        // There is no task, or it is as was hoped.
        case (.visible, _), (.idle, _), (.released, _), (.asleep, _), (.covered, .begun),
            (.kept, .begun), (.grace, .begun), (.covered(hasTask: false), _),
            (.kept(hasTask: false), _), (.grace(_, hasTask: false), _):
            return (state, [])
        }
    }

    /// Off the screen with something to keep.
    private static func stay(
        hasTask: Bool,
        _ given: Given,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let begins = given.usesTask && !hasTask
        let next: State =
            given.isKept
            ? .kept(hasTask: hasTask || begins)
            : .grace(until: now.advanced(by: given.grace), hasTask: hasTask || begins)
        return (next, begins ? [.beginTask] : [])
    }
}

extension BackgroundMachine.State {
    fileprivate var isVisible: Bool {
        switch self {
        case .visible, .covered, .asleep(isVisible: true): true
        case .idle, .kept, .grace, .released, .asleep(isVisible: false): false
        }
    }

    /// What is due when the task is no longer needed.
    fileprivate var ending: [BackgroundMachine.Effect] {
        switch self {
        case .covered(hasTask: true), .kept(hasTask: true), .grace(_, hasTask: true): [.endTask]
        case .visible, .covered, .idle, .kept, .grace, .released, .asleep: []
        }
    }
}
