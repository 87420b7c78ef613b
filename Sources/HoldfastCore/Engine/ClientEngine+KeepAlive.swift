import HoldfastWire

/// What keeps the calls alive, and what it asks of them.
extension ClientEngine {
    /// What the calls do changes what keeps them alive, and that may change the calls. Each round
    /// brings news of at least one; more rounds than this one are a mistake of ours.
    private static let roundCountMax = 8

    /// Compares the calls with what the keep-alive knows of them.
    mutating func followCalls(_ turn: inout Turn) {
        for _ in 0..<Self.roundCountMax {
            let hasWork = self.calls.indices.contains {
                self.calls[$0].hasWork(at: turn.instant)
            }
            guard !self.isKnown || hasWork != self.keepAlive.hasWork else { return }
            let profile = self.configuration.profile
            let calls = self.calls.compactMap { $0.circumstances(of: profile) }
            self.tellKeepAlive(.callsChanged(calls, hasWork: hasWork), &turn)
        }
        assertionFailure("calls and keep-alive do not agree")
    }

    /// Whether the keep-alive knows every call as it is. Asked after every event, and mostly yes.
    private var isKnown: Bool {
        var count = 0
        for index in self.calls.indices {
            guard let call = self.calls[index].circumstances(of: self.configuration.profile) else {
                continue
            }
            guard count < self.keepAlive.calls.count, self.keepAlive.calls[count] == call else {
                return false
            }
            count += 1
        }
        return count == self.keepAlive.calls.count
    }

    /// Tells the keep-alive, and obeys it.
    mutating func tellKeepAlive(_ event: KeepAliveMachine.Event, _ turn: inout Turn) {
        for effect in self.keepAlive.handle(event, at: turn.instant) {
            self.perform(effect, &turn)
        }
    }

    /// The screen needs a consent where the profile says so.
    mutating func setVideo(
        _ handle: CallHandle,
        _ track: VideoTrack,
        _ choice: VideoChoice,
        _ turn: inout Turn
    ) {
        guard track == .screen, self.configuration.profile.hasScreenShareService else {
            return self.with(handle, &turn) { $0.setVideo(track, choice, &$1) }
        }
        // Who takes part without a media engine has nothing to show the screen with.
        guard self.keepAlive.calls.contains(where: { $0.handle == handle && $0.hasSound }) else {
            return
        }
        self.tellKeepAlive(.choseScreen(handle, choice), &turn)
    }

    mutating func setHold(_ handle: CallHandle, _ isHeld: Bool, _ turn: inout Turn) {
        self.with(handle, &turn) { $0.setHold(isHeld, &$1) }
        // Sound that was lost meanwhile is asked for again.
        if !isHeld { self.tellKeepAlive(.resumed, &turn) }
    }

    mutating func mediaReported(_ handle: CallHandle, _ event: MediaEvent, _ turn: inout Turn) {
        self.with(handle, &turn) { $0.mediaReported(event, &$1) }
        guard case .videoEnded(let end) = event, end.track == .screen else { return }
        self.tellKeepAlive(.screenEnded(handle), &turn)
    }

    /// The process stood still for a while, and runs again.
    mutating func processStopped(_ turn: inout Turn) {
        // Who runs again is not about to be suspended any more.
        guard turn.environment.appState != .suspending else {
            return self.tellKeepAlive(.woken, &turn)
        }
        self.withAll(&turn) { $0.disturb(.suspended, &$1) }
    }

    private mutating func perform(_ effect: KeepAliveMachine.Effect, _ turn: inout Turn) {
        switch effect {
        case .platform(let command):
            turn.effects.append(.platform(command))
        case .answer(let request, let status):
            turn.effects.append(.launched(request, status))
        case .handleTap(let action, let handle):
            turn.effects.append(.handleTap(action, handle))
        case .buildContent(let handle):
            turn.effects.append(.buildContent(handle))
        case .report(let handle, let report):
            self.with(handle, &turn) { $0.tellSession(.reported(.keepAlive(report)), &$1) }
        case .leave(let handle):
            self.with(handle, &turn) { $0.leave(&$1) }
        case .toggleMicrophone(let handle):
            self.with(handle, &turn) { $0.toggleMicrophone(&$1) }
        case .toggleCamera(let handle):
            self.with(handle, &turn) { $0.toggleCamera(&$1) }
        case .setScreen(let handle, let choice):
            self.with(handle, &turn) { $0.setVideo(.screen, choice, &$1) }
        case .tell(let state):
            let old = turn.environment.appState
            turn.environment.appState = state
            self.withAll(&turn) { $0.appStateChanged(from: old, &$1) }
        case .setConditions(let conditions):
            turn.environment.media = conditions
            self.withAll(&turn) { $0.conditionsChanged(&$1) }
        }
    }
}
