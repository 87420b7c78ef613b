import HoldfastWire

extension LinkMachine {
    static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        by timing: LinkTiming
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (_, .closed):
            return (.ended, [])

        case (.connecting(_, let until), .opened):
            // The welcome stands right behind the `101` (HF-21): it shares the time-out.
            return (.open(until: until), [])

        case (.connecting(let since, let until), .pathChanged):
            let limit = min(until, since.advanced(by: LinkTiming.staleAttemptAge))
            return now >= limit
                ? (.ended, [.reportTimeout]) : (.connecting(since: since, until: limit), [])

        case (.connecting(_, let until), .deadlineReached), (.open(let until), .deadlineReached):
            return now >= until ? (.ended, [.reportTimeout]) : (state, [])

        case (.connecting, .welcomed), (.open, .welcomed):
            return (.live, [])

        case (.live, .deadlineReached):
            let ping = timing.nextPing(at: now)
            return now >= timing.pingDueAt ? (.checking(ping), [.ping(ping.number)]) : (state, [])

        case (.live, .doubted):
            let ping = timing.nextPing(at: now)
            return (.checking(ping), [.ping(ping.number)])

        case (.live, .probed), (.checking, .probed), (.suspect, .probed):
            let ping = timing.nextPing(at: now)
            return (.probing(ping), [.ping(ping.number)])

        case (.checking, .heard), (.checking, .answered):
            return (.live, [])

        case (.checking(let ping), .deadlineReached):
            let isEarly = now < timing.suspicionAt(ping)
            return isEarly ? (state, []) : (.suspect(ping), [.reportSuspicion])

        case (.suspect, .heard), (.suspect, .answered):
            return (.live, [.reportRecovery])

        case (.suspect(let ping), .deadlineReached):
            return now >= timing.deathAt(ping) ? (.ended, [.reportDeath]) : (state, [])

        case (.probing(let ping), .answered(let number)):
            // Only its own answer counts: a kernel hands over what came before a suspension.
            return number == ping.number ? (.live, [.reportRecovery]) : (state, [])
        case (.probing(let ping), .deadlineReached):
            return now >= timing.suspicionAt(ping) ? (.ended, [.reportDeath]) : (state, [])

        // Nothing is asked before the welcome, and one that is on its way may still arrive.
        case (.connecting, .probed), (.open, .probed), (.open, .pathChanged),
            // A server that says something else in its place is not trusted.
            (.connecting, .heard), (.connecting, .answered), (.open, .heard), (.open, .answered),
            // Late or repeated: the connection is already where this event would take it. A probe
            // is not asked again, or its time-out would never come.
            (.open, .opened), (.live, .opened), (.checking, .opened), (.suspect, .opened),
            (.probing, .opened), (.live, .welcomed), (.checking, .welcomed), (.suspect, .welcomed),
            (.probing, .welcomed), (.probing, .probed), (.live, .heard), (.live, .answered),
            (.probing, .heard),
            // It is being asked already.
            (.connecting, .doubted), (.open, .doubted), (.checking, .doubted),
            (.suspect, .doubted), (.probing, .doubted),
            // A path change is followed by a probe where the connection is in use.
            (.live, .pathChanged), (.checking, .pathChanged), (.suspect, .pathChanged),
            (.probing, .pathChanged),
            // Over is over.
            (.ended, _):
            return (state, [])
        }
    }
}
