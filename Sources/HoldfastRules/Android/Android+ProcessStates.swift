extension RuleBook.Android {
    /// What the visibility of an app makes of its process: part A0 of the model.
    static let processStates: [Rule] = [
        Rule(
            "A-STATE-01",
            .android(),
            when: "An activity of the app is resumed.",
            then: """
                The process is on top and has every capability: camera, microphone, location, \
                network.
                """,
            fix: "Take what needs the user (microphone, camera) while the app is on top.",
            source: "AOSP API 36, OomAdjuster.java 3390",
            .source
        ),
        Rule(
            "A-STATE-02",
            .android(),
            when: """
                An activity of the app is visible without being in front: in a second window, \
                or as a floating picture.
                """,
            then: "The process counts as on top and has every capability.",
            fix: "A picture that floats keeps microphone and camera while the screen is on.",
            source: "AOSP API 36, OomAdjuster.java 1759-1775",
            .source
        ),
        Rule(
            "A-STATE-03",
            .android(),
            when: """
                The screen goes off, or the device sleeps, while an activity of the app is on \
                top.
                """,
            then: """
                The process is top-sleeping, which is worse than having a foreground service, \
                and has no capability.
                """,
            fix: "Have a foreground service before the screen can go off.",
            source: "AOSP API 36, OomAdjuster.java 3390, ActivityTaskManagerService.java 5246",
            .source
        ),
        Rule(
            "A-STATE-04",
            .android(),
            when: "The user leaves the app with Home, and it has no foreground service.",
            then: """
                The process is the one that was left last, at priority 700, and has no \
                capability.
                """,
            fix: "Have a foreground service before the app can be left.",
            source: "AOSP API 36, OomAdjuster.java 2295",
            .source
        ),
        Rule(
            "A-STATE-05",
            .android(),
            when: """
                The app without a foreground service was left 60 s ago, or another app became \
                the one that was left last. Before API 34 only the latter.
                """,
            then: "Its process is cached, at priority 900 or more.",
            timings: [Timing.Android.previousApp],
            fix: "Have a foreground service.",
            source: """
                AOSP API 34 and 36, OomAdjuster.java 2088 and 2304, \
                ActivityManagerConstants.java 251
                """,
            .source
        ),
        Rule(
            "A-STATE-06",
            .android(),
            when: "A foreground service of the app runs.",
            then: """
                The process is in the state foreground-service; another process of the app is not \
                raised by it. It has the network; it has camera, microphone and location only \
                where the service has their type and holds the right of an app in use.
                """,
            fix: """
                Start the service with its types while the app is visible, in the process that has \
                the call.
                """,
            source: "AOSP API 36, OomAdjuster.java 2436-2462",
            .source
        ),
        Rule(
            "A-STATE-07",
            .android(),
            when: """
                The processes of the app have left the foreground for 60 s, and the app is not \
                on an allow list.
                """,
            then: """
                The app is idle: the services that it started and that are not in the \
                foreground are stopped.
                """,
            timings: [Timing.Android.idle],
            fix: "Have a foreground service.",
            source: """
                AOSP API 36, OomAdjuster.java 1590-1610 and 3990; API 30, \
                ActivityManagerConstants.java 93
                """,
            .source
        ),
        Rule(
            "A-STATE-08",
            .android(31...),
            when: "A process has been cached for 600 s (API 31 to 33) or 10 s (API 34 to 36).",
            then: "It is frozen: none of its code runs.",
            timings: [Timing.Android.freezerDebounce],
            fix: "Have a foreground service.",
            source: "AOSP API 31, 34 and 36, CachedAppOptimizer.java 124, 259 and 286",
            .source
        ),
    ]
}
