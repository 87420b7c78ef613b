import HoldfastWire

extension ScreenShareMachine {
    static func transition(
        from state: State,
        on event: Event,
        limits: Limits,
        at now: MonotonicInstant
    ) -> (next: State, effects: [Effect]) {
        switch event {
        case .chosen(let call, .live(let source)):
            return self.wanted(state, Share(call: call, source: source), now)
        case .chosen(let call, .paused):
            guard case .sharing(let share, _) = state, share.call == call else {
                return (state, [])
            }
            return (state, [.setVideo(call, .paused)])
        case .chosen(let call, .off):
            return self.unwanted(state, call, limits, now)
        case .callEnded(let call):
            return self.unwanted(state, call, limits, now)
        case .consent(let isGiven):
            return self.answered(state, isGiven, limits, now)
        case .service(let fact):
            return self.served(state, fact, limits, now)
        case .captureStarted:
            guard case .capturing(let share, let since, _) = state else { return (state, []) }
            let effects: [Effect] = [
                .setVideo(share.call, .live(share.source)), .report(share.call, .sharing),
            ]
            return (.sharing(share, since: since), effects)
        case .captureStopped:
            return self.taken(state, limits, now)
        case .deadlineReached:
            return self.waited(state, limits, now)
        }
    }

    private static func wanted(
        _ state: State,
        _ share: Share,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .off:
            return (.asking(share), [.report(share.call, .asking), .askConsent(share.call)])
        case .asking(let old) where old.call == share.call:
            return (.asking(share), [])
        case .starting(let old, let until) where old.call == share.call:
            return (.starting(share, until: until), [])
        case .capturing(let old, let since, let until) where old.call == share.call:
            return (.capturing(share, since: since, until: until), [])
        case .sharing(let old, let since) where old.call == share.call:
            return (.sharing(share, since: since), [.setVideo(share.call, .live(share.source))])
        case .asking, .starting, .capturing, .sharing:
            let reason = "Another call shows the screen."
            return (state, [.report(share.call, .stopped(.refused(.unavailable(reason))))])
        case .aborting, .lingering, .stopping:
            let reason = "The screen was shown until now; try again in a moment."
            return (state, [.report(share.call, .stopped(.refused(.unavailable(reason))))])
        }
    }

    private static func unwanted(
        _ state: State,
        _ call: CallHandle,
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let report = Effect.report(call, .stopped(.asked))
        switch state {
        case .asking(let share) where share.call == call:
            return (.off, [report])
        case .starting(let share, let until) where share.call == call:
            return (.aborting(until: until), [report])
        case .capturing(let share, let since, _) where share.call == call:
            return self.end(since, [.stopCapture, report], limits, now)
        case .sharing(let share, let since) where share.call == call:
            let effects: [Effect] = [.setVideo(call, .off), .stopCapture, report]
            return self.end(since, effects, limits, now)
        // It is another call's, or over.
        case .off, .asking, .starting, .capturing, .sharing, .aborting, .lingering, .stopping:
            return (state, [])
        }
    }

    private static func answered(
        _ state: State,
        _ isGiven: Bool,
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        // An answer to a question that nobody asks any more is of no use.
        guard case .asking(let share) = state else { return (state, []) }
        guard isGiven else { return (.off, [.report(share.call, .stopped(.denied))]) }
        // A-MPJ-02: never before the consent.
        let until = now.advanced(by: limits.answerMax)
        return (.starting(share, until: until), [.startService(share.call)])
    }

    private static func served(
        _ state: State,
        _ fact: PlatformFact.ServiceFact,
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch (state, fact) {
        case (.starting(let share, _), .running):
            let until = now.advanced(by: limits.answerMax)
            return (.capturing(share, since: now, until: until), [.startCapture(share.call)])
        case (.starting(let share, _), .refused(let refusal)):
            return (.off, [.report(share.call, .stopped(.refused(refusal)))])
        case (.capturing(let share, _, _), .stopped):
            return (.off, [.stopCapture, .report(share.call, .stopped(.system))])
        case (.sharing(let share, _), .stopped):
            let effects: [Effect] = [
                .setVideo(share.call, .off), .stopCapture, .report(share.call, .stopped(.system)),
            ]
            return (.off, effects)
        case (.aborting, .running), (.off, .running):
            // It answers late; nobody wants it.
            return self.end(now, [], limits, now)
        case (.aborting, .refused), (.lingering, .stopped), (.stopping, .stopped):
            return (.off, [])
        // Repeated, or of something that was given up; what is starting still owes its answer.
        case (.off, _), (.asking, _), (.starting, .stopped), (.capturing, _), (.sharing, _),
            (.aborting, .stopped), (.lingering, _), (.stopping, _):
            return (state, [])
        }
    }

    /// The user or the system ended the capture.
    private static func taken(
        _ state: State,
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        switch state {
        case .capturing(let share, let since, _):
            return self.end(since, [.report(share.call, .stopped(.system))], limits, now)
        case .sharing(let share, let since):
            let effects: [Effect] = [
                .setVideo(share.call, .off), .report(share.call, .stopped(.system)),
            ]
            return self.end(since, effects, limits, now)
        // Nothing is captured.
        case .off, .asking, .starting, .aborting, .lingering, .stopping:
            return (state, [])
        }
    }

    private static func waited(
        _ state: State,
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let report = ScreenShareStatus.stopped(.refused(.timedOut))
        switch state {
        case .starting(let share, let until) where now >= until:
            return (.off, [.report(share.call, report)])
        case .capturing(let share, let since, let until) where now >= until:
            return self.end(since, [.stopCapture, .report(share.call, report)], limits, now)
        case .lingering(let until) where now >= until:
            return self.stop([], limits, now)
        case .aborting(let until) where now >= until, .stopping(let until) where now >= until:
            return (.off, [])
        // Too early, or no time is set.
        case .off, .asking, .starting, .capturing, .sharing, .aborting, .lingering, .stopping:
            return (state, [])
        }
    }

    private static func end(
        _ since: MonotonicInstant,
        _ effects: [Effect],
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        let floor = since.advanced(by: limits.lifeMin)
        return now >= floor ? self.stop(effects, limits, now) : (.lingering(until: floor), effects)
    }

    private static func stop(
        _ effects: [Effect],
        _ limits: Limits,
        _ now: MonotonicInstant
    ) -> (State, [Effect]) {
        (.stopping(until: now.advanced(by: limits.answerMax)), effects + [.stopService])
    }
}
