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
        // On the screen nothing is needed; asleep nothing runs.
        case .visible, .asleep:
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
        case .asleep:
            return (.asleep(isVisible: false), [])
        // Repeated.
        case .idle, .kept, .grace:
            return (state, [])
        }
    }

    private static func suspended(_ state: State, _ given: Given) -> (State, [Effect]) {
        switch state {
        case .visible, .idle, .kept, .grace:
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
        case .visible, .idle, .kept, .grace:
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
        case (.kept(hasTask: true), .expiring):
            // Held any longer it would end the process (I-BG-04); sound keeps it running.
            return (.kept(hasTask: false), [.endTask])
        case (.grace(_, hasTask: true), .refused):
            return (.released(wasKept: given.isKept), [])
        case (.grace(_, hasTask: true), .expiring):
            return (.released(wasKept: given.isKept), [.endTask])
        // There is no task, or it is as was hoped.
        case (.visible, _), (.idle, _), (.released, _), (.asleep, _), (.kept, .begun),
            (.grace, .begun), (.kept(hasTask: false), _), (.grace(_, hasTask: false), _):
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
        case .visible, .asleep(isVisible: true): true
        case .idle, .kept, .grace, .released, .asleep(isVisible: false): false
        }
    }

    /// What is due when the task is no longer needed.
    fileprivate var ending: [BackgroundMachine.Effect] {
        switch self {
        case .kept(hasTask: true), .grace(_, hasTask: true): [.endTask]
        case .visible, .idle, .kept, .grace, .released, .asleep: []
        }
    }
}
