import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// The app's audio session.
    struct AudioSession: Hashable, Sendable {
        enum State: Hashable, Sendable {
            case inactive
            /// By the app itself; what it started in the foreground goes on in the background.
            case active
            /// By the app itself, after an interruption: it may record in the background as before.
            case resumed
            /// By CallKit: recording may begin in the background.
            case activeByCallKit
            case interrupted
            /// The interruption ended with the advice to resume: it may be active again in the background.
            case resumable
        }

        var state = State.inactive
        var category: AudioCategory?
        var isMixable = false
        /// Whether input and output run.
        private(set) var isRunning = false
        /// What stopped them against the app's will; nil: nothing did.
        private(set) var stopper: Rule.ID?
        /// Whether the app has yet to hear that a suspension deactivated its session.
        var wasSuspended = false
        /// Since when it runs without being heard; nil: it is heard, or does not run.
        var silentSince: MonotonicInstant?
        var isAudible = true

        var isActive: Bool {
            switch self.state {
            case .active, .resumed, .activeByCallKit: true
            case .inactive, .interrupted, .resumable: false
            }
        }

        /// Whether it keeps a process running (I-AUD-01).
        var isSounding: Bool { self.isActive && self.isRunning }

        var isHeld: Bool { self.state != .inactive || self.isRunning }

        var records: Bool { self.category?.records ?? false }

        mutating func start() {
            self.isRunning = true
            self.stopper = nil
        }

        mutating func stop() {
            self.isRunning = false
            self.stopper = nil
        }

        /// The app wants sound, and gets none.
        mutating func refuse(_ rule: Rule.ID) {
            self.isRunning = false
            self.stopper = rule
        }

        /// The sound stops and the app did not want it to.
        mutating func cut(_ rule: Rule.ID) {
            guard self.isRunning else { return }
            self.refuse(rule)
        }

        mutating func deactivate(_ rule: Rule.ID) {
            self.state = .inactive
            self.cut(rule)
        }

        /// I-AUD-03.
        mutating func suspend() {
            if self.isActive { self.wasSuspended = true }
            self.deactivate("I-AUD-03")
        }
    }

    /// What others do with the audio.
    struct OtherAudio: Hashable, Sendable {
        enum CellularCall: Hashable, Sendable { case none, ringing, ongoing }

        var call = CellularCall.none
        var interrupters: Set<Interrupter> = []

        var isSilent: Bool { self.call == .none && self.interrupters.isEmpty }
    }

    package var microphoneAccess: CallConditions.Access {
        if let rule = self.audio.stopper { return self.audio.records ? .closed(rule) : .unused }
        guard self.audio.isRunning, self.audio.records else { return .unused }
        return self.permissions[.microphone] == .granted ? .open : .closed("I-PRIV-02")
    }

    mutating func apply(_ request: AudioRequest, at now: MonotonicInstant) {
        switch request {
        case .configure(let category, let isMixable):
            self.audio.category = category
            self.audio.isMixable = isMixable
        case .activate:
            if let (code, rule) = self.activate() { self.tell(.error(.audio(code)), rule) }
        case .deactivate:
            let wasRunning = self.audio.isRunning
            self.audio.state = .inactive
            self.audio.stop()
            if wasRunning { self.tell(.error(.audio(.isBusy)), "I-AUD-08") }
            self.extendGraceAfterSound(wasRunning, at: now)
        case .start: self.startAudio()
        case .stop:
            let wasRunning = self.audio.isRunning
            self.audio.stop()
            self.extendGraceAfterSound(wasRunning, at: now)
        case .setAudible(let isAudible): self.audio.isAudible = isAudible
        }
    }

    mutating func apply(_ event: AudioEvent, at now: MonotonicInstant) {
        switch event {
        case .cellularCallRang:
            guard self.others.call == .none else { return }
            self.others.call = .ringing
            self.cover(.callBanner, at: now)
            // While CallKit shows a call of ours, another one waits without taking the audio.
            if self.calls.connected.isEmpty { self.interrupt(at: now) }
        case .cellularCallAnswered(let choice):
            guard self.others.call == .ringing else { return }
            self.others.call = .ongoing
            self.uncover(.callBanner, at: now)
            for call in self.calls.connected {
                switch choice {
                case .hold: self.perform(.setHeld(call, true), at: now)
                case .end: self.perform(.end(call), at: now)
                }
            }
            if self.calls.connected.isEmpty { self.interrupt(at: now) }
        case .cellularCallEnded:
            guard self.others.call != .none else { return }
            self.others.call = .none
            self.uncover(.callBanner, at: now)
            // With a call in CallKit it was held; the user takes it up again, or nobody does.
            if self.audio.state == .interrupted {
                self.endInterruption(shouldResume: true, at: now)
            }
        case .interruptionBegan(let interrupter):
            guard self.others.interrupters.insert(interrupter).inserted else { return }
            self.cover(Self.cover(of: interrupter), at: now)
            self.interrupt(at: now)
        case .interruptionEnded(let interrupter, let shouldResume):
            self.others.interrupters.remove(interrupter)
            self.uncover(Self.cover(of: interrupter), at: now)
            self.endInterruption(shouldResume: shouldResume, at: now)
        }
    }

    private static func cover(of interrupter: Interrupter) -> Covers {
        switch interrupter {
        case .siri: .siri
        case .alarm: .alarm
        }
    }

    /// The session is taken from the app (I-AUD-07).
    private mutating func interrupt(at now: MonotonicInstant, rule: Rule.ID = "I-AUD-07") {
        // An inactive session has nothing to lose.
        guard self.audio.isActive else { return }
        self.audio.state = .interrupted
        self.audio.cut(rule)
        self.tell(.interruptionBegan(wasSuspended: false), rule)
        self.extendGrace(at: now)
    }

    /// Ends may come without a beginning (F45), and are told all the same.
    private mutating func endInterruption(shouldResume: Bool, at now: MonotonicInstant) {
        let isLost = self.configuration.options.contains(.interruptionEndsAreLost)
        if self.audio.state == .interrupted, self.others.isSilent {
            self.audio.state = shouldResume && !isLost ? .resumable : .inactive
        }
        guard !isLost, self.runsCode else { return }
        self.tell(.interruptionEnded(shouldResume: shouldResume), "I-AUD-07")
        self.extendGrace(at: now)
    }

    /// Makes the session active; or says what is in the way.
    private mutating func activate() -> (AudioError, Rule.ID)? {
        guard !self.audio.isActive else { return nil }
        if self.others.call != .none, self.audio.records {
            return (.insufficientPriority, "I-AUD-06")
        }
        if !self.others.isSilent, !self.audio.isMixable {
            return (.cannotInterruptOthers, "I-AUD-07")
        }
        if self.stage == .background, !self.audio.isMixable, self.audio.state != .resumable {
            return (.cannotInterruptOthers, "I-AUD-04")
        }
        self.audio.state = self.audio.state == .resumable ? .resumed : .active
        return nil
    }

    private mutating func startAudio() {
        if self.audio.records, !self.configuration.info.usageDescriptions.contains(.microphone) {
            self.kill(.crash, "I-PRIV-01")
            return
        }
        if self.audio.isRunning { return }
        if let (code, rule) = self.activate() {
            self.audio.refuse(rule)
            self.tell(.error(.audio(code)), rule)
            return
        }
        if self.stage == .background, self.audio.records, self.audio.state == .active {
            self.audio.refuse("I-AUD-05")
            self.tell(.error(.audio(.cannotStartRecording)), "I-AUD-05")
            return
        }
        self.audio.start()
    }

    /// CallKit activates the session, configured as the app configured it (I-CK-02).
    mutating func activateByCallKit() {
        guard self.audio.state != .activeByCallKit else { return }
        // A cellular call that was there is held in its turn.
        if self.others.call == .ongoing { self.others.call = .none }
        self.audio.state = .activeByCallKit
        self.tell(.didActivate, "I-CK-02")
    }

    mutating func deactivateByCallKit(_ rule: Rule.ID, at now: MonotonicInstant) {
        guard self.audio.state == .activeByCallKit else { return }
        let wasRunning = self.audio.isRunning
        self.audio.deactivate(rule)
        self.tell(.didDeactivate, rule)
        self.extendGraceAfterSound(wasRunning, at: now)
    }

    /// The end of the last sound is a new beginning of I-BG-01.
    private mutating func extendGraceAfterSound(_ wasRunning: Bool, at now: MonotonicInstant) {
        if wasRunning { self.extendGrace(at: now) }
    }

    /// When a session without a sound is interrupted.
    var silenceDue: MonotonicInstant? {
        self.audio.silentSince?.advanced(by: self.limits.silence)
    }

    mutating func settleSilence(at now: MonotonicInstant) {
        guard self.configuration.options.contains(.silenceIsInterrupted) else { return }
        let isSilent = self.audio.isSounding && !self.audio.isAudible
        if isSilent != (self.audio.silentSince != nil) {
            self.audio.silentSince = isSilent ? now : nil
        }
    }

    mutating func expireSilence(at now: MonotonicInstant) {
        guard let due = self.silenceDue, due <= now else { return }
        self.audio.silentSince = nil
        self.interrupt(at: now, rule: "I-AUD-09")
    }
}
