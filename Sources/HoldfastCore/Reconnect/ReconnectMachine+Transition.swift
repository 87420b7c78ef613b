import HoldfastWire

extension ReconnectMachine {
    static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        given facts: Facts
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.settled, .triggered), (.waiting, .triggered), (.racing, .triggered),
            (.parked, .triggered), (.held, .triggered):
            return self.triggered(from: state, at: now, given: facts)

        case (.settled, .lost):
            return self.wait(at: now, given: facts)

        case (.racing, .lost(let cause)), (.racing, .attemptFailed(let cause)),
            (.waiting, .lost(let cause)), (.waiting, .attemptFailed(let cause)):
            // Another attempt is under way and has its own time: the race goes on.
            let goesOn = facts.attemptCount > 0 && !cause.isNamedByServer
            return goesOn ? (state, []) : self.wait(at: now, given: facts)

        case (.settled, .goAway), (.waiting, .goAway), (.racing, .goAway):
            return (.waiting(until: now.advanced(by: facts.delay)), [])

        case (.waiting, .pathLost), (.racing, .pathLost):
            return (.parked(until: now.advanced(by: self.parkedInterval)), [])

        case (.waiting(let until), .deadlineReached):
            return now >= until ? self.attempt(at: now, given: facts) : (state, [])

        case (.racing(let next?), .deadlineReached):
            return now >= next ? self.attempt(at: now, given: facts) : (state, [])

        case (.parked(let until), .deadlineReached):
            return now >= until ? self.attempt(at: now, given: facts) : (state, [])

        case (.settled, .attached), (.waiting, .attached), (.racing, .attached),
            (.parked, .attached), (.held, .attached):
            return (.settled, [])

        case (.racing, .recovered), (.parked, .recovered):
            return (.settled, [])

        case (.settled, .held), (.waiting, .held), (.racing, .held), (.parked, .held),
            (.held, .held):
            return (.held, [])

        // Nothing is missing: a lost race changes nothing, and an old connection may still work.
        case (.settled, .attemptFailed), (.settled, .pathLost), (.settled, .recovered),
            (.settled, .deadlineReached),
            // The time was given by a server or by chance, not by the suspicion that went away.
            (.waiting, .recovered),
            // In the background there is no second attempt to begin.
            (.racing(next: nil), .deadlineReached),
            // Parked and held say themselves when the next attempt is.
            (.parked, .lost), (.parked, .attemptFailed), (.parked, .goAway), (.parked, .pathLost),
            (.held, .lost), (.held, .attemptFailed), (.held, .goAway), (.held, .pathLost),
            (.held, .recovered), (.held, .deadlineReached):
            return (state, [])
        }
    }

    private static func triggered(
        from state: State,
        at now: MonotonicInstant,
        given facts: Facts
    ) -> (next: State, effects: [Effect]) {
        guard now < facts.immediateAt else { return self.attempt(at: now, given: facts) }
        // A flapping network: what is planned anyway may come sooner, and does not come later.
        switch state {
        case .settled, .held, .racing(next: nil):
            return (.waiting(until: facts.immediateAt), [])
        case .waiting(let until):
            return (.waiting(until: min(until, facts.immediateAt)), [])
        case .parked(let until):
            return facts.hasPath
                ? (.waiting(until: min(until, facts.immediateAt)), []) : (state, [])
        case .racing(let next?):
            return (.racing(next: min(next, facts.immediateAt)), [])
        }
    }

    private static func wait(
        at now: MonotonicInstant,
        given facts: Facts
    ) -> (next: State, effects: [Effect]) {
        guard facts.hasPath else {
            return (.parked(until: now.advanced(by: self.parkedInterval)), [])
        }
        return facts.delay <= .zero
            ? self.attempt(at: now, given: facts)
            : (.waiting(until: now.advanced(by: facts.delay)), [])
    }

    private static func attempt(
        at now: MonotonicInstant,
        given facts: Facts
    ) -> (next: State, effects: [Effect]) {
        let limit = facts.isRacing ? self.attemptCountMax : 1
        let isFull = facts.attemptCount >= limit
        let next: State =
            if !facts.hasPath {
                .parked(until: now.advanced(by: self.parkedInterval))
            } else {
                .racing(next: facts.isRacing ? now.advanced(by: self.raceInterval) : nil)
            }
        return (next, isFull ? [] : [.attempt])
    }
}
