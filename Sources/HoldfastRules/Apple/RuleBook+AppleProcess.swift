extension RuleBook {
    /// The network, scheduled tasks, Live Activities and the end of the process.
    static let appleProcess: [Rule] = [
        Rule(
            "I-NET-01",
            .apple(),
            when: "the app is suspended, above all on a locked device",
            then: "the system may take back its sockets; on resume they are dead",
            fix: "never reuse one after a suspension",
            source: "TN2277; forum thread 802375 (DTS); the moment is not documented",
            .documented
        ),
        Rule(
            "I-NET-02",
            .apple(from: 14),
            when: "an app in the background reaches for the local network before the user was "
                + "asked",
            then: "denied without a question, and nothing is remembered",
            fix: "reach for it first while visible; NSLocalNetworkUsageDescription",
            source: "TN3179",
            .documented
        ),
        Rule(
            "I-NET-03",
            .apple(),
            when: "the app runs in the background by I-AUD-01",
            then: "its sockets work as ever",
            fix: "",
            source: "TN2277",
            .documented
        ),
        Rule(
            "I-BGT-01",
            .apple(from: 13),
            when: "an identifier is registered that BGTaskSchedulerPermittedIdentifiers lacks, "
                + "or after launch, or a due task has no handler",
            then: "the registration returns false; a due task without a handler ends the app",
            fix: "register a handler for each identifier in didFinishLaunching, list nothing else",
            source: "Apple: backgroundtasks/bgtaskscheduler, register",
            .documented
        ),
        Rule(
            "I-BGT-02",
            .apple(from: 13),
            when: "an identifier is registered twice",
            then: "the app is killed",
            fix: "register once",
            source: "Apple: backgroundtasks/bgtaskscheduler, register",
            .documented
        ),
        Rule(
            "I-BGT-03",
            .apple(from: 13),
            when: "a task is submitted without its mode, or its identifier is not listed",
            then: "error notPermitted",
            fix: "declare both",
            source: "Apple: backgroundtasks/bgtaskscheduler/error/code",
            .documented
        ),
        Rule(
            "I-BGT-04",
            .apple(from: 13),
            when: "a task expires without an expiration handler",
            then: "it is marked as failed",
            timings: [Timing.Apple.fetch],
            fix: "set the handler",
            source: "Apple: backgroundtasks/bgtask/expirationhandler, from an excerpt",
            .documented
        ),
        Rule(
            "I-BGT-05",
            .apple(),
            when: "a call wants to live by a scheduled task",
            then: "none keeps it alive; that of iOS 26 for work with progress is for other things",
            fix: "audio, I-AUD-01",
            source: "Apple: backgroundtasks/bgcontinuedprocessingtask",
            .documented,
            .absent(
                because: "it says what is not there; I-MODE-04 and I-BG-12 show that the "
                    + "time ends"
            )
        ),
        Rule(
            "I-LA-01",
            .apple(from: SystemVersion(16, 1)),
            when: "a Live Activity is started",
            then: "only in the foreground, with NSSupportsLiveActivities; active for 8 h; no "
                + "time to run comes with it",
            timings: [Timing.Apple.liveActivity],
            fix: "start it with the call",
            source: "Apple: activitykit/displaying-live-data-with-live-activities",
            .documented
        ),
        Rule(
            "I-KILL-01",
            .apple(),
            when: "the user swipes the app away",
            then: "its process ends and its audio with it; willTerminate only if it was not "
                + "suspended; that its calls end in CallKit is unverified",
            timings: [Timing.Apple.terminateNotice],
            fix: "resume at the next launch, end stale calls then",
            source: "Apple: uikit/uiapplicationdelegate/applicationwillterminate(_:)",
            .documented
        ),
        Rule(
            "I-KILL-02",
            .apple(),
            when: "a background push for an app that was swiped away",
            then: "it is not launched until the user opens it or the device restarts",
            fix: "ring by VoIP push",
            source: "Apple: uikit/uiapplicationdelegate, didReceiveRemoteNotification",
            .documented
        ),
        Rule(
            "I-KILL-03",
            .apple(),
            when: "a VoIP push for an app that was swiped away",
            then: "it is launched all the same",
            fix: "",
            source: "relied upon by many; Apple says nothing",
            .unverified,
            .optional
        ),
        Rule(
            "I-KILL-04",
            .apple(),
            when: "memory runs out",
            then: "an app in the background may be killed without a word, also one with audio",
            fix: "need little memory off the screen; resume at the next launch",
            source: "Apple: xcode/identifying-high-memory-use-with-jetsam-event-reports",
            .documented
        ),
    ]
}
