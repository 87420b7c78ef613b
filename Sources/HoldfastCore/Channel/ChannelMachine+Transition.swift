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

        case (.disconnected, .appStateChanged(let app)):
            return (.disconnected(isForeground: app == .foreground), [])
        case (.connecting, .appStateChanged(.background)):
            return (.waking(until: keptUntil), [])
        case (.connected, .appStateChanged(.background)):
            return (.kept(until: keptUntil), [])
        case (.connecting, .appStateChanged(.suspending)),
            (.connected, .appStateChanged(.suspending)),
            (.waking, .appStateChanged(.suspending)), (.kept, .appStateChanged(.suspending)):
            return (.suspended, [.detach(.background)])
        case (.kept, .appStateChanged(.foreground)):
            // The process may have stood still meanwhile, and the connection be dead.
            return (.connected, [.attach])
        case (.waking, .appStateChanged(.foreground)), (.suspended, .appStateChanged(.foreground)):
            return (.connecting, [.attach])

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
            (.connecting, .appStateChanged(.foreground)),
            (.connected, .appStateChanged(.foreground)), (.waking, .appStateChanged(.background)),
            (.kept, .appStateChanged(.background)), (.suspended, .appStateChanged(.background)),
            (.suspended, .appStateChanged(.suspending)),
            // No time is set.
            (.connecting, .deadlineReached), (.connected, .deadlineReached),
            (.suspended, .deadlineReached):
            return (state, [])
        }
    }
}
