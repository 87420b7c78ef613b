import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// How long a service may still be in the foreground.
    enum TimeLimit: Hashable, Sendable {
        /// For as long as it likes (A-TO-03).
        case none
        /// A short service, until then.
        case short(until: MonotonicInstant)
        /// It was told to stop.
        case shortOver(demotion: MonotonicInstant, report: MonotonicInstant)
        /// It no longer counts.
        case demoted(report: MonotonicInstant)
        /// A service whose time in 24 h is limited, until then.
        case timed(until: MonotonicInstant)
        /// It was told to stop.
        case timedOver(crash: MonotonicInstant)

        var deadline: MonotonicInstant? {
            switch self {
            case .none: nil
            case .short(let until), .timed(let until): until
            case .shortOver(let demotion, _): demotion
            case .demoted(let report): report
            case .timedOver(let crash): crash
            }
        }
    }

    /// What a type of service has used of its time.
    struct TimeBudget: Sendable {
        private var used: Duration = .zero
        private var windowStart: MonotonicInstant?
        private var runningSince: MonotonicInstant?

        /// What is left, after the beginning of a new window if the old one is over.
        mutating func left(at now: MonotonicInstant, _ limits: Limits) -> Duration {
            if let windowStart, now >= windowStart.advanced(by: limits.timedServiceWindow) {
                self = TimeBudget()
            }
            let running = self.runningSince.map { $0.duration(to: now) } ?? .zero
            return limits.timedService - self.used - running
        }

        mutating func run(at now: MonotonicInstant) {
            self.windowStart = self.windowStart ?? now
            self.runningSince = self.runningSince ?? now
        }

        mutating func pause(at now: MonotonicInstant) {
            guard let runningSince else { return }
            self.used += runningSince.duration(to: now)
            self.runningSince = nil
        }

        /// The app was seen: all the time is there again.
        mutating func renew(at now: MonotonicInstant) {
            let isRunning = self.runningSince != nil
            self = TimeBudget()
            if isRunning { self.run(at: now) }
        }
    }

    /// The limit of a service that goes to the foreground with these types; nil: its time is used up.
    mutating func timeLimit(of types: ServiceTypes, at now: MonotonicInstant) -> TimeLimit? {
        if types == .shortService {
            return .short(until: now.advanced(by: self.limits.shortService))
        }
        guard self.configuration.isAtLeast(api: 35, target: 35) else { return TimeLimit.none }
        var until: MonotonicInstant?
        if types.contains(.dataSync) {
            let left = self.services.dataSync.left(at: now, self.limits)
            guard left > .zero else { return nil }
            until = now.advanced(by: left)
        }
        if types.contains(.mediaProcessing) {
            let left = self.services.mediaProcessing.left(at: now, self.limits)
            guard left > .zero else { return nil }
            until = earliest(until, now.advanced(by: left))
        }
        return until.map { .timed(until: $0) } ?? TimeLimit.none
    }

    mutating func elapseServices(at now: MonotonicInstant) {
        for index in self.services.records.indices {
            let record = self.services.records[index]
            if record.running?.promise.isDue(at: now) == true {
                self.services.records[index].running?.promise = nil
                let isDebugged = self.configuration.options.contains(.isDebugged)
                if !isDebugged { self.breakPromise(index, nil, at: now) }
            }
            if let time = record.running?.foreground?.time, time.deadline.isDue(at: now) {
                self.elapse(time, index, at: now)
            }
            if record.recovery.at.isDue(at: now) { self.restart(index, at: now) }
        }
    }

    private mutating func elapse(_ time: TimeLimit, _ index: Int, at now: MonotonicInstant) {
        let name = self.services.records[index].declaration.name
        let next: TimeLimit
        switch time {
        case .none: return
        case .short:
            next = .shortOver(
                demotion: now.advanced(by: self.limits.shortServiceDemotion),
                report: now.advanced(by: self.limits.shortServiceANR)
            )
            self.emit(.timedOut(name), "A-TO-01")
        case .shortOver(_, let report):
            next = .demoted(report: report)
            self.emit(.demoted(name), "A-TO-01")
        case .timed:
            next = .timedOver(crash: now.advanced(by: self.limits.timedServiceCrash))
            self.emit(.timedOut(name), "A-TO-02")
        case .demoted:
            self.services.records[index].running?.foreground?.time = .none
            self.endProcess(of: index, .notResponding, "A-TO-01", at: now)
            return
        case .timedOver:
            self.services.records[index].running?.foreground?.time = .none
            self.endProcess(of: index, .crash(.remoteDidNotStopInTime), "A-TO-02", at: now)
            return
        }
        self.services.records[index].running?.foreground?.time = next
    }

    /// The service was to go to the foreground and did not, in time or before its end.
    mutating func breakPromise(_ index: Int, _ rule: Rule.ID?, at now: MonotonicInstant) {
        let crash: Crash
        let deadlineRule: Rule.ID
        switch self.configuration.api {
        case ...27: (crash, deadlineRule) = (.remoteService, "A-FGS-01")
        case ...30: (crash, deadlineRule) = (.remoteService, "A-FGS-02")
        case ...32: (crash, deadlineRule) = (.didNotStartInTime, "A-FGS-03")
        default: (crash, deadlineRule) = (.remoteDidNotStartInTime, "A-FGS-04")
        }
        self.endProcess(of: index, .crash(crash), rule ?? deadlineRule, at: now)
    }
}

extension AndroidDevice.Services {
    /// The budgets of types that no service in the foreground has any more stand still.
    mutating func pauseBudgets(
        after types: AndroidDevice.ServiceTypes,
        at now: MonotonicInstant
    ) {
        if types.contains(.dataSync), !self.hasForeground(of: .dataSync) {
            self.dataSync.pause(at: now)
        }
        if types.contains(.mediaProcessing), !self.hasForeground(of: .mediaProcessing) {
            self.mediaProcessing.pause(at: now)
        }
    }

    /// The app is seen: the time of its timed services is new.
    mutating func becameVisible(at now: MonotonicInstant, _ limits: AndroidDevice.Limits) {
        self.dataSync.renew(at: now)
        self.mediaProcessing.renew(at: now)
        for index in self.records.indices {
            guard case .timed = self.records[index].running?.foreground?.time else { continue }
            self.records[index].running?.foreground?.time = .timed(
                until: now.advanced(by: limits.timedService)
            )
        }
    }
}
