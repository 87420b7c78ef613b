import HoldfastRules

extension AndroidDevice {
    /// The durations of one device: taken from the rules once, so that nothing is looked up later.
    struct Limits: Sendable {
        let startForeground: Duration
        let plainStartRecheck: Duration
        let backgroundStartGrace: Duration
        let activityGrace: Duration
        let mediaButtonAllowance: Duration
        let bootAllowance: Duration
        let pushAllowance: Duration
        let idle: Duration
        let capabilitySettle: Duration
        /// Nil: the rule does not hold.
        let networkCutSoon: Duration?
        let networkCutOther: Duration?
        let previousApp: Duration
        /// Nil: nothing is frozen.
        let freezerDebounce: Duration?
        let shortService: Duration
        let shortServiceDemotion: Duration
        let shortServiceANR: Duration
        let timedService: Duration
        let timedServiceCrash: Duration
        let timedServiceWindow: Duration
        let notificationDeferral: Duration
        let notificationDeferralExclusion: Duration
        let audioModeOwner: Duration
        let projectionToken: Duration
        let callStyleDeadline: Duration
        let telecomAcknowledgement: Duration
        let telecomVerification: Duration
        let stickyRestart: Duration
        let stickyReset: Duration
        let stickySpacing: Duration
        let stickyCrash: Duration
        let taskRemovalWait: Duration
        let lightDoze: Duration
        let deepDoze: Duration
        let restrictedKill: Duration
        let processorSleep: Duration

        init(_ configuration: Configuration) {
            func optional(_ timing: Timing) -> Duration? {
                timing.duration(on: SystemVersion(configuration.api), configuration.profile)
            }
            /// Zero where the rule does not hold: who asks looks at the API level first.
            func required(_ timing: Timing) -> Duration { optional(timing) ?? .zero }
            typealias Source = Timing.Android
            self.startForeground = required(Source.startForegroundDeadline)
            self.plainStartRecheck = required(Source.plainStartRecheck)
            self.backgroundStartGrace = required(Source.backgroundStartGrace)
            self.activityGrace = required(Source.activityGrace)
            // Before API 30 a button gives no right; its receiver runs for a while all the same.
            self.mediaButtonAllowance = optional(Source.mediaButtonAllowance) ?? self.activityGrace
            self.bootAllowance = required(Source.bootAllowance)
            self.pushAllowance = required(Source.pushAllowance)
            self.idle = required(Source.idle)
            self.capabilitySettle = required(Source.capabilitySettle)
            self.networkCutSoon = optional(Source.networkCutSoon)
            self.networkCutOther = optional(Source.networkCutOther)
            self.previousApp = required(Source.previousApp)
            self.freezerDebounce = optional(Source.freezerDebounce)
            self.shortService = required(Source.shortService)
            self.shortServiceDemotion = required(Source.shortServiceDemotion)
            self.shortServiceANR = required(Source.shortServiceANR)
            self.timedService = required(Source.timedService)
            self.timedServiceCrash = required(Source.timedServiceCrash)
            self.timedServiceWindow = required(Source.timedServiceWindow)
            self.notificationDeferral = required(Source.notificationDeferral)
            self.notificationDeferralExclusion = required(Source.notificationDeferralExclusion)
            self.audioModeOwner = required(Source.audioModeOwner)
            self.projectionToken = required(Source.projectionToken)
            self.callStyleDeadline = required(Source.callStyleDeadline)
            self.telecomAcknowledgement = required(Source.telecomAcknowledgement)
            self.telecomVerification = required(Source.telecomVerification)
            self.stickyRestart = required(Source.stickyRestart)
            self.stickyReset = required(Source.stickyReset)
            self.stickySpacing = required(Source.stickySpacing)
            self.stickyCrash = required(Source.stickyCrash)
            self.taskRemovalWait = required(Source.taskRemovalWait)
            self.lightDoze = required(Source.lightDoze)
            self.deepDoze = required(Source.deepDoze)
            self.restrictedKill = required(Source.restrictedKill)
            self.processorSleep = required(Source.processorSleep)
        }
    }
}
