extension Timing {
    /// The durations in Android's rules.
    package enum Android {
        package static let startForegroundDeadline = Timing(
            "startForegroundDeadline",
            "from the delivery of the start to the crash of an app that has not promoted its service",
            spans: [Span(26, .seconds(5)), Span(28, .seconds(10)), Span(33, .seconds(30))],
            strict: .seconds(5),
            isRemote: true
        )
        package static let startForegroundANR = Timing(
            "startForegroundANR",
            "from that deadline to the report that the app does not respond",
            spans: [Span(33, .seconds(10))],
            isRemote: true,
            absence: "no app of a model outlives its crash, nor does its main thread hang"
        )
        package static let plainStartRecheck = Timing(
            "plainStartRecheck",
            "from the making of a service by startService() to the moment at which promoting it is "
                + "judged anew",
            spans: [Span(31, .seconds(10))],
            isRemote: true
        )
        package static let backgroundStartGrace = Timing(
            "backgroundStartGrace",
            "for which an app that became invisible may still start a foreground service",
            spans: [Span(31, .seconds(5))],
            isRemote: true
        )
        package static let activityGrace = Timing(
            "activityGrace",
            "for which the start or the end of an activity counts as being in use",
            .seconds(10)
        )
        package static let bootAllowance = Timing(
            "bootAllowance",
            "for which the broadcast of a boot allows starts from the background",
            .seconds(20),
            isRemote: true
        )
        package static let idle = Timing(
            "uidIdle",
            "from leaving the foreground to being idle",
            .seconds(60),
            isRemote: true
        )
        package static let capabilitySettle = Timing(
            "capabilitySettle",
            "from the loss of microphone and camera by process state to their silence",
            spans: [Span(30, .seconds(5))],
            isRemote: true
        )
        package static let backgroundSettle = Timing(
            "backgroundSettle",
            "the same for a process that was neither on top nor had a foreground service",
            spans: [Span(30, .seconds(1))],
            isRemote: true,
            absence: "what an app of a model can lose it has on top or by a foreground service"
        )
        package static let networkCutSoon = Timing(
            "networkCutSoon",
            "from leaving the foreground to the loss of the network, for an app that was just left",
            spans: [Span(35, .seconds(5)), Span(36, .seconds(20))],
            strict: .seconds(5)
        )
        package static let networkCutOther = Timing(
            "networkCutOther",
            "the same for every other process in the background",
            spans: [Span(35, .seconds(5)), Span(36, .seconds(2))]
        )
        package static let previousApp = Timing(
            "previousApp",
            "for which the app that was left last is kept from the cache",
            .seconds(60),
            isRemote: true
        )
        package static let freezerDebounce = Timing(
            "freezerDebounce",
            "from entering the cache to being frozen",
            spans: [Span(31, .seconds(600)), Span(34, .seconds(10))],
            isRemote: true
        )
        package static let shortService = Timing(
            "shortService",
            "that a short service may run",
            spans: [Span(34, .seconds(180))],
            isRemote: true
        )
        package static let shortServiceDemotion = Timing(
            "shortServiceDemotion",
            "from the end of that time to the loss of the foreground",
            spans: [Span(34, .seconds(5))],
            isRemote: true
        )
        package static let shortServiceANR = Timing(
            "shortServiceANR",
            "from the end of that time to the report that the app does not respond",
            spans: [Span(34, .seconds(10))],
            isRemote: true
        )
        package static let timedService = Timing(
            "timedService",
            "that services of the types dataSync and mediaProcessing may run in 24 hours",
            spans: [Span(35, .seconds(21_600))],
            isRemote: true
        )
        package static let timedServiceCrash = Timing(
            "timedServiceCrash",
            "from the end of that time to the crash",
            spans: [Span(35, .seconds(10))],
            isRemote: true
        )
        package static let notificationDeferral = Timing(
            "notificationDeferral",
            "for which the notification of a new foreground service may be held back",
            spans: [Span(31, .seconds(10))],
            isRemote: true
        )
        package static let notificationDeferralExclusion = Timing(
            "notificationDeferralExclusion",
            "for which no second notification is held back",
            spans: [Span(31, .seconds(120))],
            isRemote: true
        )
        package static let audioModeOwner = Timing(
            "audioModeOwner",
            "for which an app that neither plays nor records keeps the communication mode",
            spans: [Span(31, .seconds(6))]
        )
        package static let projectionToken = Timing(
            "projectionToken",
            "for which the user's consent to show the screen may wait unused",
            spans: [Span(34, .seconds(300))]
        )
        package static let callStyleDeadline = Timing(
            "callStyleDeadline",
            "from adding a call to Telecom to the notification that must show it",
            spans: [Span(34, .seconds(5))]
        )
        package static let telecomAcknowledgement = Timing(
            "telecomAcknowledgement",
            "in which each request of Telecom's must be answered",
            spans: [Span(34, .seconds(5))]
        )
        package static let telecomVerification = Timing(
            "telecomVerification",
            "in which the state that was answered must be reached",
            spans: [Span(34, .seconds(2))]
        )
        package static let stickyRestart = Timing(
            "stickyRestart",
            "from the death of a process to the first restart of its sticky service; four times as long "
                + "each time",
            .seconds(1),
            isRemote: true
        )
        package static let stickyReset = Timing(
            "stickyReset",
            "that a restarted service must run for the delay to begin anew",
            .seconds(60),
            isRemote: true
        )
        package static let taskRemovalWait = Timing(
            "taskRemovalWait",
            "from the removal of a task to the end of its process",
            .seconds(1)
        )
        package static let lightDoze = Timing(
            "lightDoze",
            "from the screen going off to light Doze",
            .seconds(360),
            isRemote: true
        )
        package static let deepDoze = Timing(
            "deepDoze",
            "from the screen going off, the device lying still, to deep Doze",
            .seconds(3_870),
            isRemote: true
        )
        package static let restrictedKill = Timing(
            "restrictedKill",
            "from being cached and idle to the end of an app that the user has restricted",
            spans: [Span(33, .seconds(60))],
            isRemote: true
        )
        package static let mediaButtonAllowance = Timing(
            "mediaButtonAllowance",
            "for which a media button counts as being in use",
            spans: [Span(30, .seconds(10))],
            isRemote: true
        )
        package static let timedServiceWindow = Timing(
            "timedServiceWindow",
            "over which the time of such services is summed",
            spans: [Span(35, .seconds(86_400))]
        )
        package static let stickySpacing = Timing(
            "stickySpacing",
            "that the restarts of two services lie apart at least",
            .seconds(10),
            isRemote: true
        )
        package static let stickyCrash = Timing(
            "stickyCrash",
            "that each crash from the second one on adds to the delay of a restart",
            .seconds(1_800),
            isRemote: true
        )
        package static let telecomTransitory = Timing(
            "telecomTransitory",
            "that a call may stay between two states",
            spans: [Span(34, .seconds(5))],
            isRemote: true
        )
        package static let telecomIntermediate = Timing(
            "telecomIntermediate",
            "that a call may dial or ring",
            spans: [Span(34, .seconds(60))],
            isRemote: true
        )
        /// No source gives it: the sender of the push chooses it. This is what a tapped notification gets.
        package static let pushAllowance = Timing(
            "pushAllowance",
            "for which an urgent push keeps its receiver running and allows starts from the background",
            .seconds(10),
            isRemote: true
        )
        /// No source gives it: "seconds to minutes". This is in between.
        package static let processorSleep = Timing(
            "processorSleep",
            "from the screen going off, no wake lock being held, to the sleep of the processor",
            .seconds(60),
            strict: .seconds(5)
        )
    }
}
