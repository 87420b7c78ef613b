import HoldfastWire

extension ChannelMachine {
    static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        let keptUntil = now.advanced(by: self.keptPeriod)
        switch (state, event) {
        case (.disconnected(let isForeground), .connect):
            // Off the screen only a push may open a connection.
            return isForeground ? (.connecting, [.attach]) : (.suspended, [])
        case (.connecting, .connect), (.waking, .connect):
            return (state, [.attach])

        case (.connecting, .disconnect), (.connected, .disconnect):
            return (.disconnected(isForeground: true), [.detach(.normal)])
        case (.waking, .disconnect), (.kept, .disconnect):
            return (.disconnected(isForeground: false), [.detach(.normal)])
        case (.suspended, .disconnect):
            return (.disconnected(isForeground: false), [])

        case (_, .appStateChanged(let app)):
            return self.transition(from: state, to: app, at: now)

        case (.connecting, .pushArrived), (.connected, .pushArrived):
            return (state, [.attach])
        case (.waking, .pushArrived), (.suspended, .pushArrived):
            return (.waking(until: keptUntil), [.attach])
        case (.kept, .pushArrived):
            return (.kept(until: keptUntil), [.attach])

        case (.connecting, .attached):
            return (.connected, [])
        case (.waking(let until), .attached):
            return (.kept(until: until), [])
        case (.connected, .lost):
            return (.connecting, [])
        case (.kept(let until), .lost):
            return (.waking(until: until), [])

        case (.waking(let until), .deadlineReached), (.kept(let until), .deadlineReached):
            return now >= until ? (.suspended, [.detach(.background)]) : (state, [])

        // A push, a network or a server changes nothing about what the user decided.
        case (.disconnected, .disconnect), (.disconnected, .pushArrived),
            (.disconnected, .attached), (.disconnected, .lost), (.disconnected, .deadlineReached),
            // Nothing is missing, or it is being worked on.
            (.connected, .connect), (.kept, .connect), (.connecting, .lost), (.waking, .lost),
            // Off the screen only a push may open a connection.
            (.suspended, .connect), (.suspended, .attached), (.suspended, .lost),
            // Repeated.
            (.connected, .attached), (.kept, .attached),
            // No time is set.
            (.connecting, .deadlineReached), (.connected, .deadlineReached),
            (.suspended, .deadlineReached):
            return (state, [])
        }
    }

    /// The app came to the screen, left it, or is about to stand still.
    private static func transition(
        from state: State,
        to app: AppState,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        let keptUntil = now.advanced(by: self.keptPeriod)
        switch (state, app) {
        case (.disconnected, _):
            return (.disconnected(isForeground: app == .foreground), [])
        case (.connecting, .background):
            return (.waking(until: keptUntil), [])
        case (.connected, .background):
            return (.kept(until: keptUntil), [])
        case (.connecting, .suspending),
            (.connected, .suspending),
            (.waking, .suspending), (.kept, .suspending):
            return (.suspended, [.detach(.background)])
        case (.kept, .foreground):
            // The process may have stood still meanwhile, and the connection be dead.
            return (.connected, [.attach])
        case (.waking, .foreground), (.suspended, .foreground):
            return (.connecting, [.attach])

        // Repeated, or nothing is open that could be kept.
        case (.connecting, .foreground), (.connected, .foreground), (.waking, .background),
            (.kept, .background), (.suspended, .background), (.suspended, .suspending):
            return (state, [])
        }
    }
}
