import HoldfastWire

extension LinkMachine {
    static func transition(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        by timing: LinkTiming
    ) -> (next: State, effects: [Effect]) {
        switch state {
        case .connecting, .open:
            self.opening(from: state, on: event, at: now)
        case .live, .checking, .doubting, .suspect, .probing:
            event == .closed
                ? (.ended, []) : self.inUse(from: state, on: event, at: now, by: timing)
        case .ended:
            // Over is over.
            (state, [])
        }
    }

    /// Before the welcome.
    private static func opening(
        from state: State,
        on event: Event,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.connecting, .closed), (.open, .closed):
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

        // Nothing is asked before the welcome, and one that is on its way may still arrive.
        case (.connecting, .probed), (.open, .probed), (.connecting, .doubted), (.open, .doubted),
            (.open, .pathChanged),
            // A server that says something else in its place is not trusted.
            (.connecting, .heard), (.connecting, .answered), (.open, .heard), (.open, .answered),
            // Repeated.
            (.open, .opened),
            // Not being opened any more.
            (.live, _), (.checking, _), (.doubting, _), (.suspect, _), (.probing, _), (.ended, _):
            return (state, [])
        }
    }

    /// Behind the welcome, as long as the transport is there.
    private static func inUse(
        from state: State,
        on event: Event,
        at now: MonotonicInstant,
        by timing: LinkTiming
    ) -> (next: State, effects: [Effect]) {
        switch (state, event) {
        case (.live, .deadlineReached):
            let ping = timing.nextPing(at: now)
            if let doubtDueAt = timing.doubtDueAt, now >= doubtDueAt {
                return (.doubting(ping), [.ping(ping.number)])
            }
            return now >= timing.pingDueAt ? (.checking(ping), [.ping(ping.number)]) : (state, [])

        case (.live, .doubted), (.checking, .doubted):
            let ping = timing.nextPing(at: now)
            return (.doubting(ping), [.ping(ping.number)])

        case (.live, .probed), (.checking, .probed), (.doubting, .probed), (.suspect, .probed):
            let ping = timing.nextPing(at: now)
            return (.probing(ping), [.ping(ping.number)])

        case (.checking, .heard), (.checking, .answered):
            return (.live, [])

        case (.doubting(let ping), .answered(let number)):
            return number == ping.number ? (.live, []) : (state, [])

        case (.checking(let ping), .deadlineReached), (.doubting(let ping), .deadlineReached):
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

        // Late or repeated: the connection is already where this event would take it. What is asked
        // is not asked again, or its time-out would never come.
        case (_, .opened), (_, .welcomed), (.probing, .probed), (.live, .heard), (.live, .answered),
            (.doubting, .doubted), (.suspect, .doubted), (.probing, .doubted),
            // It may be older than the doubt.
            (.doubting, .heard), (.probing, .heard),
            // A path change is followed by a probe where the connection is in use.
            (_, .pathChanged),
            // Not in use.
            (_, .closed), (.connecting, _), (.open, _), (.ended, _):
            return (state, [])
        }
    }
}
