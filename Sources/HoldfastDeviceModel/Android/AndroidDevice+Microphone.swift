import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The app's capture of sound. What is silenced goes on, and gives zeros.
    struct Microphone: Sendable {
        enum State: Hashable, Sendable {
            case closed
            /// Nil: it hears.
            case capturing(CaptureSource, silencedBy: Rule.ID?)
        }

        /// Another app's capture. `isNewer`: it began after ours.
        struct Other: Hashable, Sendable {
            var isPrivacySensitive: Bool
            var isNewer = true
        }

        var state = State.closed
        var other: Other?
        /// The switch for all microphones.
        var isSwitchedOff = false
        /// A call of the telephone's.
        var isInCellularCall = false

        mutating func stop() { self.state = .closed }

        /// Whether sound of a call is captured, and heard.
        var isHeardInCall: Bool { self.state == .capturing(.voiceCommunication, silencedBy: nil) }
    }

    var microphoneAccess: CallConditions.Access {
        switch self.microphone.state {
        case .closed: .unused
        case .capturing(_, silencedBy: .none): .open
        case .capturing(_, silencedBy: .some(let rule)): .closed(rule)
        }
    }

    mutating func startCapture(_ source: CaptureSource) {
        guard self.permissions.isGranted(.microphone) else {
            self.emit(.threw(.security), "A-WIU-06")
            return
        }
        self.microphone.other?.isNewer = false
        self.microphone.state = .capturing(source, silencedBy: nil)
    }

    mutating func settleMicrophone() {
        guard case .capturing(let source, let before) = self.microphone.state else { return }
        let rule = self.silencingRule(source)
        guard rule != before else { return }
        self.microphone.state = .capturing(source, silencedBy: rule)
        if let rule {
            if before == nil { self.emit(.microphoneSilenced, rule) }
        } else {
            // What ends the silence is the opposite of what began it.
            let isCapability = before == "A-MIC-02" || before == "A-MIC-01"
            self.emit(.microphoneHeard, isCapability ? "A-MIC-05" : before)
        }
    }

    private func silencingRule(_ source: CaptureSource) -> Rule.ID? {
        let api = self.configuration.api
        if self.microphone.isSwitchedOff { return "A-MIC-04" }
        if api >= 29, self.microphone.isInCellularCall { return "A-MIC-03" }
        if api >= 29, let other = self.microphone.other {
            // The latest private capture is heard; beside a plain one, who is on top or private.
            let isOurs =
                other.isPrivacySensitive
                ? source.isPrivacySensitive && !other.isNewer
                : source.isPrivacySensitive || self.screen.isVisible
            if !isOurs { return "A-MIC-03" }
        }
        if api >= 30, !self.capability.open.contains(.microphone) { return "A-MIC-02" }
        if api >= 28, self.process.isIdle { return "A-MIC-01" }
        return nil
    }
}
