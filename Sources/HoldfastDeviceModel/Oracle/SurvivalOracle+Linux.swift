import HoldfastRules
import HoldfastWire

extension SurvivalOracle {
    /// A Linux desktop and how the app runs on it.
    package struct Linux: Hashable, Sendable {
        /// The call lives in a service of the user's, not in the session.
        package var isService: Bool
        package var doesLogoutKill: Bool
        package var doesUserLinger: Bool
        /// A Flatpak that must have a window.
        package var needsWindow: Bool
        /// Whether logind grants the delay lock in which the server is told of a sleep.
        package var mayDelaySleep: Bool

        package init(
            isService: Bool = false,
            doesLogoutKill: Bool = true,
            doesUserLinger: Bool = false,
            needsWindow: Bool = false,
            mayDelaySleep: Bool = true
        ) {
            self.isService = isService
            self.doesLogoutKill = doesLogoutKill
            self.doesUserLinger = doesUserLinger
            self.needsWindow = needsWindow
            self.mayDelaySleep = mayDelaySleep
        }
    }
}

extension SurvivalOracle.Linux: SurvivalRules {
    typealias Oracle = SurvivalOracle

    /// Nothing stops a process for being hidden or locked (L-GEN-01, L-LCK-01).
    func isSheltered(
        after fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Bool { true }

    func loss(
        by fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Oracle.Loss? {
        switch fact {
        case .slept:
            Oracle.Loss(at: now, because: "L-SLP-01", isAnnounced: self.mayDelaySleep)
        case .loggedOut where !self.isService && self.doesLogoutKill:
            Oracle.Loss(at: now, because: "L-SES-01", isProcessGone: true)
        case .rebooted: Oracle.Loss(at: now, because: "L-SLP-01", isProcessGone: true)
        case .memoryKilled: Oracle.Loss(at: now, because: nil, isProcessGone: true)
        default: nil
        }
    }

    func loss(ahead circumstances: Oracle.Circumstances) -> Oracle.Loss? {
        var losses: [Oracle.Loss] = []
        if self.isService, !self.doesUserLinger, let since = circumstances.loggedOutAt,
            let stop = Timing.Linux.userStop.duration(on: .newest)
        {
            losses.append(Oracle.Loss(at: since.advanced(by: stop), because: "L-SES-02"))
        }
        if self.needsWindow, let since = circumstances.windowsClosedAt,
            let check = Timing.Linux.backgroundCheck.duration(on: .newest)
        {
            // It is looked for twice.
            losses.append(Oracle.Loss(at: since.advanced(by: check + check), because: "L-XDP-03"))
        }
        var first = losses.min { $0.at < $1.at }
        first?.isAnnounced = true
        first?.isProcessGone = true
        return first
    }
}
