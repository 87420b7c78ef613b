import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// Ends the process. What lives outside of it goes on: calls in CallKit, tasks that were submitted, a
    /// Live Activity.
    mutating func kill(_ termination: Termination, _ rule: Rule.ID) {
        guard !self.isDead else { return }
        self.stage = .dead(rule)
        self.screen.isSceneConnected = false
        self.screen.isFront = false
        self.screen.isLeaving = false
        self.mainThread = MainThread()
        self.runtime = Runtime()
        self.tasks = BackgroundTasks()
        self.audio = AudioSession()
        self.camera.end()
        self.picture = .none
        self.isScreenCaptured = false
        self.socket = .none
        self.pushes.endProcess()
        self.calls.pending.removeAll()
        self.scheduled.endProcess()
        self.tell(.killed(termination), rule)
    }

    /// As ``kill(_:_:)``, unless the app is on the screen.
    mutating func killInBackground(_ termination: Termination, _ rule: Rule.ID) {
        switch self.stage {
        case .background, .suspended: self.kill(termination, rule)
        case .launching:
            if !self.screen.isVisible { self.kill(termination, rule) }
        // On the screen others are killed first; the others are gone, or going.
        case .dead, .foreground, .terminating: break
        }
    }

    mutating func swipeAway(at now: MonotonicInstant) {
        self.screen.isFront = false
        self.screen.isSwipedAway = true
        switch self.stage {
        case .suspended, .launching: self.endSwiped()
        case .foreground, .background:
            self.stage = .terminating(until: now.advanced(by: self.limits.terminateNotice))
            self.audio.deactivate("I-KILL-01")
            self.tellLifeCycle(.willTerminate, "I-STATE-05")
        // It is gone, or going.
        case .dead, .terminating: break
        }
    }

    /// `willTerminate` has returned.
    mutating func finishTerminating() {
        guard case .terminating = self.stage else { return }
        self.endSwiped()
    }

    mutating func expireStage(at now: MonotonicInstant) {
        switch self.stage {
        case .launching(let until):
            if until <= now { self.kill(.code(.watchdog), "I-BG-09") }
        case .terminating(let until):
            if until <= now { self.endSwiped() }
        // The suspension of an app in the background is found when all else has settled.
        case .dead, .foreground, .background, .suspended: break
        }
    }

    mutating func reboot() {
        self.kill(.rebooted, "I-KILL-02")
        self.stage = .dead(nil)
        self.calls.calls.removeAll()
        self.others = OtherAudio()
        self.liveActivityEnd = nil
        self.screen = Screen()
        self.screen.isLocked = true
    }

    private mutating func endSwiped() {
        self.kill(.swipedAway, "I-KILL-01")
        guard self.configuration.options.contains(.swipeEndsCalls) else { return }
        for call in self.calls.calls { self.tell(.callRemoved(call.id), "I-KILL-01") }
        self.calls.calls.removeAll()
    }
}
