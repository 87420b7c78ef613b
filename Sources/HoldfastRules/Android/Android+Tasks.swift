extension RuleBook.Android {
    /// The user removes the app, or stops it.
    static let tasks: [Rule] = [
        Rule(
            "A-TASK-01",
            .android(),
            when: """
                The user swipes the app away, and its service is declared with \
                stopWithTask="true".
                """,
            then: """
                The service is stopped, onTaskRemoved() is not called, and the process may be \
                killed: the call ends.
                """,
            fix: "Do not declare stopWithTask on the call's service.",
            source: "AOSP API 36, ActiveServices.java, cleanUpServices",
            .source
        ),
        Rule(
            "A-TASK-02",
            .android(),
            when: "The user swipes the app away, and its service is declared without stopWithTask.",
            then: "onTaskRemoved() is called; a process with a foreground service lives on.",
            fix: "Keep the call, or leave it there, as the app has chosen.",
            source: "AOSP API 36, ActivityTaskSupervisor.java",
            .source
        ),
        Rule(
            "A-TASK-03",
            .android(),
            when: "The user swipes away an app without a foreground service.",
            then: """
                Its process is killed, after at most 1 s for onStop(); with a started service, \
                when it next comes to the background.
                """,
            timings: [Timing.Android.taskRemovalWait],
            fix: "A foreground service.",
            source: """
                AOSP API 36, ActivityTaskSupervisor.java 207, ActivityManagerService.java \
                17014-17028
                """,
            .source
        ),
        Rule(
            "A-TASK-04",
            .android(),
            when: "A process with a service dies.",
            then: """
                START_STICKY: the service is restarted with no intent; START_REDELIVER_INTENT: \
                with the last one, up to 3 times; START_NOT_STICKY: not at all. First after 1 \
                s, four times as long each time, anew after 60 s of running, 10 s between \
                services; after 2 crashes 30 min for each further one.
                """,
            timings: [
                Timing.Android.stickyRestart,
                Timing.Android.stickyReset,
                Timing.Android.stickySpacing,
                Timing.Android.stickyCrash,
            ],
            fix: "Return to the call, or stop: never a service without a call.",
            source: """
                AOSP API 36, ActiveServices.java, scheduleServiceRestartLocked; \
                ActivityManagerConstants.java 223-229
                """,
            .source
        ),
        Rule(
            "A-TASK-05",
            .android(31...),
            when: """
                The process of a sticky foreground service is killed by memory or a crash, and \
                restarted.
                """,
            then: """
                The service is in the foreground again, with its types, its notification and \
                its right to microphone and camera. The call itself is gone and must be \
                rebuilt. Not after a swipe, a stop by the user, a force stop, or with \
                shortService.
                """,
            fix: "Return to the call at once, or stop the service.",
            source: """
                AOSP API 36, ActiveServices.java 6038 and 6464; from reading the code, never \
                seen on a device
                """,
            .unverified,
            .optional
        ),
        Rule(
            "A-TASK-06",
            .android(33...),
            when: "The user taps Stop in the list of active apps.",
            then: """
                The whole process ends, with its activities, notification and sound, without \
                any callback. Jobs and alarms stay; the next start learns \
                REASON_USER_REQUESTED.
                """,
            fix: "Do not start again by yourself; when the user opens the app, offer the call.",
            source: "developer.android.com, handle-user-stopping",
            .documented
        ),
        Rule(
            "A-TASK-07",
            .android(),
            when: "The user force-stops the app in the settings.",
            then: """
                It gets no pushes, alarms or broadcasts until the user opens it. From API 35 \
                its pending intents are cancelled, which was not verified.
                """,
            fix: "There is nothing to do; when the user opens the app, offer the call.",
            source: "developer.android.com",
            .documented
        ),
        Rule(
            "A-TASK-08",
            .android(),
            when: "The app crashes.",
            then: "All its services die with the process; they restart by A-TASK-04.",
            fix: "Keep the call where a new process finds it.",
            source: "AOSP, ActiveServices.java",
            .source
        ),
    ]
}
