import HoldfastWire

extension LinkMachine {
    static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        by timing: LinkTiming
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.connecting(_, let until), .opened):
            // The welcome stands right behind the `101` (HF-21): it shares the time-out.
            return (.open(until: until), [])

        case (.connecting(let since, let until), .pathChanged):
            let limit = min(until, since.advanced(by: LinkTiming.staleAttemptAge))
            return now >= limit
                ? (.ended, [.reportTimeout]) : (.connecting(since: since, until: limit), [])

        case (.connecting(_, let until), .deadlineReached), (.open(let until), .deadlineReached):
            return now >= until ? (.ended, [.reportTimeout]) : (state, [])

        case (.open, .welcomed):
            return (.live, [])

        case (.live, .deadlineReached):
            guard now >= timing.pingDueAt else { return (state, []) }
            let ping = timing.nextPing(at: now)
            return (.checking(ping), [.ping(ping.number)])

        case (.live, .probed), (.checking, .probed), (.suspect, .probed):
            let ping = timing.nextPing(at: now)
            return (.probing(ping), [.ping(ping.number)])

        case (.checking, .heard), (.checking, .answered):
            return (.live, [])

        case (.checking(let ping), .deadlineReached):
            guard now >= timing.suspicionAt(ping) else { return (state, []) }
            return (.suspect(ping), [.reportSuspicion])

        case (.suspect, .heard), (.suspect, .answered):
            return (.live, [.reportRecovery])

        case (.suspect(let ping), .deadlineReached):
            return now >= timing.deathAt(ping) ? (.ended, [.reportDeath]) : (state, [])

        case (.probing(let ping), .answered(let number)):
            // Only the probe's own answer counts: a kernel hands over what it received before a
            // suspension, and that proves nothing.
            return number == ping.number ? (.live, [.reportRecovery]) : (state, [])

        case (.probing(let ping), .deadlineReached):
            return now >= timing.suspicionAt(ping) ? (.ended, [.reportDeath]) : (state, [])

        case (.connecting, .closed), (.open, .closed), (.live, .closed), (.checking, .closed),
            (.suspect, .closed), (.probing, .closed):
            return (.ended, [])

        // Nothing is asked of a connection before its welcome, and an old path may still carry an
        // answer that is on its way.
        case (.connecting, .probed), (.open, .probed), (.open, .pathChanged),
            // A server that speaks before the upgrade or instead of a welcome is not trusted.
            (.connecting, .welcomed), (.connecting, .heard), (.connecting, .answered),
            (.open, .opened), (.open, .heard), (.open, .answered),
            // Late or repeated: the connection is already where this event would take it.
            (.live, .opened), (.live, .welcomed), (.live, .heard), (.live, .answered),
            (.checking, .opened), (.checking, .welcomed),
            (.suspect, .opened), (.suspect, .welcomed),
            (.probing, .opened), (.probing, .welcomed), (.probing, .heard),
            // A probe under way is not asked again: its time-out would never come.
            (.probing, .probed),
            // A path change is followed by a probe where the connection is in use.
            (.live, .pathChanged), (.checking, .pathChanged), (.suspect, .pathChanged),
            (.probing, .pathChanged),
            (.ended, .opened), (.ended, .welcomed), (.ended, .heard), (.ended, .answered),
            (.ended, .probed), (.ended, .pathChanged), (.ended, .closed),
            (.ended, .deadlineReached):
            return (state, [])
        }
    }
}
