import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// Audio focus and the communication mode.
    struct Audio: Sendable {
        enum Focus: Hashable, Sendable {
            case none
            case held
            /// Another has it, and gives it back.
            case waiting
        }

        /// Whether the app's routes hold.
        enum Mode: Hashable, Sendable {
            case normal
            /// It plays or captures.
            case owned
            /// It does neither; the mode is lost then.
            case unused(until: MonotonicInstant)
            case lost
        }

        var focus = Focus.none
        var mode = Mode.normal
        var isPlaying = false

        var isHolding: Bool { self.focus != .none || self.mode != .normal }

        var nextDeadline: MonotonicInstant? {
            switch self.mode {
            case .unused(let until): until
            case .normal, .owned, .lost: nil
            }
        }

        mutating func setMode(_ isOn: Bool, at now: MonotonicInstant) {
            if !isOn {
                self.mode = .normal
            } else if self.mode == .normal {
                self.mode = .owned
            }
        }
    }

    mutating func elapseAudio(at now: MonotonicInstant) {
        guard case .unused(let until) = self.audio.mode, until <= now else { return }
        self.audio.mode = .lost
        self.emit(.communicationModeLost, "A-AUD-02")
    }

    mutating func requestFocus() {
        let isAllowed =
            self.screen.isVisible || self.services.hasForegroundInMain || self.telecom.isDelegated
        if self.configuration.isAtLeast(api: 35, target: 35), !isAllowed {
            self.emit(.audioFocusRefused, "A-AUD-01")
            return
        }
        if self.microphone.isInCellularCall {
            self.emit(.audioFocusRefused, "A-AUD-04")
            return
        }
        self.audio.focus = .held
        self.emit(.audioFocusGranted)
    }

    mutating func loseFocus(isTransient: Bool) {
        guard self.audio.focus == .held else {
            if !isTransient { self.audio.focus = .none }
            return
        }
        self.audio.focus = isTransient ? .waiting : .none
        self.emit(.audioFocusLost(isTransient: isTransient), "A-AUD-04")
    }

    mutating func returnFocus() {
        guard self.audio.focus == .waiting else { return }
        self.audio.focus = .held
        self.emit(.audioFocusReturned, "A-AUD-04")
    }

    mutating func settleAudioMode(at now: MonotonicInstant) {
        guard self.configuration.api >= 31 else { return }
        let isActive =
            self.process.life == .running
            && (self.audio.isPlaying || self.microphone.isHeardInCall)
        switch self.audio.mode {
        case .normal: break
        case .owned:
            if !isActive {
                self.audio.mode = .unused(until: now.advanced(by: self.limits.audioModeOwner))
            }
        case .unused:
            if isActive { self.audio.mode = .owned }
        case .lost:
            if isActive {
                self.audio.mode = .owned
                self.emit(.communicationModeReturned, "A-AUD-02")
            }
        }
    }
}
