extension RuleBook.Android {
    /// Showing the screen.
    static let projection: [Rule] = [
        Rule(
            "A-MPJ-01",
            .android(29..., target: 29),
            when: "A projection is begun without a running service of the type mediaProjection.",
            then: "SecurityException.",
            fix: "Start the service first.",
            source: "AOSP API 31 and 36, MediaProjectionManagerService.java 481 and 1180-1194",
            .source
        ),
        Rule(
            "A-MPJ-02",
            .android(34..., target: 34),
            when: "startForeground() gets the type mediaProjection before the user has consented.",
            then: "SecurityException (A-TYPE-07).",
            fix: "Ask first.",
            source: "AOSP API 34, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-MPJ-03",
            .android(34..., target: 34),
            when: """
                A consent is used twice, a second display is made of one projection, or the \
                consent is older than 5 min without use.
                """,
            then: """
                API 34: IllegalStateException; from 35: SecurityException. The projection \
                stops.
                """,
            timings: [Timing.Android.projectionToken],
            fix: "Ask anew for each projection, and use the answer at once.",
            source: """
                AOSP API 34, 35 and 36, MediaProjectionManagerService.java 784, 1022-1050, \
                1241 and 1347-1372
                """,
            .source
        ),
        Rule(
            "A-MPJ-04",
            .android(34..., target: 34),
            when: "A display is made of a projection without a registered callback.",
            then: "IllegalStateException.",
            fix: "Register the callback first.",
            source: "AOSP API 36, MediaProjection.java 59-71",
            .source
        ),
        Rule(
            "A-MPJ-05",
            .android(29...),
            when: """
                The app's services lose the type mediaProjection. API 34 looks at the process \
                whose service changed, 35 and later at the whole app.
                """,
            then: "The projection stops.",
            fix: "A service of its own, in the process of the app, until the projection ends.",
            source: "AOSP API 34 and 36, MediaProjectionManagerService.java 225-240 and 301-325",
            .source
        ),
        Rule(
            "A-MPJ-06",
            .android(36...),
            when: """
                The screen locks during a projection. On API 35 only from its first quarterly \
                release on, which was not verified.
                """,
            then: "The projection stops, and none begins while locked.",
            fix: "Report it; offer to share again.",
            source: "AOSP API 36, MediaProjectionStopController.java",
            .source
        ),
        Rule(
            "A-MPJ-07",
            .android(36...),
            when: """
                A call of Telecom's ends, and the projection began during it. By a flag of the \
                build.
                """,
            then: "The projection stops. Whether self-managed calls count was not verified.",
            fix: "Report it.",
            source: "AOSP API 36, MediaProjectionStopController.java",
            .unverified,
            .optional
        ),
        Rule(
            "A-MPJ-08",
            .android(),
            when: """
                The user stops it by the chip or the notification, another projection begins, \
                or the user of the device changes.
                """,
            then: "onStop().",
            fix: "Report it, and stop the service.",
            source: "AOSP API 36, MediaProjectionManagerService.java",
            .source
        ),
    ]
}
