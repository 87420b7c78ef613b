package import HoldfastRules
import HoldfastWire

extension SurvivalOracle {
    /// An Android device and what the app's manifest declares.
    package struct Android: Hashable, Sendable {
        /// A type of a service whose permissions the manifest declares.
        package enum ServiceType: Hashable, Sendable {
            case phoneCall, mediaPlayback, connectedDevice, microphone, camera
        }

        package var api: Int
        package var target: Int
        package var profile: Timing.Profile
        /// Nil: the app has no foreground service.
        package var types: Set<ServiceType>?
        package var granted: Set<Fact.Permission>
        /// `stopWithTask`.
        package var doesSwipeStopService: Bool
        package var isBatteryExempt: Bool
        /// A-TASK-05, which nobody has seen: a restarted service is in the foreground again.
        package var doesRestartRestore: Bool

        package init(
            api: Int,
            target: Int,
            profile: Timing.Profile = .stock,
            types: Set<ServiceType>? = [.phoneCall, .microphone, .camera],
            granted: Set<Fact.Permission> = [.microphone, .camera],
            doesSwipeStopService: Bool = false,
            isBatteryExempt: Bool = false,
            doesRestartRestore: Bool = false
        ) {
            self.api = api
            self.target = target
            self.profile = profile
            self.types = types
            self.granted = granted
            self.doesSwipeStopService = doesSwipeStopService
            self.isBatteryExempt = isBatteryExempt
            self.doesRestartRestore = doesRestartRestore
        }

        /// Nil where the rule does not hold.
        private func duration(_ timing: Timing) -> Duration? {
            timing.duration(on: SystemVersion(self.api), self.profile)
        }
    }
}

extension SurvivalOracle.Android: SurvivalRules {
    typealias Oracle = SurvivalOracle

    func isSheltered(
        after fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Bool {
        // A-BG-07
        if circumstances.isRestricted { return false }
        if circumstances.isVisible { return self.hasType(for: .visible, circumstances.granted) }
        // A service that runs goes on; one that does not is started when something allows it.
        guard case .joined(let joining) = fact else { return circumstances.isSheltered }
        return self.mayStart(joining, leftAt: circumstances.leftAt, at: now)
            && self.hasType(for: joining, circumstances.granted)
    }

    /// A-BG-01, A-BG-02
    private func mayStart(
        _ joining: Oracle.Fact.Joining,
        leftAt: MonotonicInstant?,
        at now: MonotonicInstant
    ) -> Bool {
        if joining != .hidden || self.api < 31 || self.target < 31 || self.isBatteryExempt {
            return true
        }
        guard let leftAt, let grace = self.duration(Timing.Android.backgroundStartGrace) else {
            return false
        }
        return now < leftAt.advanced(by: grace)
    }

    /// A-TYPE-07, A-WIU-04
    private func hasType(
        for joining: Oracle.Fact.Joining,
        _ granted: Set<Oracle.Fact.Permission>
    ) -> Bool {
        guard let types else { return false }
        if self.api < 34 || self.target < 34 { return true }
        if !types.isDisjoint(with: [.phoneCall, .mediaPlayback, .connectedDevice]) { return true }
        return joining == .visible
            && (types.contains(.microphone) && granted.contains(.microphone)
                || types.contains(.camera) && granted.contains(.camera))
    }

    func loss(
        by fact: Oracle.Fact,
        _ circumstances: Oracle.Circumstances,
        at now: MonotonicInstant
    ) -> Oracle.Loss? {
        let isServed = circumstances.isSheltered
        var loss = Oracle.Loss(at: now, isProcessGone: true)
        switch fact {
        case .swiped where !isServed: loss.because = "A-TASK-03"
        case .swiped where self.doesSwipeStopService: loss.because = "A-TASK-01"
        // Only who has a service is in that list; a restricted app may have one since it was on the screen.
        case .stoppedByUser where self.api >= 33 && self.types != nil: loss.because = "A-TASK-06"
        case .forceStopped: loss.because = "A-TASK-07"
        case .revoked: loss.because = "A-WIU-06"
        case .memoryKilled:
            loss.because = "A-KILL-01"
            if self.doesRestartRestore, self.api >= 31, isServed {
                loss.returnsAt = self.duration(Timing.Android.stickyRestart).map {
                    now.advanced(by: $0)
                }
            }
        case .rebooted: loss.because = self.api >= 35 && self.target >= 35 ? "A-BG-05" : "A-BG-04"
        default: return nil
        }
        return loss
    }

    func loss(ahead circumstances: Oracle.Circumstances) -> Oracle.Loss? {
        guard let since = circumstances.exposedSince else { return nil }
        let isJustLeft = since == circumstances.leftAt
        var losses: [Oracle.Loss] = []
        let cut = isJustLeft ? Timing.Android.networkCutSoon : Timing.Android.networkCutOther
        if !self.isBatteryExempt, let cut = self.duration(cut) {
            losses.append(Oracle.Loss(at: since.advanced(by: cut), because: "A-NET-01"))
        }
        if let doze = self.duration(Timing.Android.lightDoze), !self.isBatteryExempt,
            let locked = circumstances.lockedSince
        {
            let at = max(since, locked.advanced(by: doze))
            losses.append(Oracle.Loss(at: at, because: "A-NET-02"))
        }
        if let idle = self.duration(Timing.Android.idle), !self.isBatteryExempt,
            let locked = circumstances.lockedSince
        {
            // The wake lock of an idle app counts for nothing.
            let at = max(locked, since.advanced(by: idle))
            losses.append(Oracle.Loss(at: at, because: "A-CPU-02"))
        }
        if let debounce = self.duration(Timing.Android.freezerDebounce) {
            // Before API 34 it is cached as soon as another app was left after it (A-STATE-05).
            let isKept = isJustLeft && self.api >= 34
            let kept = isKept ? self.duration(Timing.Android.previousApp) ?? .zero : .zero
            let at = since.advanced(by: kept + debounce)
            losses.append(Oracle.Loss(at: at, because: "A-CPU-03"))
        }
        if circumstances.isRestricted, self.api <= 34,
            let kill = self.duration(Timing.Android.restrictedKill),
            let idle = self.duration(Timing.Android.idle)
        {
            let at = since.advanced(by: idle + kill)
            losses.append(Oracle.Loss(at: at, because: "A-KILL-02", isProcessGone: true))
        }
        // Who is left knows what will come.
        var first = losses.min { $0.at < $1.at }
        first?.isAnnounced = true
        return first
    }
}
