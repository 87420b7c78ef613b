package import HoldfastRules
import HoldfastWire

extension SurvivalOracle {
    /// An iPhone or iPad and what the app's Info.plist declares.
    package struct Apple: Hashable, Sendable {
        /// `audio` among UIBackgroundModes.
        package var hasAudioMode: Bool
        /// `voip` among them, and CallKit used.
        package var hasVoIPMode: Bool
        package var profile: Timing.Profile

        package init(
            hasAudioMode: Bool = true,
            hasVoIPMode: Bool = true,
            profile: Timing.Profile = .stock
        ) {
            self.profile = profile
            self.hasAudioMode = hasAudioMode
            self.hasVoIPMode = hasVoIPMode
        }
    }
}

extension SurvivalOracle.Apple: SurvivalRules {
    typealias Oracle = SurvivalOracle

    /// Sound that runs keeps the process (I-AUD-01). In the background only CallKit starts it
    /// (I-AUD-04, I-AUD-05), and a system's call stops it (I-AUD-07).
    func isSheltered(
        after fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Bool {
        guard self.hasAudioMode, !circumstances.isInSystemCall else { return false }
        if circumstances.isVisible { return true }
        switch fact {
        case .joined(.hidden): return false
        case .joined(.pushed): return self.hasVoIPMode
        case .systemCallEnded: return circumstances.isSheltered || self.hasVoIPMode
        default: return circumstances.isSheltered
        }
    }

    func loss(
        by fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Oracle.Loss? {
        switch fact {
        case .swiped: Oracle.Loss(at: now, because: "I-KILL-01", isProcessGone: true)
        case .memoryKilled: Oracle.Loss(at: now, because: "I-KILL-04", isProcessGone: true)
        case .rebooted: Oracle.Loss(at: now, because: nil, isProcessGone: true)
        default: nil
        }
    }

    func loss(ahead circumstances: Oracle.Circumstances) -> Oracle.Loss? {
        guard let since = circumstances.exposedSince,
            let task = Timing.Apple.backgroundTask.duration(on: .newest)
        else { return nil }
        let at: MonotonicInstant
        switch self.profile {
        // All tasks of one stay in the background share the time.
        case .stock: at = since.advanced(by: max(.zero, task - circumstances.exposedBefore))
        // I-BG-05: none is begun in the background, and the time of one that was begun before runs on.
        case .strict: at = max(since, (circumstances.leftAt ?? since).advanced(by: task))
        }
        return Oracle.Loss(at: at, because: "I-BG-02", isAnnounced: true)
    }
}
