extension RuleBook.Android {
    /// How long a foreground service may run.
    static let timeLimits: [Rule] = [
        Rule(
            "A-TO-01",
            .android(34...),
            when: """
                A service with the type shortService has run for 180 s. Starting it again in \
                the background does not help.
                """,
            then: """
                onTimeout(startId); 5 s later its process loses the foreground; 10 s after the \
                call the app is reported as not responding.
                """,
            timings: [
                Timing.Android.shortService,
                Timing.Android.shortServiceDemotion,
                Timing.Android.shortServiceANR,
            ],
            fix: "Never use shortService for a call.",
            source: """
                AOSP API 34, ActivityManagerConstants.java 1003-1050; API 36, \
                ActiveServices.java 3580-3730
                """,
            .source
        ),
        Rule(
            "A-TO-02",
            .android(35..., target: 35),
            when: """
                Services of the type dataSync, or of mediaProcessing, have run for 6 h within \
                24 h. The sum begins anew when the app comes to the top.
                """,
            then: """
                onTimeout(startId, type); 10 s later the app crashes with \
                ForegroundServiceDidNotStopInTimeException. A new start within the 24 h throws \
                ForegroundServiceStartNotAllowedException.
                """,
            timings: [
                Timing.Android.timedService,
                Timing.Android.timedServiceWindow,
                Timing.Android.timedServiceCrash,
            ],
            fix: "Never use these types for a call.",
            source: """
                AOSP API 35, ActivityManagerConstants.java 1091-1149; API 36, \
                ActiveServices.java 2414-2473 and 3902-3995 (the documentation says: reported \
                as not responding)
                """,
            .source
        ),
        Rule(
            "A-TO-03",
            .android(),
            when: """
                A service has the type phoneCall, microphone, camera, mediaPlayback, \
                mediaProjection or connectedDevice.
                """,
            then: "No time limit.",
            fix: "Use these for a call.",
            source: "AOSP API 34 to 36, by absence",
            .source
        ),
    ]
}
